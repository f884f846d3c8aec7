import { describe, expect, test } from 'vitest';
import { parseWebhookBody } from '../../../src/lib/start/webhook-body.ts';

const NOTHING = { round: null, triggerId: null, isTest: false };

function callOf(body: unknown) {
  const parsed = parseWebhookBody(typeof body === 'string' ? body : JSON.stringify(body));
  return parsed.ok ? parsed.call : parsed.faults.join(' ');
}

describe("a webhook's body", () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \n'],
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
    expect(callOf({ roundNumber })).toBe(
      `roundNumber must be a positive whole number, or a string of digits; got ${JSON.stringify(roundNumber)}.`,
    );
  });

  test.each([['a'], ['!~'], ['a'.repeat(200)]])('hands over the trigger id %j', (triggerId) => {
    expect(callOf({ triggerId })).toEqual({ ...NOTHING, triggerId });
  });

  test.each([['a b'], ['ä'], ['a\n'], ['a'.repeat(201)], [7], [{}]])(
    'does not take %j for a trigger id',
    (triggerId) => {
      expect(callOf({ triggerId })).toMatch(/^triggerId must be a string of at most 200 printable/);
    },
  );

  test.each([true, false])('says whether it is a test: %j', (isTest) => {
    expect(callOf({ isTest })).toEqual({ ...NOTHING, isTest });
  });

  test.each([['true'], [1], [[]]])('does not take %j for true or false', (isTest) => {
    expect(callOf({ isTest })).toMatch(/^isTest must be true or false; got/);
  });

  test.each([
    ['no JSON', '{', /^The body is not JSON/],
    ['a list', '[]', /^The body must be a JSON object/],
    ['null', 'null', /^The body must be a JSON object/],
    ['a number', '7', /^The body must be a JSON object/],
  ])('that is %s is refused', (_what, body, fault) => {
    expect(callOf(body)).toMatch(fault);
  });

  test('reports all faults at once', () => {
    const parsed = parseWebhookBody('{"roundNumber":"x","triggerId":5,"isTest":"no"}');
    expect(parsed).toMatchObject({ ok: false, faults: { length: 3 } });
  });

  test('quotes what is long only in part', () => {
    expect(callOf({ roundNumber: 'x'.repeat(59) })).toContain(`"${'x'.repeat(59)}…`);
    expect(callOf({ roundNumber: 'x'.repeat(58) })).toContain(`"${'x'.repeat(58)}".`);
  });
});
