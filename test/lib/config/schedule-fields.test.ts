// NCRONTAB: what a schedule says, and what is wrong with one.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSchedule } from '../../../local/host/schedule.ts';
import { fieldsOf, ScheduleError } from '../../../src/lib/config/schedule-fields.ts';

const from = (least: number, most: number) => Array.from({ length: most - least + 1 }, (_, index) => least + index);
const ALL = [from(0, 59), from(0, 59), from(0, 23), from(1, 31), from(1, 12), from(0, 6)];

test.each([
  ['* * * * * *', ALL],
  ['*/5 * * * *', [[0], [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55], ...ALL.slice(2)]],
  ['0 5-20/7 9-10 1,15,1 january,JUL mon-Wed', [[0], [5, 12, 19], [9, 10], [1, 15], [1, 7], [1, 2, 3]]],
  ['0 50/7 23 31 12 6', [[0], [50, 57], [23], [31], [12], [6]]],
  ['  00   05 07  29 2 SUN ', [[0], [5], [7], [29], [2], [0]]],
  ['0 */60 */24 30 2-3 *', [[0], [0], [0], [30], [2, 3], ALL[5]]],
])('`%s` says', (text, values) => {
  expect(fieldsOf(text)).toEqual(values);
});

const SIX = 'six fields (second, minute, hour, day of the month, month, day of the week), or the last five of them;';

test.each([
  ['', `${SIX} there are 0`],
  ['@daily', `${SIX} there is 1`],
  ['0 0 6 * * SUN 2026', `${SIX} there are 7`],
  // The host knows no tab between fields.
  ['0\t*/5 * * * *', 'at position 1 (minute), where there is `0\t*/5`'],
  ['0 99 * * * *', 'a number from 0 to 59 at position 3 (minute), where there is `99`'],
  ['60 0 * * * *', 'a number from 0 to 59 at position 1 (second), where there is `60`'],
  ['0 0 24 * * *', 'a number from 0 to 23 at position 5 (hour), where there is `24`'],
  ['0 0-24 * * *', 'a number from 0 to 23 at position 3 (hour), where there is `0-24`'],
  ['0 0 0 0 * *', 'a number from 1 to 31 at position 7 (day of the month), where there is `0`'],
  ['0 0 0 * 13 *', 'a number from 1 to 12, or a name such as FEB, at position 9 (month), where there is `13`'],
  [
    '0 */5 * * * 7',
    'a number from 0 to 6, or a name such as MON, at position 13 (day of the week), where there is `7`',
  ],
  ['0 0 6 * * SU', 'at position 11 (day of the week), where there is `SU`'],
  ['0 0 1,2,x * * *', 'a number from 0 to 23 at position 9 (hour), where there is `x`'],
  ['0 0 6 L * *', 'at position 7 (day of the month), where there is `L`'],
  ['0 0 6 15W * *', 'at position 7 (day of the month), where there is `15W`'],
  ['0 0 6 ? * MON', 'at position 7 (day of the month), where there is `?`'],
  ['0 0 6 * * 5#3', 'at position 11 (day of the week), where there is `5#3`'],
  ['0 0 6 * * FRI-MON', 'a range from low to high at position 11 (day of the week), where there is `FRI-MON`'],
  ['0 */0 * * * *', 'a step from 1 to 60 at position 3 (minute), where there is `*/0`'],
  ['0 *-5 * * * *', 'at position 3 (minute), where there is `*-5`'],
  ['0 1,,2 * * * *', 'at position 5 (minute), where there is nothing'],
  ['0 0 0 30 2 *', 'a schedule that occurs; `0 0 0 30 2 *` never does: there is no such day'],
  ['0 0 31 4,6,9 MON', 'a schedule that occurs; `0 0 31 4,6,9 MON` never does: there is no such day'],
])('`%s` is refused', (text, says) => {
  expect(() => fieldsOf(text)).toThrow(says);
});

test.each([
  '* * * * * *',
  '*/5 * * * *',
  '0 5-20/7 9-10 1,15,1 january,JUL mon-Wed',
  '0 50/7 23 31 12 6',
  '  00   05 07  29 2 SUN ',
  '0 */60 */24 30 2-3 *',
])('the host reads `%s` in the same way', (text) => {
  const next = parseSchedule(text).next(new Date('2026-04-12T06:00:00Z'));
  const [seconds, minutes, hours, days, months, weekdays] = fieldsOf(text);
  expect(seconds).toContain(next.getUTCSeconds());
  expect(minutes).toContain(next.getUTCMinutes());
  expect(hours).toContain(next.getUTCHours());
  expect(days).toContain(next.getUTCDate());
  expect(months).toContain(next.getUTCMonth() + 1);
  expect(weekdays).toContain(next.getUTCDay());
});

test('the host reads everything that the app takes', () => {
  const value = fc.constantFrom(
    '*',
    '0',
    '5',
    '00',
    '7',
    '29',
    '31',
    '59',
    '60',
    'JAN',
    'february',
    'Mon',
    'SUNDAY',
    'x',
    '',
  );
  const item = fc
    .tuple(value, fc.option(value), fc.option(fc.constantFrom('0', '1', '7', '90', '-1')))
    .map(([from, to, step]) => `${from}${to === null ? '' : `-${to}`}${step === null ? '' : `/${step}`}`);
  const word = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('*', '0', '1', '*/5') },
    fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(',')),
  );
  const blanks = fc.constantFrom(' ', ' ', ' ', '  ', '\t');
  const text = fc.array(fc.tuple(word, blanks), { minLength: 4, maxLength: 7 }).map((words) => words.flat().join(''));
  let taken = 0;
  fc.assert(
    fc.property(text, (schedule) => {
      try {
        fieldsOf(schedule);
      } catch (error) {
        expect(error).toBeInstanceOf(ScheduleError);
        return;
      }
      taken += 1;
      expect(() => parseSchedule(schedule).next(new Date('2026-04-12T06:00:00Z'))).not.toThrow();
    }),
    { seed: 16, numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(100);
});
