import { describe, expect, test } from 'vitest';
import { webhookBody } from '../../../src/lib/start/webhook-body.ts';

const NOTHING = { round: null, triggerId: null, isTest: false };

/** What the body says, or what its fields must be. */
function callOf(body: unknown) {
  const { data, error } = webhookBody.safeParse(body);
  return data ?? error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe("a webhook's body", () => {
  test.each([
    ['an empty object', {}],
    ['nulls', { roundNumber: null, triggerId: null, isTest: null }],
    ['empty texts', { roundNumber: '', triggerId: '' }],
    ['fields that nobody knows', { round: 7, dataVersion: 5 }],
  ])('of %s says nothing', (_what, body) => {
    expect(callOf(body)).toEqual(NOTHING);
  });

  test.each([
    ['1', 1],
    ['1790', 1790],
    ['0042', 42],
    ['9999999', 9_999_999],
    [1790, 1790],
    [1, 1],
    [9_999_999, 9_999_999],
  ])('names the round %j', (roundNumber, round) => {
    expect(callOf({ roundNumber })).toEqual({ ...NOTHING, round });
  });

  test.each([
    ['0'],
    ['10000000'],
    ['-1'],
    ['x1'],
    ['1x'],
    ['1.5'],
    [' 1'],
    [0],
    [-3],
    [1.5],
    [10_000_000],
    [true],
    [[1]],
    [{ n: 1 }],
  ])('cannot name the round %j', (roundNumber) => {
    expect(callOf({ roundNumber })).toEqual([
      'roundNumber: a positive whole number of at most seven digits, or a string of these digits',
    ]);
  });

  test.each([['a'], ['!~'], ['a'.repeat(200)]])('hands over the trigger id %j', (triggerId) => {
    expect(callOf({ triggerId })).toEqual({ ...NOTHING, triggerId });
  });

  test.each([['a b'], ['ä'], ['a\n'], ['a'.repeat(201)], [7], [{}]])(
    'does not take %j for a trigger id',
    (triggerId) => {
      expect(callOf({ triggerId })).toEqual([
        'triggerId: a string of at most 200 printable ASCII characters, without blanks',
      ]);
    },
  );

  test.each([true, false])('says whether it is a test: %j', (isTest) => {
    expect(callOf({ isTest })).toEqual({ ...NOTHING, isTest });
  });

  test.each([['true'], [1], [[]]])('does not take %j for true or false', (isTest) => {
    expect(callOf({ isTest })).toEqual(['isTest: true or false']);
  });

  test.each([[[]], [null], [7], ['text']])('cannot be %j', (body) => {
    expect(callOf(body)).toEqual([': a JSON object']);
  });

  test('reports all faults at once', () => {
    expect(callOf({ roundNumber: 'x', triggerId: 5, isTest: 'no' })).toHaveLength(3);
  });
});
