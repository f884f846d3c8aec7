// JSON that others wrote.

/** What the text says; undefined where it is not JSON. */
export function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

/** A value as a message quotes it, shortened. What can be parsed may be nested too deeply to be written again. */
export function shown(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'what is nested too deeply';
  }
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
