// Every secret that the app reads is made known here; whatever leaves the app as text passes through.

/** Shorter values would hide ordinary words; no real key is that short. */
const SHORTEST = 4;
const MARK = '[secret]';

export interface Redaction {
  /** Makes a value known. */
  add(value: string): void;
  /** The text without any known value, in the forms in which it may stand there. */
  apply(text: string): string;
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
  const forms = new Set<string>();
  let longestFirst: readonly string[] = [];
  const apply = (text: string) => longestFirst.reduce((redacted, form) => redacted.replaceAll(form, MARK), text);
  return {
    add(value) {
      if (value.length < SHORTEST || forms.has(value)) return;
      for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) forms.add(form);
      // A secret may contain another one.
      longestFirst = [...forms].sort((a, b) => b.length - a.length);
    },
    apply,
    // First the whole ones: the end of one may look like the beginning of another.
    applyToPart: (text, cut) => withoutHalves(apply(text), longestFirst, cut),
  };
}

function withoutHalves(text: string, forms: readonly string[], cut: Cut): string {
  let from = 0;
  let to = text.length;
  for (const form of forms) {
    for (let length = form.length - 1; length >= SHORTEST; length -= 1) {
      if (cut.start && text.startsWith(form.slice(-length))) from = Math.max(from, length);
      if (cut.end && text.endsWith(form.slice(0, length))) to = Math.min(to, text.length - length);
    }
  }
  return text.slice(from, Math.max(from, to));
}
