// Whether a secret shows in what left the app: in any form that a program may write it in. Made apart from the app's own
// redaction, so that neither hides what the other has forgotten.

const bytesOf = (value: string) => [...Buffer.from(value, 'utf8')];
const hexOf = (byte: number) => byte.toString(16).padStart(2, '0');
const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
const escaped = (value: string) => JSON.stringify(value).slice(1, -1);
const base64 = (value: string) => Buffer.from(value, 'utf8').toString('base64');
const byUnits = (value: string) => value.split('').map(unit).join('');

/** A secret as programs write it, by the name of the form. */
export function encodingsOf(value: string): Readonly<Record<string, string>> {
  const trimmed = value.trim();
  const hex = bytesOf(value).map(hexOf);
  return {
    plain: value,
    trimmed,
    unquoted: trimmed.replace(/^(["'])(.*)\1$/s, '$2'),
    json: escaped(value),
    'json in json': escaped(escaped(value)),
    'json in json in json': escaped(escaped(escaped(value))),
    'json of ascii': byUnits(value),
    'json with escaped slashes': escaped(value).replaceAll('/', '\\/'),
    percent: encodeURIComponent(value),
    'percent, lower case': encodeURIComponent(value).replace(/%../g, (each) => each.toLowerCase()),
    'percent, twice': encodeURIComponent(encodeURIComponent(value)),
    'percent, all': hex.map((byte) => `%${byte}`).join(''),
    form: new URLSearchParams({ '': value }).toString().slice(1),
    html: value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    'html, all': value
      .split('')
      .map((character) => `&#${character.charCodeAt(0)};`)
      .join(''),
    base64: base64(value),
    'base64 with a line end': base64(`${value}\n`),
    'base64 of user:key': base64(`user:${value}`),
    'base64 of me:key': base64(`me:${value}`),
    'base64 within a text': base64(`{"a":"${value}"}`),
    base64url: base64(value).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    'base64, folded': base64(`x:${value}`).replace(/.{19}/g, '$&\n'),
    hex: hex.join(''),
    'hex, upper case': hex.join('').toUpperCase(),
    'hex with colons': hex.join(':'),
    'hex of Python': hex.map((byte) => `\\x${byte}`).join(''),
    'hex of C': hex.map((byte) => `0x${byte}`).join(', '),
    folded: value.replace(/.{17}/g, '$&\n'),
  };
}

/** What a program prints that writes its key in every form: a line each. */
export function printedInEveryForm(value: string): string[] {
  return Object.entries(encodingsOf(value)).flatMap(([name, text]) => `${name}: "${text}" (end)`.split('\n'));
}

/** The shortest piece that counts: in characters of the form, and of the secret. */
const PIECE = 12;
const PIECE_OF_SECRET = 6;

/** The forms of which a piece shows. @param texts which are read without line ends as well. */
export function leaksOf(texts: readonly string[], value: string): string[] {
  const all = texts.join('\n');
  const pieces = knownPieces(value);
  const found = new Set<string>();
  for (const output of [all, all.replaceAll(/\r?\n|\\n/g, '')]) {
    for (const { piece, form } of pieces.short) if (output.includes(piece)) found.add(form);
    // One pass, however many pieces there are: the output of a history is large.
    for (let at = 0; at + PIECE <= output.length; at += 1)
      for (const { piece, form } of pieces.byHead.get(output.slice(at, at + PIECE)) ?? [])
        if (output.startsWith(piece, at)) found.add(form);
  }
  return Object.keys(encodingsOf(value)).filter((form) => found.has(form));
}

interface Piece {
  readonly piece: string;
  readonly form: string;
}

interface Pieces {
  readonly short: readonly Piece[];
  /** By their first characters. */
  readonly byHead: ReadonlyMap<string, readonly Piece[]>;
}

const known = new Map<string, Pieces>();

function knownPieces(value: string): Pieces {
  const made =
    known.get(value) ??
    indexed(
      Object.entries(encodingsOf(value)).flatMap(([form, text]) => {
        const least = Math.max(PIECE, Math.ceil((PIECE_OF_SECRET * text.length) / value.length));
        return piecesOf(text.replaceAll('\n', ''), least).map((piece) => ({ piece, form }));
      }),
    );
  known.set(value, made);
  return made;
}

const indexed = (all: readonly Piece[]): Pieces => ({
  short: all.filter(({ piece }) => piece.length < PIECE),
  byHead: Map.groupBy(
    all.filter(({ piece }) => piece.length >= PIECE),
    ({ piece }) => piece.slice(0, PIECE),
  ),
});

/** Pieces of which one is in whatever is half as long again; of what is shorter, the whole. */
function piecesOf(form: string, length: number): string[] {
  if (form.length <= length) return [form];
  const pieces: string[] = [];
  for (let at = 0; at + length <= form.length; at += Math.floor(length / 2)) pieces.push(form.slice(at, at + length));
  return pieces;
}
