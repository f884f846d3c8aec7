// Is it time for a job? A pure function of its schedule, of how far the record says that its times have been dealt with,
// of what is under way, and of the time.

import type { Job } from '../config/models.ts';
import type { Schedule } from '../config/schedule.ts';
import { type Pause, pausedNow } from '../runs/pause.ts';
import { hasEnded, type Run } from '../runs/run.ts';
import type { ScheduleMark } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';

/** Scheduled times that nothing was started for. */
export interface Missed {
  readonly first: Date;
  /** Up to {@link COUNTED}. */
  readonly count: number;
}

export type DueDecision =
  | { readonly do: 'nothing' }
  /** Its times are dealt with up to that. */
  | { readonly do: 'mark'; readonly mark: ScheduleMark }
  /** A run is under way, and there is no second one. */
  | { readonly do: 'skip'; readonly time: Date; readonly mark: ScheduleMark }
  /** `mark` is written once the run is on record. */
  | { readonly do: 'start'; readonly time: Date; readonly missed: Missed | null; readonly mark: ScheduleMark };

export interface DueInput {
  readonly job: Job;
  /** Null where the job has none. */
  readonly mark: ScheduleMark | null;
  readonly pause: Pause | null;
  /** The job's runs that had not ended when this tick began, as they now are. */
  readonly runs: readonly Pick<Run, 'scheduledFor' | 'state'>[];
  readonly now: Date;
}

const NOTHING: DueDecision = { do: 'nothing' };

/** A changed schedule counts from so long before it is noticed: for a minute or two a deployment has both side by side. */
const SIDE_BY_SIDE_MS = 2 * 60_000;

/**
 * What is said of a time further ahead was said by a clock that was wrong, and does not count. What was started by it has
 * claims, and is not started again.
 */
const FAR_AHEAD_MS = 24 * 3_600_000;

/** How many missed times are counted: not more than one tick after another can afford. */
export const COUNTED = 100;

/** Decides for one job. Of several times that have passed, the latest counts: a run for each would come too late. */
export function decideOnJob({ job, mark, pause, runs, now }: DueInput): DueDecision {
  const { schedule } = job;
  if (schedule === null) return NOTHING;
  const as = (since: Date, skipped: ScheduleMark['skipped'] = null): ScheduleMark => ({
    job: job.name,
    schedule: schedule.text,
    since,
    skipped,
  });
  // What was before it was deployed is not its business.
  if (mark === null) return { do: 'mark', mark: as(now) };
  if (mark.schedule !== schedule.text) {
    const since = Math.min(now.getTime(), Math.max(mark.since.getTime(), now.getTime() - SIDE_BY_SIDE_MS));
    return { do: 'mark', mark: as(new Date(since)) };
  }
  const isToCome = (time: Date): boolean => time.getTime() - now.getTime() > FAR_AHEAD_MS;
  if (isToCome(mark.since)) return { do: 'mark', mark: as(now) };
  // A run is on record also where the instance that started it died before the mark was written.
  const others = [pause?.resumedAt ?? mark.since, ...runs.map(({ scheduledFor }) => new Date(scheduledFor ?? 0))];
  const since = others.filter((time) => !isToCome(time)).reduce(later, mark.since);
  const time = schedule.last(now);
  if (time === null || time <= since) return NOTHING;
  if (pausedNow(job, pause) !== null) return { do: 'mark', mark: as(time, mark.skipped) };
  const missed = missedBetween(schedule, since, time);
  if (job.overlap === 'skip' && !runs.every(hasEnded))
    return { do: 'skip', time, mark: skipped(as(time), mark, missed) };
  return { do: 'start', time, missed, mark: as(time) };
}

/** What was due is skipped, and with it what was missed before. */
export function skipped(
  mark: ScheduleMark,
  before: Pick<ScheduleMark, 'skipped'>,
  missed: Missed | null,
): ScheduleMark {
  const count = (before.skipped?.count ?? 0) + (missed?.count ?? 0) + 1;
  return { ...mark, skipped: { count, last: mark.since } };
}

/** Whether a time that is started for now, or was missed, has passed so long ago that somebody should know. */
export function isLate(time: Date, missed: Missed | null, now: Date): boolean {
  return now.getTime() - (missed?.first ?? time).getTime() >= TIMING.tickLateMs;
}

/** The times after `since` and before `time`. */
function missedBetween({ next }: Schedule, since: Date, time: Date): Missed | null {
  const first = next(since);
  let count = 0;
  for (let each = first; each < time && count < COUNTED; each = next(each)) count += 1;
  return count === 0 ? null : { first, count };
}

function later(one: Date, other: Date): Date {
  return other > one ? other : one;
}
