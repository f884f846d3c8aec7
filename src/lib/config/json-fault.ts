// Why a text is no JSON, and where: the parser names no place of some faults, and quotes the text, in which a secret may be.

import { messageOf } from '../util/errors.ts';

const NO_PLACE = /^Unexpected token/;

/** What the parser says of the text; null where it is JSON. */
function complaint(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** What stands where JSON cannot go on, with its line and column; nothing else of the text is quoted. */
export function jsonFault(text: string): string {
  if (text.includes('\0')) return 'a text in UTF-16';
  const said = complaint(text) ?? '';
  if (text.trim() === '') return 'an empty file';
  const place = /at position (\d+)/.exec(said)?.[1];
  if (place === undefined && !NO_PLACE.test(said)) return said;
  const at = place === undefined ? firstUnexpected(text) : Number(place);
  const before = text.slice(0, at).split('\n');
  return `${whatIs(text, at, said)} (line ${before.length} column ${(before.at(-1) ?? '').length + 1})${hintAt(text, at)}`;
}

function whatIs(text: string, at: number, said: string): string {
  if (/^(\/[/*]|#)/.test(text.slice(at, at + 2))) return 'a comment, which JSON has not';
  if (/[}\]]/.test(text.charAt(at)) && text.slice(0, at).trimEnd().endsWith(','))
    return `a comma too many, before the \`${text.charAt(at)}\``;
  return said.replace(/( in JSON)? at position.*|, (\.{3})?".*/s, '');
}

/** What the parser does not say: of what people write who know Python, and of what nobody sees. */
function hintAt(text: string, at: number): string {
  const [word = ''] = /^([A-Za-z]+|.)/su.exec(text.slice(at, at + 9)) ?? [];
  if (/['`\p{Pi}\p{Pf}„]/u.test(word)) return ': JSON takes `"` for a quotation mark';
  if (/^(True|False|None|NaN)$/.test(word)) return ': JSON writes `true`, `false`, `null`, and numbers in digits';
  return /[^\x20-\x7e\s]|\u00A0/.test(word) ? `: the character U+${hexOf(word)}` : '';
}

const hexOf = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

/** The parser complains of the same token however much follows it, and of none in a text that ends before. */
function firstUnexpected(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (NO_PLACE.test(complaint(text.slice(0, middle)) ?? '')) bad = middle;
    else good = middle;
  }
  return bad - 1;
}
