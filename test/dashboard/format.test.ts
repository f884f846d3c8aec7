import { describe, expect, test } from 'vitest';
import { dollars, list, longSpan, moment, plural, sentence, span, utc } from '../../src/dashboard/format.ts';
import { someOf } from '../../src/lib/util/sentences.ts';

const NOW = new Date('2026-11-20T12:00:00Z');

describe('a duration', () => {
  test.each([
    [-5, '0 s'],
    [0.9, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [61, '1 min 1 s'],
    [599, '9 min 59 s'],
    [601, '10 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [3660, '1 h 1 min'],
    [47 * 3600 + 3540, '47 h 59 min'],
    [48 * 3600, '2 days'],
    [71 * 3600, '2 days'],
  ])('%d seconds: %s', (seconds, words) => {
    expect(span(seconds)).toBe(words);
  });

  test.each([
    [-1, 'less than a minute'],
    [59, 'less than a minute'],
    [60, '1 min'],
    [119, '1 min'],
  ])('%d seconds in whole minutes: %s', (seconds, words) => {
    expect(longSpan(seconds)).toBe(words);
  });
});

test.each([
  ['2026-11-20T13:05:59Z', '13:05 UTC'],
  ['2026-11-20T23:59:59Z', '23:59 UTC'],
  ['2026-11-21T00:00:00Z', '21 Nov, 00:00 UTC'],
  ['2026-11-19T16:00:01Z', '16:00 UTC'],
  ['2026-11-19T16:00:00Z', '19 Nov, 16:00 UTC'],
  ['2026-01-02T03:04:00Z', '2 Jan, 03:04 UTC'],
  ['2025-12-31T23:59:00Z', '31 Dec 2025, 23:59 UTC'],
])('the time %s reads %s', (time, words) => {
  expect(utc(new Date(time), NOW)).toBe(words);
  expect(moment(time, NOW).text).toBe(`<time datetime="${new Date(time).toISOString()}">${words}</time>`);
});

test('a time that is none is shown as it is', () => {
  expect(moment('<soon>', NOW).text).toBe('&lt;soon&gt;');
});

test.each([
  [0, '$0.00'],
  [0.0001, 'under $0.01'],
  [0.01, '$0.01'],
  [12.345, '$12.35'],
])('%d dollars read %s', (amount, words) => {
  expect(dollars(amount)).toBe(words);
});

test('words in number', () => {
  expect([0, 1, 2].map((count) => plural(count, 'model'))).toEqual(['0 models', '1 model', '2 models']);
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
  [someOf(Array.from('abcdefghijklm')), 'a, b, c, d, e, f, g, h, i, j, k, l and m'],
  [someOf(Array.from('abcdefghijklmn')), 'a, b, c, d, e, f, g, h, i, j, k, l and 2 more'],
])('the list %j reads "%s"', (words, text) => {
  expect(list(words)).toBe(text);
});

test('a sentence begins with a capital', () => {
  expect(['ran, unconfirmed', ''].map(sentence)).toEqual(['Ran, unconfirmed', '']);
});
