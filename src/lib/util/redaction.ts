// Every secret that the app reads is made known here; whatever leaves the app as text passes through.

/** Shorter values would hide ordinary words; no real key is that short. */
const SHORTEST = 4;
const MARK = '[secret]';

export interface Redaction {
  /** Makes a value known. */
  add(value: string): void;
  /** The text without any known value, in the forms in which it may stand there. */
  apply(text: string): string;
}

/** Makes a redaction that knows no secret yet. */
export function createRedaction(): Redaction {
  const forms = new Set<string>();
  let longestFirst: readonly string[] = [];
  return {
    add(value) {
      if (value.length < SHORTEST || forms.has(value)) return;
      for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) forms.add(form);
      // A secret may contain another one.
      longestFirst = [...forms].sort((a, b) => b.length - a.length);
    },
    apply: (text) => longestFirst.reduce((redacted, form) => redacted.replaceAll(form, MARK), text),
  };
}
