// The forms in which a secret may stand in a text, but for escapes, which a reading undoes (reading.ts).

import { layersOf, withoutFolds } from './reading.ts';

/** Shorter values would hide ordinary words; no real key is that short. */
export const SHORTEST = 4;
/** Shorter parts of a secret are words such as `api` and `webhooks`. */
const SHORTEST_PART = 12;
/** A shorter run of Base64 may be a word. */
const SHORTEST_ENCODED = 5;

export interface SecretForms {
  /** As text: the value itself, what it consists of, and Base64 of each. */
  readonly texts: readonly string[];
  /** The same in hex digits, lower case. */
  readonly hex: readonly string[];
}

/** White space, and what is as invisible: a byte order mark, a NUL, the end of a file of DOS. */
const AROUND = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;
const QUOTED = /^(\\?["'`])\1*((?:(?!\1).)*)\1+$|^[“„]([^“„”]*)[“”]$|^[‘‚]([^‘‚’]*)[‘’]$|^«([^«»]*)»$/s;
/** All that may stand around a value which is not certainly its own. */
const WRAPPING = /^[\s\p{Cc}\p{Cf}\\"'`“„”‘‚’«»]+|[\s\p{Cc}\p{Cf}\\"'`“„”‘‚’«»]+$/gu;

/** A secret as it is used: without white space around it, and without the quotes that a shell or a file has left there. */
export function cleanSecret(value: string): string {
  const trimmed = value.replace(AROUND, '');
  const quoted = QUOTED.exec(trimmed);
  return quoted === null ? trimmed : cleanSecret(quoted.slice(2).find((inner) => inner !== undefined) ?? '');
}

/** All forms of a secret; none where it is too short to be told from ordinary words. */
export function formsOf(secret: string): SecretForms {
  const value = cleanSecret(secret);
  if (value.length < SHORTEST) return { texts: [], hex: [] };
  // Quotes that may be its own are not taken away for use, but others may do so.
  const unwrapped = value.replace(WRAPPING, '');
  const values = [...new Set([value, unwrapped, ...partsOf(value)])].filter(({ length }) => length >= SHORTEST);
  // What a reading undoes may be part of the value; a form of HTML has a plus for a blank.
  const likes = values
    .flatMap((each) => [each, ...layersOf(each), each.replaceAll(' ', '+')])
    .flatMap((each) => [each, withoutFolds(each)]);
  const bytes = values.map((each) => Buffer.from(each, 'utf8'));
  const encoded = bytes.flatMap(base64Of).filter(({ length }) => length >= SHORTEST_ENCODED);
  return {
    texts: [...values, ...likes.filter(({ length }) => length >= SHORTEST), ...encoded],
    hex: bytes.map((each) => each.toString('hex')),
  };
}

/** Base64 of the bytes wherever they begin in what was encoded, without the digits that their neighbours share. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const core = digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** What is as good as the whole: lines of a key file, values of JSON and of a connection string, parts of a URL. */
function partsOf(value: string): string[] {
  const parts = [
    ...value.split(/\r?\n/).map((line) => line.trim()),
    ...valuesIn(value),
    ...value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()),
  ];
  return [...parts.filter(({ length }) => length >= SHORTEST_PART), ...partsOfUrl(value)];
}

function valuesIn(value: string): string[] {
  const found: string[] = [];
  try {
    JSON.parse(value, (_, each: unknown) => {
      if (typeof each === 'string') found.push(each);
      return each;
    });
  } catch {
    // No JSON.
  }
  return found;
}

/** Receivers quote the path; a password stands alone in a message. */
function partsOfUrl(value: string): string[] {
  const url = URL.parse(value);
  if (url === null) return [];
  const { pathname, search, searchParams, password } = url;
  const parts = [pathname + search, ...pathname.split('/'), ...searchParams.values()];
  const passwords = [password, ...layersOf(password)].filter(({ length }) => length >= SHORTEST);
  return [...parts.filter(({ length }) => length >= SHORTEST_PART), ...passwords];
}
