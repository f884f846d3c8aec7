// Every secret that the app reads is made known here; whatever leaves the app as text passes through. Which forms of a
// secret are known: secret-forms.ts; how a text is read: reading.ts.

import { createFormIndex, type FormIndex, type Place } from './form-index.ts';
import { type Reading, readingsOf } from './reading.ts';
import { formsOf, SHORTEST } from './secret-forms.ts';

const MARK = '[secret]';
/** Fewer characters are alike by chance where line breaks are read over. */
const SHORTEST_UNFOLDED = 16;
const SHORTEST_HEX = 2 * SHORTEST;

/** `&#x10ffff;`; and what a character has in hex and in Base64 is less. */
const LONGEST_ESCAPE = 12;
/** What a cut leaves of an escape, or between two bytes in hex, before the rest of a form: `2F`, `;`, `1, 0x`. */
const REST = /^[\da-fux#;:,\s}-]*$/i;
/** What it leaves behind the beginning of one: `%2`, `\u00`, `&#4`, `: a`, `, 0x`. */
const BEGUN = /^(?:[\\%&]\S*|[\s:,-]*(?:0x?)?[\da-f]?)$/i;
const LONGEST_REST = 10;

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

/** Which ends of a text may not be its own. */
interface Cut {
  readonly start: boolean;
  readonly end: boolean;
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
  /** How much of a text may belong to one form. */
  const reach = () => LONGEST_ESCAPE * Math.max(texts.longest, hex.longest);

  /** Ends of forms at the beginning of a text, behind what the cut has left of an escape. */
  function halvesAtStart(text: string): Place[] {
    return counted(LONGEST_REST)
      .filter((from) => REST.test(text.slice(0, from)))
      .flatMap((from) =>
        looks(text.slice(from, from + reach()))
          .flatMap(([reading, forms, least]) => forms.atStart(reading, least))
          .map(([start, end]): Place => [from + start, from + end]),
      );
  }

  /** Beginnings of forms at the end of a text, before what the cut has left of an escape. */
  function halvesAtEnd(text: string): Place[] {
    return counted(LONGEST_REST)
      .filter((rest) => BEGUN.test(text.slice(text.length - rest)))
      .flatMap((rest) => {
        const to = text.length - rest;
        const from = Math.max(0, to - reach());
        return looks(text.slice(from, to))
          .flatMap(([reading, forms, least]) => forms.atEnd(reading, least))
          .map(([start, end]): Place => [from + start, from + end]);
      });
  }

  function redact(text: string, cut: Cut): string {
    if (known.size === 0) return text;
    const places = looks(text).flatMap(([reading, forms, least]) => forms.find(reading, least));
    // The end of a whole one may look like the beginning of another.
    const isHalf = (half: Place) => !places.some((place) => isWithin(half, place));
    const ends = cut.start ? halvesAtStart(text).filter(isHalf) : [];
    const starts = cut.end ? halvesAtEnd(text).filter(isHalf) : [];
    const from = Math.max(0, ...ends.map(([, end]) => end));
    return without(text, places, from, Math.min(text.length, ...starts.map(([start]) => start)));
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

const counted = (most: number): number[] => Array.from({ length: most + 1 }, (_, index) => index);
const isWithin = ([from, to]: Place, [start, end]: Place): boolean => from >= start && to <= end;

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
