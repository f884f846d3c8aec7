// Putting sentences together.

/** A text with the full stop of a sentence, unless it ends as one; nothing stays nothing. */
export function withFullStop(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What an error says, as a sentence. */
export function sentenceOf({ message }: Error): string {
  return withFullStop(message);
}

/** A sentence without its full stop, to go on within another. */
export function clauseOf(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** So many names are read; of more, the rest is a number. */
const NAMED = 12;

/** Names for a sentence: of many the first ones, and how many more there are. */
export function someOf(names: readonly string[]): readonly string[] {
  const more = names.length - NAMED;
  return more < 2 ? names : [...names.slice(0, NAMED), `${more} more`];
}

/** Sentences one after the other, those that there are; null where there is none. */
export function together(...sentences: readonly (string | null | undefined)[]): string | null {
  const said = sentences.filter((sentence) => sentence !== null && sentence !== undefined && sentence !== '');
  return said.length === 0 ? null : said.join(' ');
}
