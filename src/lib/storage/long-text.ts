// A text that is longer than a column takes: it lies in several of one row.

/** UTF-16 units in a column, which takes 32 Ki of them. */
export const COLUMN_UNITS = 32_000;

/** The text as columns. */
export function columnsOf(text: string): Record<string, string> {
  return Object.fromEntries(pieces(text, COLUMN_UNITS).map((column, index) => [`text${index}`, column]));
}

/** The text that the columns of a row hold. */
export function textOf(row: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (let index = 0; typeof row[`text${index}`] === 'string'; index += 1) text += row[`text${index}`];
  return text;
}

/** A text in pieces of at most so many UTF-16 units, none of which ends within a character; one where it is empty. */
export function pieces(text: string, units: number): string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length || found.length === 0; ) {
    const isWithinCharacter = /[\uD800-\uDBFF]/.test(text.charAt(from + units - 1));
    const to = from + units - (isWithinCharacter ? 1 : 0);
    found.push(text.slice(from, to));
    from = to;
  }
  return found;
}
