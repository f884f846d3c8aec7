// What is kept of a log that is read several times, each time as much as the platform then has.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  GAP,
  LOG_KEPT_BYTES,
  lastBytes,
  mayBeCut,
  mergeLogs,
  wholeLines,
  withNote,
} from '../../../src/lib/watch/log-text.ts';

describe('another read of a log', () => {
  test.each([
    ['is the first one', '', 'a\nb\n', 'a\nb\n'],
    ['is empty', 'a\nb\n', '', 'a\nb\n'],
    ['goes on', 'a\nb\n', 'a\nb\nc\n', 'a\nb\nc\n'],
    ['says the same', 'a\nb\n', 'a\nb\n', 'a\nb\n'],
    ['is an older one', 'a\nb\n', 'a\n', 'a\nb\n'],
    ['lacks the beginning', 'a\nb\nc\n', 'c\nd\n', 'a\nb\nc\nd\n'],
    ['begins within a line', 'a\nbbb\nccc\n', 'bb\nccc\nd', 'a\nbbb\nccc\nd'],
    ['begins within a character', 'a\nbb€\nccc\n', '\uFFFD\uFFFD\nccc\nd', 'a\nbb€\nccc\nd'],
    ['begins within the line that was kept last', 'a\nbbb\n', 'bb\nccc\n', `a\nbbb\n${GAP}bb\nccc\n`],
    ['ends a line of which half was kept', 'a\nb', 'a\nbb\n', 'a\nbb\n'],
    ['does the same where the beginning is missing', 'a\nb', 'bb\nc\n', 'a\nbb\nc\n'],
    ['has lost lines in between', 'a\nb\n', 'd\ne\n', `a\nb\n${GAP}d\ne\n`],
    ['has lost lines in the middle of one', 'a\nb', 'd\ne\n', `a\nb\n${GAP}d\ne\n`],
    ['goes on after such a loss', `a\nb\n${GAP}d\ne\n`, 'd\ne\nf\n', `a\nb\n${GAP}d\ne\nf\n`],
    ['says the same after such a loss', `a\nb\n${GAP}d\ne\n`, 'd\ne\n', `a\nb\n${GAP}d\ne\n`],
    ['is of another start', 'start\nwork\n', 'start\nfail\n', `start\nwork\n${GAP}start\nfail\n`],
    ['has the end of a line in common by chance', 'a\nxb\n', 'b\nc\n', `a\nxb\n${GAP}b\nc\n`],
    ['repeats itself', 'tick\ntick\ntock\n', 'tick\ntock\ntick\ntock\n', 'tick\ntick\ntock\ntick\ntock\n'],
    ['has a bar of progress', '10%\r20%\r', '20%\r30%\r', '10%\r20%\r30%\r'],
    ['has line ends of Windows', 'a\r\nb\r\n', 'b\r\nc\r\n', 'a\r\nb\r\nc\r\n'],
    ['comes after a note', withNote('a\n', 1, 'Why.'), 'a\nb\n', 'a\nb\n'],
    ['comes after a note alone', withNote('', 1, 'Why.'), 'a\nb\n', 'a\nb\n'],
  ])('that %s', (_, kept, read, merged) => {
    expect(mergeLogs(kept, read)).toBe(merged);
  });

  test('of more than a MiB replaces what was kept with its end', () => {
    const log = `${'€'.repeat(33)}\n`.repeat(15_000);
    const kept = mergeLogs('earlier\n', log);
    expect(Buffer.byteLength(kept)).toBe(Math.floor(LOG_KEPT_BYTES / 100) * 100);
    expect(log.endsWith(kept)).toBe(true);
    // What comes on top pushes out whole lines.
    const more = mergeLogs(kept, 'last words\n');
    expect(Buffer.byteLength(more)).toBeLessThanOrEqual(LOG_KEPT_BYTES);
    expect(more.startsWith('€')).toBe(true);
    expect(more.endsWith(`€\n${GAP}last words\n`)).toBe(true);
  });

  test('takes linear time, whatever is written', () => {
    const same = 'a'.repeat(LOG_KEPT_BYTES / 3);
    // Texts of that size are not for the report of a failure.
    expect(mergeLogs(`b${same}`, `${same}b`) === `b${same}\n${GAP}${same}b`).toBe(true);
    const lines = '\n'.repeat(LOG_KEPT_BYTES / 3);
    expect(mergeLogs(`b${lines}`, `${lines}c`) === `b${lines}c`).toBe(true);
  });
});

/** Pieces of a log of numbered lines, each with how much of its end, in bytes, is read once it is written. */
const readings = fc.array(
  fc.record({
    lines: fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '€', '🦄', ' '), maxLength: 12 }), { maxLength: 6 }),
    /** Of the last line that much is not written yet. */
    missing: fc.nat(8),
    window: fc.oneof(fc.integer({ min: 30, max: 120 }), fc.constant(100_000)),
  }),
  { minLength: 1, maxLength: 12 },
);

