// Text for formats that give some characters a meaning, and that allow only so much of it.

/**
 * Escapes character by character and stops before `max` UTF-16 units are passed, so that the end is
 * neither half an escape nor half a character. What was cut ends with an ellipsis.
 */
export function escapeWithin(text: string, max: number, toEscaped: (character: string) => string): string {
  let escaped = '';
  let fitting = '';
  for (const character of text) {
    escaped += toEscaped(character);
    if (escaped.length > max) return `${fitting}…`;
    if (escaped.length < max) fitting = escaped;
  }
  return escaped;
}

/** Cuts without escaping. */
export function within(text: string, max: number): string {
  return escapeWithin(text, max, (character) => character);
}
