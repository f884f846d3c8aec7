// When a submission of a run counts: its round as Numerai has it now, else as it had it last, else by the documented hours. When an
// attempt of a job may begin: until its next time comes.

import type { Schedule } from '../config/schedule.ts';
import { documentedWindow } from '../rounds/documented-hours.ts';
import { isOpen, type Round } from '../rounds/round.ts';
import type { RoundsKnown } from '../rounds/round-cache.ts';
import { isLongOver } from '../rounds/standing.ts';
import type { Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';

export interface Window {
  /** For sentences. */
  readonly name: string;
  readonly openTime: Date;
  readonly closeTime: Date;
  /** Whether Numerai, or the schedule, says so. */
  readonly isKnown: boolean;
  /** Whether an attempt must have ended by then; else it must have begun. */
  readonly isDeadline: boolean;
}

/** Whether it is closed: what is submitted now does not count. */
export function isOver({ closeTime }: Window, now: Date): boolean {
  return now >= closeTime;
}

/** The window of a run. @param last what Numerai listed last, where it cannot be asked now. */
export function windowOf(
  { round: number, requestedAt }: Pick<Run, 'round' | 'requestedAt'>,
  known: RoundsKnown,
  last: readonly Round[] = [],
): Window {
  const openTime = new Date(requestedAt);
  const rounds = known.kind === 'known' ? known.rounds : [];
  const isOfRun = (each: Round) => (number === null ? isOpen(each, openTime) : each.number === number);
  const round = rounds.find(isOfRun);
  if (round !== undefined) return { ...round, name: `round ${round.number}`, isKnown: true, isDeadline: true };
  // Older than all that Numerai lists.
  if (number !== null && isLongOver(number, rounds))
    return { name: `round ${number}`, openTime, closeTime: openTime, isKnown: true, isDeadline: true };
  const before = known.kind === 'known' ? undefined : last.find(isOfRun);
  if (before !== undefined) return { ...before, name: `round ${before.number}`, isKnown: false, isDeadline: true };
  const closeTime = documentedWindow(openTime)?.closes ?? new Date(openTime.getTime() + TIMING.assumedRoundMs);
  const name = number === null ? 'the round' : `round ${number}`;
  return { name, openTime, closeTime, isKnown: false, isDeadline: true };
}

/** What a run of a job could not begin within this is of no use, however seldom the job runs. */
const LONGEST_JOB_WINDOW_MS = 24 * 3_600_000;

/** The window of a run of a job: it ends when the next time comes, which has a run of its own, or after a day. */
export function windowOfJob({ requestedAt }: Pick<Run, 'requestedAt'>, schedule: Schedule | null): Window {
  const openTime = new Date(requestedAt);
  const dayLater = openTime.getTime() + LONGEST_JOB_WINDOW_MS;
  const next = schedule?.next(openTime).getTime() ?? dayLater;
  const closeTime = new Date(Math.min(dayLater, next));
  return { name: 'the window of this run', openTime, closeTime, isKnown: true, isDeadline: false };
}
