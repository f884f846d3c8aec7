import { describe, expect, test } from 'vitest';
import { documentedWindow } from '../../../src/lib/rounds/documented-hours.ts';
import {
  isAboutToClose,
  isOpen,
  newestClosed,
  openRound,
  type Round,
  timeLeftMs,
} from '../../../src/lib/rounds/round.ts';

const at = (time: string) => new Date(`2026-04-${time}:00Z`);
const round = (number: number, opens: string, closes: string): Round => ({
  tournament: 'classic',
  number,
  openTime: at(opens),
  closeTime: at(closes),
});
const FIRST = round(1, '01T12:00', '01T13:00');
const SECOND = round(2, '02T12:00', '02T13:00');
const LONG = round(3, '02T12:30', '03T12:00');

describe('a round', () => {
  test.each([
    ['before it opens', '01T11:59', false],
    ['as it opens', '01T12:00', true],
    ['just before it closes', '01T12:59', true],
    ['as it closes', '01T13:00', false],
  ])('%s', (_when, time, open) => {
    expect(isOpen(FIRST, at(time))).toBe(open);
  });

  test.each([
    ['twenty minutes before it closes', '01T12:40', false],
    ['within them', '01T12:41', true],
    ['a minute before', '01T12:59', true],
    ['as it closes', '01T13:00', false],
    ['afterwards', '01T13:01', false],
  ])('%s is about to close: %s', (_when, time, expected) => {
    expect(isAboutToClose(FIRST, at(time), 20)).toBe(expected);
  });

  test('has so much time left', () => {
    expect(timeLeftMs(FIRST, at('01T12:45'))).toBe(15 * 60_000);
    expect(timeLeftMs(FIRST, at('01T13:01'))).toBe(-60_000);
  });

  test.each([
    ['none', [], '01T12:30', null],
    ['none that is open', [FIRST, SECOND], '01T14:00', null],
    ['the one that is open', [FIRST, SECOND], '02T12:10', 2],
    ['the newer of two', [LONG, SECOND], '02T12:40', 3],
    ['the newer of two, whatever their order', [SECOND, LONG], '02T12:40', 3],
  ])('open is %s', (_which, rounds, time, number) => {
    expect(openRound(rounds, at(time))?.number ?? null).toBe(number);
  });

  test.each([
    ['none', [FIRST], '01T12:59', null],
    ['one that closes now', [FIRST], '01T13:00', 1],
    ['the newest', [SECOND, FIRST], '02T14:00', 2],
    ['the newest, whatever the order', [FIRST, SECOND, LONG], '02T14:00', 2],
  ])('closed last is %s', (_which, rounds, time, number) => {
    expect(newestClosed(rounds, at(time))?.number ?? null).toBe(number);
  });
});

// 2026-04-01 is a Wednesday.
describe('by the documented hours', () => {
  test.each([
    ['Wednesday before noon', '01T11:59', null],
    ['Wednesday at noon', '01T12:00', ['01T12:00', '01T13:00']],
    ['Wednesday before one', '01T12:59', ['01T12:00', '01T13:00']],
    ['Wednesday at one', '01T13:00', null],
    ['Thursday', '02T12:30', ['02T12:00', '02T13:00']],
    ['Friday', '03T12:30', ['03T12:00', '03T13:00']],
    ['Tuesday', '07T12:30', ['07T12:00', '07T13:00']],
    ['Saturday before noon', '04T11:59', null],
    ['Saturday at noon', '04T12:00', ['04T12:00', '05T14:00']],
    ['Sunday night', '05T03:00', ['04T12:00', '05T14:00']],
    ['Sunday before two', '05T13:59', ['04T12:00', '05T14:00']],
    ['Sunday at two', '05T14:00', null],
    ['Monday', '06T12:30', null],
  ])('%s', (_day, time, window) => {
    const [opens, closes] = window ?? [];
    const expected = opens === undefined || closes === undefined ? null : { opens: at(opens), closes: at(closes) };
    expect(documentedWindow(at(time))).toEqual(expected);
  });
});
