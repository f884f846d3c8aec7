// The small pieces of which pages are made.

import { expect, test } from 'vitest';
import { factList } from '../../../src/dashboard/parts/elements.ts';

test('a fact without a value is left out, in whatever way it has none', () => {
  const { text } = factList([
    ['there', 0],
    ['null', null],
    ['undefined', undefined],
    ['false', false],
  ]);
  expect([...text.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, term]) => term)).toEqual(['there']);
});
