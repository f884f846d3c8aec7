// Schedules of timer triggers: NCRONTAB with seconds, or a time span, both read in UTC.

import { Cron } from 'croner';
import { parseTimeSpan } from './host-file.ts';

export interface Schedule {
  /** The first occurrence after `time`. */
  next(time: Date): Date;
  /** .NET's `Schedule.AdjustForDST`: true for cron expressions. */
  readonly adjustForDst: boolean;
}

export class ScheduleError extends Error {}

const FIELD = String.raw`(?:\*|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:\/\d+)?`;
/** NCRONTAB knows lists, ranges, steps and names, and none of the extensions (`L`, `W`, `#`, `?`, nicknames). */
const NCRONTAB = new RegExp(String.raw`^${FIELD}(?:,${FIELD})*(?:\s+${FIELD}(?:,${FIELD})*){4,5}$`);

/**
 * Reads a schedule expression. Five fields mean second 0.
 * @throws ScheduleError in the words of the real host.
 */
export function parseSchedule(expression: string): Schedule {
  const timeSpanMs = parseTimeSpan(expression);
  if (timeSpanMs !== undefined && Number.isFinite(timeSpanMs) && timeSpanMs > 0) {
    return { next: (time) => new Date(time.getTime() + timeSpanMs), adjustForDst: false };
  }
  const cron = parseCron(expression.trim());
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
  try {
    if (NCRONTAB.test(expression)) {
      const fields = expression.split(/\s+/);
      const pattern = [...(fields.length === 5 ? ['0'] : []), ...fields].join(' ');
      // NCRONTAB wants both a day of the month and a day of the week to fit, unlike Unix cron.
      return new Cron(pattern, {
        paused: true,
        timezone: 'Etc/UTC',
        mode: '6-part',
        domAndDow: true,
        sloppyRanges: true,
      });
    }
  } catch {
    // Falls through to the real host's words.
  }
  throw new ScheduleError(
    `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
  );
}
