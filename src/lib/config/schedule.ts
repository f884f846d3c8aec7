// Schedules of jobs: NCRONTAB, as timers of Azure Functions have it, in UTC. What an expression may say is checked here,
// field by field, so that a fault has its position; its times are croner's.
//
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
// https://github.com/atifaziz/NCrontab/blob/master/NCrontab/CrontabField.cs

import { Cron } from 'croner';

/** What is wrong with an expression, and where; in words that follow "expected". */
export class ScheduleError extends Error {}

/** When a job runs. */
export interface Schedule {
  /** The expression, as it was written. */
  readonly text: string;
  /** The first time after `moment`. */
  next(moment: Date): Date;
  /** The last time up to and at `moment`; null where there was none in the last years. */
  last(moment: Date): Date | null;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** In their order, from `least` on; each may be cut to three letters. */
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: 'january february march april may june july august september october november december'.split(' '),
  },
  {
    name: 'day of the week',
    least: 0,
    most: 6,
    names: 'sunday monday tuesday wednesday thursday friday saturday'.split(' '),
  },
];

const ORDER = 'second, minute, hour, day of the month, month, day of the week';

/**
 * Reads an expression of six fields, or of five where the seconds, which are then 0, are left out.
 * @throws {ScheduleError}
 */
export function parseSchedule(text: string): Schedule {
  const words = [...text.matchAll(/\S+/g)];
  const missing = FIELDS.length - words.length;
  if (missing !== 0 && missing !== 1)
    throw new ScheduleError(
      `six fields (${ORDER}), or the last five of them; there ${words.length === 1 ? 'is' : 'are'} ${words.length}`,
    );
  const fields = FIELDS.slice(missing).map((field, index) => {
    const { 0: word = '', index: at = 0 } = words[index] ?? {};
    return fieldOf(field, word, at + 1);
  });
  const cron = cronOf([...(missing === 1 ? ['0'] : []), ...fields].join(' '));
  return {
    text,
    next: (moment) => cron.nextRun(moment) ?? never(text),
    // The library's are before its moment, and whole seconds.
    last: (moment) => cron.previousRuns(1, new Date(moment.getTime() + 1000 - (moment.getTime() % 1000)))[0] ?? null,
  };
}

/** @throws {ScheduleError} where there is no such day. */
function cronOf(pattern: string): Cron {
  // Day of the month and day of the week must both match, unlike in Unix cron.
  const cron = new Cron(pattern, { paused: true, utcOffset: 0, mode: '6-part', domAndDow: true, sloppyRanges: true });
  if (cron.nextRun(SOME_DAY) === null) return never(pattern);
  return cron;
}

const SOME_DAY = new Date('2026-01-01T00:00:00Z');

function never(text: string): never {
  throw new ScheduleError(`a schedule that occurs; \`${text}\` never does: there is no such day`);
}

/** A field with numbers for names. @param at the position of its first character, from 1. */
function fieldOf(field: Field, word: string, at: number): string {
  // The watcher looks once a minute.
  if (field.name === 'second' && !/^\d+$/.test(word))
    wrong('one number, since a job runs once a minute at most,', at, field, word);
  let position = at;
  return word
    .split(',')
    .map((item) => {
      const read = itemOf(field, item, position);
      position += item.length + 1;
      return read;
    })
    .join(',');
}

/** @param at the position of what is there. */
function wrong(expected: string, at: number, { name }: Field, there: string): never {
  throw new ScheduleError(
    `${expected} at position ${at} (${name}), where there is ${there === '' ? 'nothing' : `\`${there}\``}`,
  );
}

/** A value, a range, or all; each may have a step. */
function itemOf(field: Field, item: string, at: number): string {
  const { least, most } = field;
  const fails = (expected: string): never => wrong(expected, at, field, item);
  const { from, to, step } = /^(?<from>\*|\w+)(?:-(?<to>\w+))?(?:\/(?<step>\d{1,4}))?$/.exec(item)?.groups ?? {};
  if (from === undefined || (from === '*' && to !== undefined))
    return fails('`*`, a value, a range such as 1-5, a list of them with commas between, or a step such as */5');
  const count = most - least + 1;
  if (step !== undefined && (Number(step) < 1 || Number(step) > count)) return fails(`a step from 1 to ${count}`);
  const values = [from, to].map((each) => (each === undefined || each === '*' ? undefined : valueIn(field, each)));
  const [first = least, last = first] = values;
  if (values.includes(null) || first === null || last === null)
    return fails(
      `a number from ${least} to ${most}${field.names === undefined ? '' : `, or a name such as ${field.names[1]?.slice(0, 3).toUpperCase()},`}`,
    );
  if (last < first) return fails('a range from low to high');
  const range = from === '*' ? '*' : to === undefined ? String(first) : `${first}-${last}`;
  return step === undefined ? range : `${range}/${step}`;
}

/** Null where there is no such value. */
function valueIn({ least, most, names = [] }: Field, text: string): number | null {
  const word = text.toLowerCase();
  const index = names.findIndex((name) => word.length >= 3 && name.startsWith(word));
  const value = index >= 0 ? least + index : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  return value >= least && value <= most ? value : null;
}
