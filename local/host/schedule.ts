// Schedules of timer triggers: NCRONTAB with seconds, or a time span. Times are UTC. What the real host cannot read
// is refused in its words, and what it can read is read as it does (atifaziz/NCrontab, CrontabFieldImpl).

import { Cron } from 'croner';
import { parseTimeSpan } from './host-file.ts';

export interface Schedule {
  /** The first occurrence after `time`. */
  next(time: Date): Date;
  /** .NET's `Schedule.AdjustForDST`: true for cron expressions. */
  readonly adjustForDst: boolean;
}

class ScheduleError extends Error {}

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');
const FIELDS: readonly Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: MONTHS },
  // Sunday is 0, never 7.
  { least: 0, most: 6, names: WEEKDAYS },
];

/**
 * Reads a schedule expression. Five fields mean second 0.
 * @throws ScheduleError in the words of the real host.
 */
export function parseSchedule(expression: string): Schedule {
  const timeSpanMs = parseTimeSpan(expression);
  if (timeSpanMs !== undefined && Number.isFinite(timeSpanMs) && timeSpanMs > 0) {
    return { next: (time) => new Date(time.getTime() + timeSpanMs), adjustForDst: false };
  }
  const cron = parseCron(expression);
  return {
    adjustForDst: true,
    next(time) {
      const found = cron.nextRun(time);
      if (found === null) throw new ScheduleError(`The schedule '${expression}' never occurs.`);
      return found;
    },
  };
}

function parseCron(expression: string): Cron {
  const words = expression.split(' ').filter((word) => word !== '');
  const given = words.length === 5 ? ['0', ...words] : words;
  const fields = FIELDS.map((field, index) => valuesOf(field, given[index] ?? ''));
  if (given.length !== FIELDS.length || fields.includes(undefined))
    throw new ScheduleError(
      `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    );
  // In NCRONTAB both the day of the month and the day of the week must match, unlike in Unix cron.
  return new Cron(fields.join(' '), { paused: true, timezone: 'Etc/UTC', mode: '6-part', domAndDow: true });
}

/** The values of a field, with commas between; undefined where it cannot be read. */
function valuesOf(field: Field, word: string): string | undefined {
  const items = word.split(',').map((item) => itemOf(field, item));
  if (items.includes(undefined)) return undefined;
  return [...new Set(items.flatMap((values) => values ?? []))].join(',');
}

/** A value, a range or all, each with a step. A range that is upside down is turned round, a step of 0 is 1. */
function itemOf({ least, most, names = [] }: Field, item: string): number[] | undefined {
  const parts = /^(?:(\*)|(\d+|[a-z]+)(?:-(\d+|[a-z]+))?)(?:\/(\d+))?$/i.exec(item);
  if (parts === null) return undefined;
  const [, all, from = '', to, step] = parts;
  const value = (text: string): number =>
    /^\d/.test(text) ? Number(text) : least + names.findIndex((name) => name.startsWith(text.toLowerCase()));
  const first = all === undefined ? value(from) : least;
  const last = to !== undefined ? value(to) : all !== undefined || step !== undefined ? most : first;
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  if (low < least || high > most) return undefined;
  const every = Math.max(1, Number(step ?? 1));
  return Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, index) => low + index * every);
}
