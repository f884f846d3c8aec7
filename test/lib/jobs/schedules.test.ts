// NCRONTAB: what an expression means, and what is wrong with one.

import { expect, test } from 'vitest';
import { parseSchedule as parseTimer } from '../../../local/host/schedule.ts';
import { parseSchedule } from '../../../src/lib/config/schedule.ts';

const iso = (text: string) => new Date(text).toISOString();

// Sunday, 12 April 2026, 06:00 is a time of the first one.
test.each([
  ['0 0 6 * * SUN', '2026-04-12T06:00:00Z', '2026-04-19T06:00:00Z', '2026-04-12T06:00:00Z'],
  ['0 0 6 * * SUN', '2026-04-12T05:59:59.999Z', '2026-04-12T06:00:00Z', '2026-04-05T06:00:00Z'],
  ['0 0 6 * * 0', '2026-04-12T06:00:00.001Z', '2026-04-19T06:00:00Z', '2026-04-12T06:00:00Z'],
  ['30 * * * * *', '2026-04-12T06:00:00Z', '2026-04-12T06:00:30Z', '2026-04-12T05:59:30Z'],
  ['*/5 * * * *', '2026-04-12T06:00:00Z', '2026-04-12T06:05:00Z', '2026-04-12T06:00:00Z'],
  ['0 */7 * * * *', '2026-04-12T06:57:00Z', '2026-04-12T07:00:00Z', '2026-04-12T06:56:00Z'],
  ['0 5-20/7 * * * *', '2026-04-12T06:06:00Z', '2026-04-12T06:12:00Z', '2026-04-12T06:05:00Z'],
  ['0 50/7 * * * *', '2026-04-12T06:00:00Z', '2026-04-12T06:50:00Z', '2026-04-12T05:57:00Z'],
  ['0 0 9-17 * * mon-fri', '2026-04-12T06:00:00Z', '2026-04-13T09:00:00Z', '2026-04-10T17:00:00Z'],
  ['0 0 0 1,15 january,JUL *', '2026-04-12T06:00:00Z', '2026-07-01T00:00:00Z', '2026-01-15T00:00:00Z'],
  ['0 0 0 29 2 *', '2026-04-12T06:00:00Z', '2028-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  // Both the day of the month and that of the week, unlike in Unix cron.
  ['0 0 0 13 * FRI', '2026-04-12T06:00:00Z', '2026-11-13T00:00:00Z', '2026-03-13T00:00:00Z'],
  ['  0   0 6  * * SUN ', '2026-04-12T06:00:00Z', '2026-04-19T06:00:00Z', '2026-04-12T06:00:00Z'],
])('`%s` at %s', (text, at, next, last) => {
  const schedule = parseSchedule(text);
  expect(schedule.next(new Date(at)).toISOString()).toBe(iso(next));
  expect(schedule.last(new Date(at))?.toISOString()).toBe(iso(last));
});

test.each([
  ['0 0 6 * * SUN', 1],
  ['0 0 6,6,18 1 1 *', 2],
  ['*/5 * * * *', 288],
  ['30 * * * * *', 1440],
  ['0 * 9-17/4 * * SAT', 180],
  ['0 50/7 0 * * *', 2],
])('`%s` occurs up to %i times on a day', (text, times) => {
  expect(parseSchedule(text).timesADay).toBe(times);
});

test.each(['0 0 6 * * SUN', '*/5 * * * *', '0 5-20/7 3 * * *', '0 0 0 1,15 JAN,JUL MON-FRI', '0 0 0 13 * FRI'])(
  'the host of the timers reads `%s` in the same way',
  (text) => {
    let at = new Date('2026-04-12T06:00:00Z');
    for (let time = 0; time < 20; time += 1) {
      const next = parseSchedule(text).next(at);
      expect(next).toEqual(parseTimer(text).next(at));
      at = next;
    }
  },
);

test.each([
  [
    '',
    'six fields (second, minute, hour, day of the month, month, day of the week), or the last five of them; there are 0',
  ],
  ['0 0 6 * * SUN 2026', 'there are 7'],
  ['0 0 24 * * *', 'a number from 0 to 23 at position 5 (hour), where there is `24`'],
  ['0 60 * * * *', 'a number from 0 to 59 at position 3 (minute), where there is `60`'],
  ['0 0 0 0 * *', 'a number from 1 to 31 at position 7 (day of the month), where there is `0`'],
  ['0 0 0 * 13 *', 'a number from 1 to 12, or a name such as FEB, at position 9 (month), where there is `13`'],
  ['0 0 6 * * 7', 'a number from 0 to 6, or a name such as MON, at position 11 (day of the week), where there is `7`'],
  ['0 0 6 * * SU', 'at position 11 (day of the week), where there is `SU`'],
  ['0 0 1,2,x * * *', 'a number from 0 to 23 at position 9 (hour), where there is `x`'],
  ['0 0 6 L * *', 'at position 7 (day of the month), where there is `L`'],
  ['0 0 6 15W * *', 'where there is `15W`'],
  ['0 0 6 ? * MON', 'at position 7 (day of the month), where there is `?`'],
  ['0 0 6 * * 5#3', 'at position 11 (day of the week), where there is `5#3`'],
  ['0 0 6 * * FRI-MON', 'a range from low to high at position 11 (day of the week), where there is `FRI-MON`'],
  ['0 */0 * * * *', 'a step from 1 to 60 at position 3 (minute), where there is `*/0`'],
  ['0 *-5 * * * *', 'at position 3 (minute), where there is `*-5`'],
  [
    '*/10 * * * * *',
    'one number, since a job runs once a minute at most, at position 1 (second), where there is `*/10`',
  ],
  ['* * * * * *', 'at position 1 (second)'],
  ['0 0 0 30 2 *', 'a schedule that occurs; `0 0 0 30 2 *` never does: there is no such day'],
  ['@daily', 'there is 1'],
  ['0 */61 * * * *', 'a step from 1 to 60 at position 3 (minute), where there is `*/61`'],
  ['0 0 0 */32 * *', 'a step from 1 to 31 at position 7 (day of the month), where there is `*/32`'],
  ['0 0 0 * * MON-WED/8', 'a step from 1 to 7 at position 11 (day of the week), where there is `MON-WED/8`'],
  ['0 0 8-18/9999 * * *', 'a step from 1 to 24 at position 5 (hour), where there is `8-18/9999`'],
  [
    '5,10 0 0 * * *',
    'one number, since a job runs once a minute at most, at position 1 (second), where there is `5,10`',
  ],
  ['0 1,,2 * * * *', 'at position 5 (minute), where there is nothing'],
  ['0 0 ,6 * * *', 'at position 5 (hour), where there is nothing'],
])('`%s` is refused', (text, says) => {
  expect(() => parseSchedule(text)).toThrow(says);
});
