// A log on a page: its end, as text.

import { expect, test } from 'vitest';
import { tailOf } from '../../../src/dashboard/parts/log.ts';

test.each([
  ['a short one', 'a\nb\n', 'a\nb', false],
  ['more lines than asked for', 'a\nb\nc\nd\n', 'b\nc\nd', true],
  ['colours and line ends of Windows', '\u001b[31ma\u001b[0m\r\nb\r\n', 'a\nb', false],
  ['nothing but space', ' \n\n', '', false],
])('%s', (_, log, text, cut) => {
  expect(tailOf(log, 3)).toEqual({ text, cut });
});

test('of a large log a page shows no more than it can carry every few seconds', () => {
  const { text, cut } = tailOf(`${'🦄'.repeat(99)}\n`.repeat(2_000), Number.POSITIVE_INFINITY);
  expect(text.length).toBeLessThanOrEqual(128 * 1024);
  expect(text.length).toBeGreaterThan(100 * 1024);
  expect(text.isWellFormed()).toBe(true);
  expect(cut).toBe(true);
});
