// Putting sentences together.

/** What an error says, with the full stop of a sentence. */
export function sentenceOf({ message }: Error): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** A sentence without its full stop, to go on within another. */
export function clauseOf(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** Sentences one after the other, those that there are; null where there is none. */
export function together(...sentences: readonly (string | null | undefined)[]): string | null {
  const said = sentences.filter((sentence) => sentence !== null && sentence !== undefined && sentence !== '');
  return said.length === 0 ? null : said.join(' ');
}
