// The ways in which one text can be read: as it stands, with its escapes undone as often as there are any, without line
// breaks, as hex digits. Each reading knows where its characters stand in the text itself.

export interface Reading {
  readonly text: string;
  /** Where in the text itself the character at `index` begins. */
  start(index: number): number;
  /** Where in the text itself the character before `index` ends. */
  end(index: number): number;
}

/** JSON within JSON within JSON, in a log of JSON that is kept as JSON; and what the value itself has of escapes. */
const DEPTH = 6;

/**
 * A character as programs escape it: `\n`, `\"`, `\u00e9`, `\xe9`, `\033` (JSON, Python, C, shells), `%2F` (URLs),
 * `&amp;`, `&#39;` (HTML). Bytes of UTF-8 that belong together are one character.
 */
const ESCAPE =
  /((?:%|\\x)[c-f][\da-f](?:(?:%|\\x)[89ab][\da-f]){1,3})|(?:%|\\x)([\da-f]{2})|\\u([\da-f]{4})|\\u\{([\da-f]{1,6})\}|\\([0-3][0-7]{2})|\\(.)|&#x([\da-f]{1,6});|&#(\d{1,7});|&(amp|lt|gt|quot|apos);/gis;

const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', '0': '\0' };
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Line breaks, with the indentation of the next line: of a text that was folded. */
const FOLD = /(?:\r?\n[^\S\n]*)+/g;

/** What stands between two bytes in hex: `a1:b2`, `a1 b2`, `0xa1, 0xb2`. */
const BETWEEN_BYTES = /(?<=[\da-f]{2})(?:[\s:,-]|0x)+(?=[\da-f]{2})/gi;

/** All readings in which a value may stand as text: as it is, then without escapes; and without line breaks. */
export function readingsOf(text: string): {
  readonly whole: readonly Reading[];
  readonly unfolded: readonly Reading[];
  readonly hex: Reading;
} {
  let last: Reading = { text, start: (index) => index, end: (index) => index };
  const whole = [last];
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const next = rewritten(last, ESCAPE, unescaped);
    if (next === last) break;
    whole.push(next);
    last = next;
  }
  const unfolded = whole.map(withoutFoldsOf);
  const simplest = unfolded.at(-1) ?? last;
  return {
    whole,
    // One without a line break is the same.
    unfolded: unfolded.filter((each) => !whole.includes(each)),
    hex: hexReading(simplest),
  };
}

/** The text as hex digits in lower case, with nothing between them. */
function hexReading(of: Reading): Reading {
  const digits = rewritten(of, BETWEEN_BYTES, () => '');
  // The one letter whose small form has another length.
  return { ...digits, text: digits.text.replaceAll('\u0130', 'I').toLowerCase() };
}

/** What is left of a value as its own escapes are undone, one layer after the other; nothing where it has none. */
export function layersOf(value: string): string[] {
  const next = value.replace(ESCAPE, (...match) => unescaped(match));
  return next === value ? [] : [next, ...layersOf(next)];
}

const withoutFoldsOf = (of: Reading): Reading => rewritten(of, FOLD, () => '');

/** A line break within a value may be read as none. */
export function withoutFolds(value: string): string {
  return value.replace(FOLD, '');
}

function unescaped([all, bytes, byte, unit, point, octal, letter, hex, decimal, entity]: readonly string[]): string {
  if (bytes !== undefined) {
    const character = Buffer.from(bytes.replace(/[%\\x]/gi, ''), 'hex').toString('utf8');
    return character.includes('\uFFFD') ? bytes : character;
  }
  if (letter !== undefined) return LETTERS[letter] ?? letter;
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? entity;
  const [digits, radix] =
    octal !== undefined ? [octal, 8] : decimal !== undefined ? [decimal, 10] : [byte ?? unit ?? point ?? hex ?? '', 16];
  const code = Number.parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : (all ?? '');
}

/** The reading with each match of the pattern replaced; the same one where there is none. */
function rewritten(of: Reading, pattern: RegExp, become: (match: readonly string[]) => string): Reading {
  // Of each piece that was replaced: where it begins and ends in the new text, and where it did in the old one. A log may
  // have a million of them, so they are no objects.
  const [at, to, from, until]: readonly [number[], number[], number[], number[]] = [[], [], [], []];
  const parts: string[] = [];
  let length = 0;
  let done = 0;
  for (const match of of.text.matchAll(pattern)) {
    const piece = become(match);
    if (match.index > done) parts.push(of.text.slice(done, match.index));
    if (piece !== '') parts.push(piece);
    length += match.index - done;
    at.push(length);
    from.push(match.index);
    done = match.index + match[0].length;
    length += piece.length;
    to.push(length);
    until.push(done);
  }
  if (at.length === 0) return of;
  parts.push(of.text.slice(done));

  /** The last piece that begins at the index, or before it; -1 where there is none. */
  const pieceAt = (index: number): number => {
    let low = 0;
    let high = at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((at[middle] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const ofPiece = (values: readonly number[], piece: number): number => values[piece] ?? 0;
  return {
    text: parts.join(''),
    start(index) {
      const piece = pieceAt(index);
      const end = ofPiece(to, piece);
      return of.start(index < end ? ofPiece(from, piece) : ofPiece(until, piece) + index - end);
    },
    end(index) {
      if (index === 0) return of.end(0);
      const piece = pieceAt(index - 1);
      const end = ofPiece(to, piece);
      return of.end(index <= end ? ofPiece(until, piece) : ofPiece(until, piece) + index - end);
    },
  };
}
