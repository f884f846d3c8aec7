// Where the forms of secrets stand in a text: one pass over it, however many there are.

import type { Reading } from './reading.ts';

/** From one index to another. */
export type Place = readonly [number, number];

/** Which ends of a text may not be its own. */
export interface Cut {
  readonly start: boolean;
  readonly end: boolean;
}

/** Halves of forms at the two ends of a text. */
interface Halves {
  readonly start: readonly Place[];
  readonly end: readonly Place[];
}

export interface FormIndex {
  /** @param forms each at least four characters long. */
  add(forms: readonly string[]): void;
  /** Places of whole forms, each of at least so many characters. */
  find(reading: Reading, least: number): Place[];
  /** Of a reading that was cut: places of at least so many characters of a form, at its ends. */
  halves(reading: Reading, least: number, cut: Cut): Halves;
}

const HEAD = 4;
/** What a cut has left of an escape before the rest of a form, such as `2F` of `%2F`; or nothing. */
const ESCAPE_ENDED =
  /^(?:u?\{?[\da-f]{1,6}\}?|x[\da-f]{1,2}|(?:#?x?[\da-f]{1,6}|[a-z]{1,4});|["'\\/nrtbf]|[\x80-\xff]{1,3}|)$/i;
const LONGEST_REST = 7;
/** What it has left of one, or of the bytes of a character, behind the beginning of a form. */
const ESCAPE_BEGUN = /(?:[\x80-\xff]?(?:%[\da-f]?|\\[^\s\\]{0,5})|[\x80-\xff]|&#?\w{0,7})$/i;
const LONGEST_BEGUN = 10;

function endWithoutEscape(text: string): number {
  const begun = ESCAPE_BEGUN.exec(text.slice(-LONGEST_BEGUN));
  return text.length - (begun?.[0].length ?? 0);
}

export function createFormIndex(): FormIndex {
  /** By their first characters; longest first. */
  const byHead = new Map<string, string[]>();
  const all = new Set<string>();
  /** Whether a form begins with characters of this hash, which the last {@link HEAD} characters alone decide. */
  const begins = new Uint8Array(0x10000);

  function halfAtStart({ text, start, end }: Reading, form: string, least: number): Place[] {
    for (let from = 0; from <= LONGEST_REST; from += 1) {
      if (!ESCAPE_ENDED.test(text.slice(0, from))) continue;
      const head = text.slice(from, from + least);
      // The earlier in the form, the longer.
      for (let at = form.indexOf(head, 1); at > 0; at = form.indexOf(head, at + 1))
        if (form.length - at >= least && text.startsWith(form.slice(at), from))
          return [[start(from), end(from + form.length - at)]];
    }
    return [];
  }

  function halfAtEnd({ text, start, end }: Reading, form: string, least: number): Place[] {
    for (const to of new Set([text.length, endWithoutEscape(text)])) {
      const tail = text.slice(Math.max(0, to - least), to);
      if (tail.length < least) continue;
      for (let at = form.lastIndexOf(tail, form.length - 1 - least); at >= 0; at = form.lastIndexOf(tail, at - 1)) {
        if (text.endsWith(form.slice(0, at + least), to)) return [[start(to - at - least), end(to)]];
        if (at === 0) break;
      }
    }
    return [];
  }

  return {
    add(forms) {
      for (const form of forms) {
        if (all.has(form)) continue;
        all.add(form);
        const head = form.slice(0, HEAD);
        const others = byHead.get(head) ?? [];
        byHead.set(
          head,
          [...others, form].sort((a, b) => b.length - a.length),
        );
        begins[[...head].reduce((hash, _, index) => mixed(hash, head.charCodeAt(index)), 0)] = 1;
      }
    },

    find(reading, least) {
      const { text, start, end } = reading;
      const places: Place[] = [];
      let hash = 0;
      let done = 0;
      for (let index = 0; index < text.length; index += 1) {
        hash = mixed(hash, text.charCodeAt(index));
        const at = index + 1 - HEAD;
        if (begins[hash] === 0 || at < done) continue;
        const form = byHead
          .get(text.slice(at, index + 1))
          ?.find((each) => each.length >= least && text.startsWith(each, at));
        if (form === undefined) continue;
        done = at + form.length;
        places.push([start(at), end(done)]);
      }
      return places;
    },

    halves(reading, least, cut) {
      const forms = (cut.start || cut.end) && reading.text.length >= least ? [...all] : [];
      const longer = forms.filter(({ length }) => length > least);
      return {
        start: cut.start ? longer.flatMap((form) => halfAtStart(reading, form, least)) : [],
        end: cut.end ? longer.flatMap((form) => halfAtEnd(reading, form, least)) : [],
      };
    },
  };
}

const mixed = (hash: number, unit: number): number => ((hash << 4) ^ unit) & 0xffff;
