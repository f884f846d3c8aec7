// What the record of a run says of the times of its job that passed before it.

import type { ScheduleMark } from '../runs/stores.ts';
import { utcMinute } from '../util/clock.ts';
import { together } from '../util/sentences.ts';
import { COUNTED, isLate, type Missed } from './due.ts';

/** `3 scheduled times`, `1 scheduled time`. */
function times(count: number): string {
  return `${count >= COUNTED ? `${COUNTED} or more` : count} scheduled ${count === 1 ? 'time' : 'times'}`;
}

/** Why the run is started as it is; null where it is started in time, and nothing was left out before it. */
export function whyStarted(time: Date, missed: Missed | null, { skipped }: ScheduleMark, now: Date): string | null {
  return together(
    missedWords(time, missed, now),
    skipped &&
      `Before it, ${times(skipped.count)} passed while the run before was under way, the last at ${utcMinute(skipped.last)}.`,
  );
}

/** What was missed; null where nothing was, and it is not late. */
export function missedWords(time: Date, missed: Missed | null, now: Date): string | null {
  if (missed !== null)
    return `Nothing was started at ${times(missed.count)} from ${utcMinute(missed.first)} on, and this run stands for all of them: the app was not running, or could not start anything.`;
  return isLate(time, missed, now)
    ? `Started late: it was scheduled for ${utcMinute(time)}, when the app was not running, or could not start anything.`
    : null;
}
