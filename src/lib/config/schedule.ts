// Schedules of jobs, in UTC: what the fields of one say is read as those of timers are, its times are croner's.

import { Cron } from 'croner';
import { fieldsOf, ScheduleError } from './schedule-fields.ts';

/** When a job runs. */
export interface Schedule {
  /** The expression, as it was written. */
  readonly text: string;
  /** How often it occurs on one day, at most. */
  readonly timesADay: number;
  /** The first time after `moment`. */
  readonly next: (moment: Date) => Date;
  /** The last time up to and at `moment`; null where there was none in the last years. */
  readonly last: (moment: Date) => Date | null;
}

/**
 * Reads an expression of six fields, or of five where the seconds, which are then 0, are left out.
 * @throws {ScheduleError}
 */
export function parseSchedule(text: string): Schedule {
  const fields = fieldsOf(text);
  // The watcher looks once a minute.
  if (fields[0]?.length !== 1) {
    const { 0: word = '', index = 0 } = /[^ ]+/.exec(text) ?? {};
    throw new ScheduleError(
      `one number, since a job runs once a minute at most, at position ${index + 1} (second), where there is \`${word}\``,
    );
  }
  const pattern = fields.map((values) => values.join(',')).join(' ');
  // Day of the month and day of the week must both match, unlike in Unix cron.
  const cron = new Cron(pattern, { paused: true, utcOffset: 0, mode: '6-part', domAndDow: true });
  return {
    text,
    timesADay: fields.slice(0, 3).reduce((product, { length }) => product * length, 1),
    next: (moment) => cron.nextRun(moment) ?? never(text),
    // The library's are before its moment, and whole seconds.
    last: (moment) => cron.previousRuns(1, new Date(moment.getTime() + 1000 - (moment.getTime() % 1000)))[0] ?? null,
  };
}

function never(text: string): never {
  throw new ScheduleError(`a schedule that occurs; \`${text}\` does so no more`);
}
