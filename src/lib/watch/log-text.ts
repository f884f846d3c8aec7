// The text of a log that is read more than once: what is kept, and what a newer read adds to it. Pure functions.
//
// Of a running container the platform has the last 4 MB, of one that has ended the last 16 KB or 1,000 lines, each
// from the container's last start on: "Container instance log size" in
// https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits

/** How much of a log is kept, in bytes of UTF-8: the end of it. */
export const LOG_KEPT_BYTES = 1024 * 1024;

/** Stands where the next read does not continue what was kept before. */
export const GAP =
  '[the app] Something is missing here: the container was started again, or it wrote more before its end than Azure then has.\n';

/** A log of less is whole, unless its first line alone had 8 KiB. */
const SMALLEST_CUT_BYTES = 8 * 1024;
const SMALLEST_CUT_LINES = 1000;

const NOTE = /(?:^|(?<=\n))\[the app\] The (?:log|end of the log) of attempt \d+ could not be kept\. .*\n$/;

/** Whether the platform may have cut off the beginning of a log as it gave it. */
export function mayBeCut(read: string): boolean {
  return (
    Buffer.byteLength(read) >= SMALLEST_CUT_BYTES || read.split('\n', SMALLEST_CUT_LINES).length >= SMALLEST_CUT_LINES
  );
}

/** All but a last line that is still being written. */
export function wholeLines(text: string): string {
  return text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
}

/**
 * What is to be kept of a log, after another read of it.
 * @param kept so far; empty where nothing is.
 * @param read a later state of the same log, whose beginning the platform may have cut off.
 * @param bytes how much of it is kept.
 */
export function mergeLogs(kept: string, read: string, bytes = LOG_KEPT_BYTES): string {
  // A cut within a character leaves marks in its place.
  const now = read.replace(/^\uFFFD+/, '').toWellFormed();
  if (now === '') return kept;
  const known = kept.replace(NOTE, '');
  if (known === '' || Buffer.byteLength(now) > bytes) return lastBytes(now, bytes);
  const gap = known.lastIndexOf(GAP);
  const from = gap === -1 ? 0 : gap + GAP.length;
  const last = known.slice(from);
  // The one read first may have been written last.
  if (last.startsWith(now)) return known;
  return lastBytes(known.slice(0, from) + continued(last, now), bytes);
}

/** Whether it ends with a sentence of {@link withNote}. */
export function hasNote(kept: string): boolean {
  return NOTE.test(kept);
}

/** What is kept with a sentence at its end on why there is no more; a sentence of that kind is replaced. */
export function withNote(kept: string, attempt: number, why: string): string {
  const known = kept.replace(NOTE, '');
  const what = known === '' ? '[the app] The log of attempt' : '[the app] The end of the log of attempt';
  return `${closed(known)}${what} ${attempt} could not be kept. ${why.replaceAll(/\s+/g, ' ').trim()}\n`;
}

/** The end of a text, at most so many bytes of UTF-8, from the start of a line where it was cut and has more than one. */
export function lastBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let start = encoded.length - bytes;
  while (((encoded[start] ?? 0) & 0xc0) === 0x80) start += 1;
  const end = encoded.toString('utf8', start);
  const isLineStart = isLineEnd(encoded[start - 1]);
  return isLineStart ? end : withoutFirstLine(end) || end;
}

function continued(last: string, now: string): string {
  if (now.startsWith(last)) return now;
  // The read may begin within a line.
  const tail = withoutFirstLine(now);
  if (tail.startsWith(last)) return tail;
  const shared = overlap(last, now, now.length - tail.length);
  return shared > 0 ? last + now.slice(shared) : closed(last) + GAP + now;
}

function withoutFirstLine(text: string): string {
  const end = /\r\n?|\n/.exec(text);
  return end === null ? '' : text.slice(end.index + end[0].length);
}

const isLineEnd = (unit: number | undefined): boolean => unit === 0x0a || unit === 0x0d;

/** With the last line ended. */
const closed = (text: string): string =>
  text === '' || isLineEnd(text.charCodeAt(text.length - 1)) ? text : `${text}\n`;

/**
 * How many characters at the end of one text are the beginning of the other: from the start of a line on, or more than
 * the other's first line, since fewer may be alike by chance. In linear time, whatever a container writes: the algorithm
 * of Knuth, Morris and Pratt.
 */
function overlap(before: string, after: string, firstLine: number): number {
  const pattern = after.slice(0, before.length);
  // For each prefix of the pattern: the longest shorter prefix that it ends with.
  const borders = new Int32Array(pattern.length + 1);
  const extended = (matched: number, unit: number): number => {
    let length = matched;
    while (length > 0 && (length === pattern.length || pattern.charCodeAt(length) !== unit))
      length = borders[length] ?? 0;
    return pattern.charCodeAt(length) === unit ? length + 1 : 0;
  };
  for (let at = 1; at < pattern.length; at += 1) borders[at + 1] = extended(borders[at] ?? 0, pattern.charCodeAt(at));
  let matched = 0;
  for (let at = before.length - pattern.length; at < before.length; at += 1)
    matched = extended(matched, before.charCodeAt(at));
  const isLineStart = (at: number) => at === 0 || isLineEnd(before.charCodeAt(at - 1));
  while (matched > 0 && matched <= firstLine && !isLineStart(before.length - matched)) matched = borders[matched] ?? 0;
  return matched;
}
