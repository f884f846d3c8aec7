// Every secret that the app reads is made known here; whatever leaves the app as text passes through. Which forms of a
// secret are known: secret-forms.ts; how a text is read: reading.ts.

import { type Cut, createFormIndex, type FormIndex, type Place } from './form-index.ts';
import { type Reading, readingsOf } from './reading.ts';
import { formsOf, SHORTEST } from './secret-forms.ts';

const MARK = '[secret]';
/** Fewer characters are alike by chance where line breaks are read over. */
const SHORTEST_UNFOLDED = 16;
const SHORTEST_HEX = 2 * SHORTEST;

/** Takes the known secrets out of a text. */
export type Redact = (text: string) => string;

export interface Redaction {
  /** Makes a value known. */
  add(value: string): void;
  /** The text without any known value, in the forms in which it may stand there. */
  readonly apply: Redact;
  /** The same for a part of a longer text: half a value at an end that was cut is left out. */
  applyToPart(text: string, cut: Cut): string;
}

/** Makes a redaction that knows no secret yet. */
export function createRedaction(): Redaction {
  const known = new Set<string>();
  const texts = createFormIndex();
  const hex = createFormIndex();

  /** What is looked for where, and how many characters of it count. */
  function looks(text: string): (readonly [Reading, FormIndex, number])[] {
    const found = readingsOf(text);
    return [
      ...found.whole.map((reading) => [reading, texts, SHORTEST] as const),
      ...found.unfolded.map((reading) => [reading, texts, SHORTEST_UNFOLDED] as const),
      [found.hex, hex, SHORTEST_HEX],
    ];
  }

  function redact(text: string, cut: Cut): string {
    if (known.size === 0) return text;
    const all = looks(text);
    const places = all.flatMap(([reading, forms, least]) => forms.find(reading, least));
    const halves = all.map(([reading, forms, least]) => forms.halves(reading, least, cut));
    // The end of a whole one may look like the beginning of another.
    const isHalf = (half: Place) => !places.some((place) => overlaps(place, half) && !isWithin(place, half));
    const ends = halves.flatMap(({ start }) => start.filter(isHalf)).map(([, end]) => end);
    const starts = halves.flatMap(({ end }) => end.filter(isHalf)).map(([start]) => start);
    return without(text, places, Math.max(0, ...ends), Math.min(text.length, ...starts));
  }

  return {
    add(value) {
      if (known.has(value)) return;
      known.add(value);
      const forms = formsOf(value);
      texts.add(forms.texts.filter((form) => !MARK.includes(form)));
      hex.add(forms.hex);
    },
    apply: (text) => redact(text, { start: false, end: false }),
    applyToPart: redact,
  };
}

const overlaps = ([from, to]: Place, [start, end]: Place): boolean => from < end && start < to;
const isWithin = ([from, to]: Place, [start, end]: Place): boolean =>
  from >= start && to <= end && to - from < end - start;

/** The text from one index to another, without what is at the places. */
function without(text: string, places: readonly Place[], from: number, to: number): string {
  let done = from;
  const parts: string[] = [];
  for (const [start, end] of places.toSorted(([a], [b]) => a - b)) {
    if (start >= to) break;
    // The same one is found in several readings, and a secret may contain another one.
    if (start >= done) parts.push(text.slice(done, start), MARK);
    done = Math.max(done, end);
  }
  parts.push(text.slice(done, Math.max(done, to)));
  return parts.join('');
}
