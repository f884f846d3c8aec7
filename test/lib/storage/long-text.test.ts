// A text in the columns of a row: whole again when it is read, and no column ends within a character.

import { expect, test } from 'vitest';
import { COLUMN_UNITS, columnsOf, pieces, textOf } from '../../../src/lib/storage/long-text.ts';

test.each([
  ['', ['']],
  ['ab', ['ab']],
  ['abc', ['abc']],
  ['abcd', ['abc', 'd']],
  ['abcdef', ['abc', 'def']],
  ['ab😀c', ['ab', '😀c']],
  ['a😀😀', ['a😀', '😀']],
  ['😀😀', ['😀', '😀']],
])('`%s` in pieces of three units', (text, expected) => {
  expect(pieces(text, 3)).toEqual(expected);
});

test.each([
  ['nothing', '', 1],
  ['one column', 'x'.repeat(COLUMN_UNITS), 1],
  ['one column and a unit', 'x'.repeat(COLUMN_UNITS + 1), 2],
  ['characters of two units', `x${'😀'.repeat(COLUMN_UNITS)}`, 3],
])('a text of %s is read as it was written', (_, text, count) => {
  const columns = columnsOf(text);
  expect(Object.keys(columns)).toHaveLength(count);
  // As the service keeps it, in UTF-8: half a character is none.
  const kept = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Buffer.from(column, 'utf8').toString('utf8')]),
  );
  expect(textOf(kept) === text).toBe(true);
});
