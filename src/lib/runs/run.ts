// A run: everything that is done for one model and one round, for one scheduled time of a job, or for one test. Its
// attempts are inside it, at most one at a time; the run holds the current one.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../config/model-schema.ts';
import { type Attempt, attemptSchema } from './attempt.ts';
import {
  FAILURES,
  type Failure,
  FIX_OF_ORDINARY,
  followUpOf,
  isOfEveryContainer,
  isUpToPerson,
  waitsFor,
} from './failure.ts';
import { optional, optionalTime, text, time } from './schema.ts';
import { SUBMISSIONS, slotSchema } from './slots.ts';

export const RUN_STATES = [
  'requested',
  'starting',
  'running',
  /** Another attempt is planned: `nextAttemptAt` says when, `waitingFor` why. */
  'waiting',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What asked for a run. */
export const TRIGGERS = ['webhook', 'timer', 'operator'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** The record of a run. Times are ISO 8601 in UTC. */
export const runSchema = z.object({
  id: z.string(),
  /** The name of its model, or of its job. */
  model: z.string(),
  /** Null for the run of a job, which has nothing at Numerai. */
  tournament: z.nullable(z.enum(TOURNAMENTS)),
  /** Null while nobody knows it. */
  round: optional(z.int()),
  /** The scheduled time of a job that it is for; null where somebody asked for it. */
  scheduledFor: optionalTime,
  trigger: z.enum(TRIGGERS),
  /** The id that its container is given: that of the call that asked for it, or opened it again. */
  triggerId: text,
  /** All that Numerai sent for it, the newest last: each slot may have a webhook of its own. */
  triggerIds: z.catch(z.array(z.string()), []),
  isTest: z.boolean(),
  state: z.enum(RUN_STATES),
  /** Why it did not succeed; null while it may, and where it did. */
  failure: optional(z.enum(FAILURES)),
  /** One plain sentence for a person, or null where there is nothing to say. */
  reason: text,
  /** Why it was started as it was, such as by the fallback; the reason once there is nothing else to say. */
  startNote: text,
  /** Of all slots together: `withSlots`. */
  submission: z.enum(SUBMISSIONS),
  /** Read one by one, so that one that cannot be read does not hide the others. */
  slots: z.catch(
    z.pipe(
      z.array(z.catch(z.nullable(slotSchema), null)),
      z.transform((slots) => slots.filter((slot) => slot !== null)),
    ),
    [],
  ),
  /** Why the next attempt waits, in words; null unless the state is `waiting`. */
  waitingFor: text,
  nextAttemptAt: optionalTime,
  requestedAt: time,
  finishedAt: optionalTime,
  /** Row key of the claim that names this run. */
  claim: z.string(),
  /** Attempts whose container had its chance and failed: what `maxAttempts` bounds. */
  countedFailures: z.catch(z.int().check(z.minimum(0)), 0),
  /** Whether the attempt that is planned next is the last resort. */
  lastResortNext: z.catch(z.boolean(), false),
  /** Whether an operator wants another attempt though all slots were accepted: it is for all of them. */
  isForced: z.catch(z.boolean(), false),
  /** What the attempts before the current one cost, in US dollars. */
  earlierCostUsd: optional(z.number()),
  /** The current attempt, or the last one; null where none was made. */
  attempt: z.nullable(attemptSchema),
});
export type Run = Readonly<z.infer<typeof runSchema>>;

const END_STATES: ReadonlySet<RunState> = new Set<RunState>(['succeeded', 'failed', 'timed_out', 'cancelled']);

/** So many attempts may fail where the model does not say, in a round of an hour. */
export const USUAL_MAX_ATTEMPTS = 5;

/** Whether the run has ended. A later trigger of its round may open it again. */
export function hasEnded(run: Pick<Run, 'state'>): boolean {
  return END_STATES.has(run.state);
}

/** Whether the round is covered: the run has not ended, or it succeeded. */
export function holdsRound(run: Pick<Run, 'state'>): boolean {
  return !hasEnded(run) || run.state === 'succeeded';
}

/**
 * Whether the run brought a submission in on time, by Numerai's own words; where it has no slots, and nobody can be
 * asked, whether its container ended well.
 */
export function isGood({ state, submission, slots }: Pick<Run, 'state' | 'submission' | 'slots'>): boolean {
  return state === 'succeeded' && (submission === 'accepted' || (submission === 'unknown' && slots.length === 0));
}

/** What it is called where the time was over before anything could be started. */
export function missedBy({ tournament }: Pick<Run, 'tournament'>): Failure {
  return tournament === null ? 'time-missed' : 'round-missed';
}

/** What all attempts cost at list price, in US dollars; null where none of it is known. */
export function costUsd(run: Pick<Run, 'attempt' | 'earlierCostUsd'>): number | null {
  const costs = [run.earlierCostUsd, run.attempt?.costUsd ?? null].filter((cost) => cost !== null);
  return costs.length === 0 ? null : roundedUsd(costs.reduce((sum, cost) => sum + cost, 0));
}

/** To a millionth of a dollar. */
export function roundedUsd(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

/** Whether it has had its try before the close; another follows only where somebody fixes the cause, or asks for it. */
export function waitsForChange({
  state,
  attempt,
  nextAttemptAt,
  waitingFor,
}: Pick<Run, 'state' | 'attempt' | 'nextAttemptAt' | 'waitingFor'>): boolean {
  const failure = attempt?.failure ?? null;
  return (
    state === 'waiting' &&
    failure !== null &&
    followUpOf(failure) === 'person' &&
    nextAttemptAt === null &&
    waitingFor === waitsFor(failure)
  );
}

/** Whether the attempt was the last resort, and nothing came of it. */
export const hasFailedLast = ({ lastResort, outcome, failure }: Attempt): boolean =>
  lastResort && outcome !== null && failure !== null;

/**
 * What only a person can fix of a run that waits; null where that is nothing. Where the last resort has failed as well, the
 * ordinary container is the one to fix.
 */
export function toBeFixed({ attempt }: Pick<Run, 'attempt'>): Failure | null {
  if (attempt === null || attempt.failure === null) return null;
  const { failure, previousFailure } = attempt;
  const yours = hasFailedLast(attempt) && !isOfEveryContainer(failure) ? previousFailure : failure;
  return yours !== null && followUpOf(yours) === 'person' ? yours : null;
}

/** Whether a run that waits needs somebody to fix something: what is tried meanwhile does not help, unless that is fixed. */
export function waitsForPerson(run: Run): boolean {
  const yours = run.state === 'waiting' && !run.lastResortNext ? toBeFixed(run) : null;
  return yours !== null && isUpToPerson(yours) && [waitsFor(yours), FIX_OF_ORDINARY].includes(run.waitingFor ?? '');
}

/** Whether an attempt is in flight, and the platform cannot be asked how it goes; an outage that is over at the next tick is none. */
export function isOutOfSight({ state, attempt, reason }: Run): boolean {
  return !hasEnded({ state }) && state !== 'waiting' && reason !== null && (attempt?.outOfSightSince ?? null) !== null;
}

/** The end of a run. A submission of an earlier attempt counts, whatever became of one that an operator forced. */
export function endOfRun(
  { submission }: Pick<Run, 'submission'>,
  end: Pick<Run, 'state' | 'failure' | 'reason' | 'finishedAt'>,
): Partial<Run> {
  const counted = submission === 'accepted' ? ({ state: 'succeeded', failure: null } as const) : null;
  return { ...end, ...counted, waitingFor: null, nextAttemptAt: null };
}

/** How many trigger ids a run keeps: more than it has slots. */
const TRIGGER_IDS_KEPT = 120;

/** The trigger ids of a run with one more. That which its container is given stays, whatever goes. */
export function withTriggerId(
  { triggerId: given, triggerIds }: Pick<Run, 'triggerId' | 'triggerIds'>,
  triggerId: string | null,
): Pick<Run, 'triggerIds'> {
  if (triggerId === null || triggerIds.includes(triggerId)) return { triggerIds };
  const all = [...triggerIds, triggerId];
  const oldest = all.findIndex((each) => each !== given);
  return { triggerIds: all.length > TRIGGER_IDS_KEPT ? all.toSpliced(oldest, 1) : all };
}
