// The small pieces of which pages are made.

import { expect, test } from 'vitest';
import { factList, prose } from '../../../src/dashboard/parts/elements.ts';

test('a fact without a value is left out, in whatever way it has none', () => {
  const { text } = factList([
    ['there', 0],
    ['null', null],
    ['undefined', undefined],
    ['false', false],
  ]);
  expect([...text.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, term]) => term)).toEqual(['there']);
});

test.each([
  ['Name another region in `locations`.', 'Name another region in <code>locations</code>.'],
  ['`a` or `<b>`', '<code>a</code> or <code>&lt;b&gt;</code>'],
  ['One ` is no pair, `\n` is none either', 'One <code> is no pair, </code>\n` is none either'],
  ['It&apos;s <script>', 'It&amp;apos;s &lt;script&gt;'],
])('what stands between backticks is code: %j', (text, shown) => {
  expect(prose(text).text).toBe(shown);
});
