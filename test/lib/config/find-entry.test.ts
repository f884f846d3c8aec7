// What a caller is told who names no model or job, or none that there is.

import { expect, test } from 'vitest';
import { findEntry } from '../../../src/lib/config/models.ts';
import { one } from '../../dashboard/status.ts';

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ ...one, name: `m-${index + 1}` }));

test.each([
  [2, undefined, 'The URL names no model or job, and there are 2: m-1, m-2.'],
  [2, 'none', 'There is no model or job "none". models.json has: m-1, m-2.'],
  [
    500,
    'none',
    'There is no model or job "none". models.json has: m-1, m-2, m-3, m-4, m-5, m-6, m-7, m-8, m-9, m-10, m-11, m-12, 488 more.',
  ],
])('of %d models, asked for %s', (count, name, told) => {
  expect(() => findEntry(named(count), name)).toThrow(told);
});
