// Schedules of timer triggers: NCRONTAB with seconds, or a time span. Times are UTC.

import { Cron } from 'croner';
import { parseTimeSpan } from './host-file.ts';

export interface Schedule {
  /** The first occurrence after `time`. */
  next(time: Date): Date;
  /** .NET's `Schedule.AdjustForDST`: true for cron expressions. */
  readonly adjustForDst: boolean;
}

class ScheduleError extends Error {}

const VALUE = String.raw`(?:\d{1,2}|[A-Za-z]{3})`;
const PART = String.raw`(?:\*|${VALUE}(?:-${VALUE})?)(?:\/\d+)?`;
const FIELD = `${PART}(?:,${PART})*`;
/** NCRONTAB has lists, ranges, steps and names, but no extensions (`L`, `W`, `#`, `?`, nicknames). */
const NCRONTAB = new RegExp(String.raw`^${FIELD}(?:\s+${FIELD}){4,5}$`);
/** In NCRONTAB Sunday is 0, never 7. */
const SUNDAY_AS_SEVEN = /(?:^|[,-])7[^/]*$/;

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
    const fields = expression.split(/\s+/);
    if (NCRONTAB.test(expression) && !SUNDAY_AS_SEVEN.test(fields.at(-1) ?? '')) {
      const pattern = [...(fields.length === 5 ? ['0'] : []), ...fields].join(' ');
      // In NCRONTAB both the day of the month and the day of the week must match, unlike in Unix cron.
      return new Cron(pattern, {
        paused: true,
        timezone: 'Etc/UTC',
        mode: '6-part',
        domAndDow: true,
        sloppyRanges: true,
      });
    }
  } catch {
    // The real host's message follows.
  }
  throw new ScheduleError(
    `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
  );
}
