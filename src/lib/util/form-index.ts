// Where the forms of secrets stand in a text: one pass over it, however many there are.

import type { Reading } from './reading.ts';

/** From one index of the text itself to another. */
export type Place = readonly [number, number];

export interface FormIndex {
  /** The number of characters of the longest one. */
  readonly longest: number;
  /** @param forms each at least four characters long. */
  add(forms: readonly string[]): void;
  /** Places of whole forms, each of at least so many characters. */
  find(reading: Reading, least: number): Place[];
  /** Places at the beginning of the text that are the ends of forms, of at least so many characters. */
  atStart(reading: Reading, least: number): Place[];
  /** Places at the end of the text that are the beginnings of forms, of at least so many characters. */
  atEnd(reading: Reading, least: number): Place[];
}

const HEAD = 4;

export function createFormIndex(): FormIndex {
  /** By their first characters; longest first. */
  const byHead = new Map<string, string[]>();
  const all = new Set<string>();
  /** Whether a form begins with characters of this hash, which the last {@link HEAD} characters alone decide. */
  const begins = new Uint8Array(0x10000);
  let longest = 0;

  return {
    get longest() {
      return longest;
    },

    add(forms) {
      for (const form of forms) {
        if (all.has(form)) continue;
        all.add(form);
        longest = Math.max(longest, form.length);
        const head = form.slice(0, HEAD);
        const others = byHead.get(head) ?? [];
        byHead.set(
          head,
          [...others, form].sort((a, b) => b.length - a.length),
        );
        let hash = 0;
        for (let index = 0; index < HEAD; index += 1) hash = mixed(hash, head.charCodeAt(index));
        begins[hash] = 1;
      }
    },

    find({ text, start, end }, least) {
      const places: Place[] = [];
      let hash = 0;
      /** The place of what was found last, in the reading: those that overlap are one. */
      let [from, done] = [0, 0];
      for (let index = 0; index < text.length; index += 1) {
        hash = mixed(hash, text.charCodeAt(index));
        const at = index + 1 - HEAD;
        if (begins[hash] === 0) continue;
        const form = byHead
          .get(text.slice(at, index + 1))
          ?.find((each) => each.length >= least && text.startsWith(each, at));
        if (form === undefined || at + form.length <= done) continue;
        if (at < done) places.pop();
        else from = at;
        done = at + form.length;
        places.push([start(from), end(done)]);
      }
      return places;
    },

    atStart({ text, start, end }, least) {
      const head = text.slice(0, least);
      if (head.length < least) return [];
      return [...all].flatMap((form): Place[] => {
        // The earlier in the form, the longer.
        for (let at = form.indexOf(head, 1); at > 0; at = form.indexOf(head, at + 1))
          if (text.startsWith(form.slice(at))) return [[start(0), end(form.length - at)]];
        return [];
      });
    },

    atEnd({ text, start, end }, least) {
      const tail = text.slice(-least);
      if (tail.length < least) return [];
      return [...all].flatMap((form): Place[] => {
        for (let to = form.length - 1; to >= least; to -= 1) {
          to = form.lastIndexOf(tail, to - least) + least;
          if (to < least) return [];
          if (text.endsWith(form.slice(0, to))) return [[start(text.length - to), end(text.length)]];
        }
        return [];
      });
    },
  };
}

const mixed = (hash: number, unit: number): number => ((hash << 4) ^ unit) & 0xffff;