const LIMIT = 400;
const isWhole = (line: string) => /^\d{3} /.test(line);

/** What is kept of a log that grows in these steps, and whether each read began within what was kept before. */
function keepAll(steps: readonly { lines: string[]; missing: number; window: number }[]) {
  let whole = '';
  let written = Buffer.from('');
  let kept = '';
  let isContinuous = true;
  let count = 0;
  let start = 0;
  for (const [index, { lines, missing, window }] of steps.entries()) {
    for (const line of lines) {
      count += 1;
      whole += `${String(count).padStart(3, '0')} ${line}\n`;
    }
    const isLast = index === steps.length - 1;
    const sofar = Buffer.from([...whole].slice(0, isLast ? undefined : -missing || undefined).join(''));
    if (sofar.length > written.length) written = sofar;
    // What the platform has cut off once does not come back.
    start = index === 0 ? 0 : Math.max(start, written.length - window);
    const firstLine = start === 0 ? 0 : start + written.subarray(start).indexOf('\n') + 1;
    const keptTo =
      Buffer.byteLength(whole.slice(0, whole.indexOf(kept.slice(kept.lastIndexOf('\n', kept.length - 2) + 1)))) +
      (kept === '' ? 0 : 1);
    if (start > 0 && firstLine >= keptTo) isContinuous = false;
    const read = written.subarray(start).toString();
    kept = mergeLogs(kept, isLast ? read : wholeLines(read), LIMIT);
  }
  return { whole, kept, isContinuous };
}

test('windows on a growing log give its end, each line once and in order, with a mark where some are missing', () => {
  let interrupted = 0;
  const growing = fc.property(readings, (steps) => {
    const { whole, kept, isContinuous } = keepAll(steps);
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(LIMIT);
    if (isContinuous) {
      expect(kept).toBe(lastBytes(whole, LIMIT));
      return;
    }
    interrupted += 1;
    const lines = kept.split('\n').slice(0, -1);
    const numbers = lines.map((line) => (isWhole(line) ? Number(line.slice(0, 3)) : null));
    for (const [index, line] of lines.entries()) {
      const before = numbers[index - 1] ?? null;
      // Only half a line, after a mark or at the beginning, has none.
      if (numbers[index] === null) expect(line === GAP.trimEnd() || before === null).toBe(true);
      else expect(whole).toContain(`${line}\n`);
      if (before !== null && numbers[index] !== null) expect(numbers[index]).toBe(before + 1);
    }
    const inOrder = numbers.filter((number) => number !== null);
    expect(inOrder).toEqual([...new Set(inOrder)].sort((a, b) => a - b));
    expect(whole.endsWith(`${lines.at(-1) ?? ''}\n`.slice(0, whole.length))).toBe(true);
  });
  fc.assert(growing, { numRuns: 1000, seed: 6 });
  expect(interrupted).toBeGreaterThan(100);
  expect(interrupted).toBeLessThan(900);
});

describe('the end of a text', () => {
  test.each([
    ['that is short enough', 'a\nb', 3, 'a\nb'],
    ['from the next line on', 'aaa\nbb\ncc\n', 8, 'bb\ncc\n'],
    ['from where a line begins', 'aaa\nbb\ncc\n', 6, 'bb\ncc\n'],
    ['within the only line', 'aaaa', 2, 'aa'],
    ['within the last line', 'aaaa\n', 3, 'aa\n'],
    ['between characters', '🦄🦄', 7, '🦄'],
    ['after both characters of a line end', 'a\r\nb\r\n', 5, 'b\r\n'],
  ])('%s', (_, text, bytes, end) => {
    expect(lastBytes(text, bytes)).toBe(end);
  });
});

test('a note says why there is no more, in one line, once', () => {
  const once = withNote('half', 2, 'It took\nlonger than 4 s.');
  expect(once).toBe('half\n[the app] The end of the log of attempt 2 could not be kept. It took longer than 4 s.\n');
  expect(withNote(once, 2, 'Another reason.')).toBe(
    'half\n[the app] The end of the log of attempt 2 could not be kept. Another reason.\n',
  );
  expect(withNote('', 2, 'Why.')).toBe('[the app] The log of attempt 2 could not be kept. Why.\n');
});

test('a log may be cut where it is long, or has many lines', () => {
  expect(mayBeCut('x'.repeat(8_000))).toBe(false);
  expect(mayBeCut('€'.repeat(3_000))).toBe(true);
  expect(mayBeCut('\n'.repeat(998))).toBe(false);
  expect(mayBeCut('\n'.repeat(1_000))).toBe(true);
});
