// Any expression that the grammar of NCRONTAB allows, against a reading of it that tries each minute.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSchedule } from '../../../src/lib/config/schedule.ts';
import { ScheduleError } from '../../../src/lib/config/schedule-fields.ts';

const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;
type Bounds = (typeof RANGES)[number];

const item = ([least, most]: Bounds) => {
  const value = fc.integer({ min: least, max: most });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.option(fc.integer({ min: 1, max: most - least + 1 }), { freq: 2 });
  return fc
    .tuple(fc.oneof(fc.constant('*'), value.map(String), range), step)
    .map(([base, by]) => (by === null ? base : `${base}/${by}`));
};
const field = (bounds: Bounds) =>
  fc.array(item(bounds), { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
const expression = fc.tuple(...RANGES.map(field)).map((fields) => fields.join(' '));

/** The values that a field allows; a step without a range goes to the end. */
function valuesOf(text: string, [least, most]: Bounds): ReadonlySet<number> {
  const values = text.split(',').flatMap((one) => {
    const [base = '', step = '1'] = one.split('/');
    const [from = least, to] = base === '*' ? [least, most] : base.split('-').map(Number);
    const last = to ?? (one.includes('/') ? most : from);
    return Array.from({ length: last - from + 1 }, (_, index) => from + index).filter(
      (value) => (value - from) % Number(step) === 0,
    );
  });
  return new Set(values);
}

function matches(text: string): (time: Date) => boolean {
  const [minute, hour, day, month, weekday] = text
    .split(' ')
    .map((one, index) => valuesOf(one, RANGES[index] ?? RANGES[0]));
  return (time) =>
    minute?.has(time.getUTCMinutes()) === true &&
    hour?.has(time.getUTCHours()) === true &&
    day?.has(time.getUTCDate()) === true &&
    month?.has(time.getUTCMonth() + 1) === true &&
    weekday?.has(time.getUTCDay()) === true;
}

const MINUTE = 60_000;
/** The minutes of so many days around the moment are tried. */
const DAYS = 3;

test('each is read as it says, and what never occurs is refused in words', () => {
  const moments = fc.date({
    min: new Date('2026-01-01T00:00:00Z'),
    max: new Date('2029-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(expression, moments, (text, moment) => {
      let schedule: ReturnType<typeof parseSchedule>;
      try {
        schedule = parseSchedule(text);
      } catch (error) {
        expect(error, text).toBeInstanceOf(ScheduleError);
        return;
      }
      const does = matches(text);
      const whole = Math.floor(moment.getTime() / MINUTE) * MINUTE;
      const tried = Array.from({ length: DAYS * 1440 }, (_, index) => index * MINUTE);
      const next = tried.map((span) => new Date(whole + MINUTE + span)).find(does);
      const last = tried.map((span) => new Date(whole - span)).find(does);
      const [theirNext, theirLast] = [schedule.next(moment), schedule.last(moment)];
      if (next === undefined) expect(theirNext.getTime()).toBeGreaterThan(whole + DAYS * 1440 * MINUTE);
      else expect(theirNext).toEqual(next);
      if (last === undefined) expect(theirLast?.getTime() ?? 0).toBeLessThanOrEqual(whole - DAYS * 1440 * MINUTE);
      else expect(theirLast).toEqual(last);
    }),
    { numRuns: 300, seed: 12 },
  );
});

test('whatever else is written is refused in words, or is one', () => {
  const junk = fc.array(fc.oneof(fc.stringMatching(/^[\d*/,\-A-Za-z?#]{0,8}$/), fc.string({ maxLength: 5 })), {
    minLength: 4,
    maxLength: 7,
  });
  fc.assert(
    fc.property(junk, (fields) => {
      try {
        parseSchedule(fields.join(' '));
      } catch (error) {
        expect(error, fields.join(' ')).toBeInstanceOf(ScheduleError);
      }
    }),
    { numRuns: 2000, seed: 12 },
  );
});
