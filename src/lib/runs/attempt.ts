// An attempt: one execution within a run.

import * as z from 'zod/mini';
import { FAILURES } from './failure.ts';
import { optional, optionalTime, text, time } from './schema.ts';
import { isLeaseOver, leaseFrom } from './timing.ts';

/** How an attempt ended. */
export const OUTCOMES = ['succeeded', 'failed', 'timed_out', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The record of an attempt. Times are ISO 8601 in UTC. */
export const attemptSchema = z.object({
  /** From 1; keys of rows have three digits for it. */
  number: z.int().check(z.minimum(1), z.maximum(999)),
  /** When it was recorded. */
  requestedAt: time,
  /** What runs it, by the name of its adapter. */
  platform: z.string(),
  /** The platform's name of the execution; null while it has none. */
  execution: text,
  location: text,
  /** What the attempt before it failed with; null for the first one. */
  previousFailure: optional(z.enum(FAILURES)),
  /** Whether it runs the model's last resort instead of its container. */
  lastResort: z.catch(z.boolean(), false),
  /** The slots that it is for, by their names, where others were submitted before or are left out; null: all of the run's. */
  slots: optional(z.array(z.string())),
  /** How often its start was refused before anything ran: `failure` and `reason` then say why, until one is accepted. */
  refusals: z.catch(z.int().check(z.minimum(0)), 0),
  /** What the platform noted before anything was sent; null where that is still to be done. */
  prepared: z.catch(z.nullable(z.json()), null),
  /** Until then the start belongs to the instance that took the lease; null once the start was accepted. */
  leaseUntil: optionalTime,
  /** When the platform accepted the start. */
  acceptedAt: optionalTime,
  /** Since when the platform charges for it, where that is before its start: from the pull of the image on. */
  meteredFrom: optionalTime,
  startedAt: optionalTime,
  finishedAt: optionalTime,
  /** When the watcher first saw that it had ended, or that it was gone. */
  endSeenAt: optionalTime,
  /** Since when the platform cannot be asked what it does; null while it can. */
  outOfSightSince: optionalTime,
  exitCode: optional(z.int()),
  outcome: optional(z.enum(OUTCOMES)),
  failure: optional(z.enum(FAILURES)),
  reason: text,
  /** A request to stop the execution; the watcher sees it through. */
  stop: optional(z.object({ because: z.enum(['timeout', 'operator', 'last-resort']), at: time })),
  cpu: optional(z.number()),
  memoryGB: optional(z.number()),
  costUsd: optional(z.number()),
  /** The versions of secrets that its container may have been given, each as `name/version`; never their values. */
  secretVersions: z.catch(z.array(z.string()), []),
  /** Stands for the configuration and the secrets with which it was started; null where they could not be asked for. */
  configurationMark: text,
  /** Whether nothing of it can run any more, by what the platform said after its end. */
  isDiscarded: z.catch(z.boolean(), false),
  /** Whether its log is kept, or known not to exist. */
  logKept: z.catch(z.boolean(), false),
});
export type Attempt = Readonly<z.infer<typeof attemptSchema>>;

/** How long the container ran, in seconds; null before it ended. */
export function durationSeconds(attempt: Pick<Attempt, 'startedAt' | 'finishedAt'> | null): number | null {
  if (attempt === null || attempt.startedAt === null || attempt.finishedAt === null) return null;
  return Math.max(0, (Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt)) / 1000);
}

export interface NewAttempt
  extends Partial<Pick<Attempt, 'lastResort' | 'previousFailure' | 'cpu' | 'memoryGB' | 'slots'>> {
  readonly number: number;
  readonly platform: string;
  readonly prepared: Attempt['prepared'];
  readonly now: Date;
}

/** An attempt as it is recorded before anything is started; the instance that records it has the lease. */
export function newAttempt({ now, ...known }: NewAttempt): Attempt {
  // What is not known yet is null, as in a row that lacks it.
  return attemptSchema.parse({ ...known, requestedAt: now.toISOString(), leaseUntil: leaseFrom(now) });
}

/** Whether its start may be on the way: somebody owns it for now, and nobody else may start anything, or ask. */
export function isLeased({ acceptedAt, leaseUntil }: Pick<Attempt, 'acceptedAt' | 'leaseUntil'>, now: Date): boolean {
  return acceptedAt === null && !isLeaseOver(leaseUntil, now);
}

/** What an accepted start changes: what was said of earlier refusals is over. */
export function acceptance(now: Date): Pick<Attempt, 'acceptedAt' | 'leaseUntil' | 'failure' | 'reason'> {
  return { acceptedAt: now.toISOString(), leaseUntil: null, failure: null, reason: null };
}

/** The attempt as it ends where nothing of it was started; one that has ended stays as it is. */
export function endedUnstarted(attempt: Attempt, outcome: Outcome, at: string): Attempt {
  if (attempt.outcome !== null) return attempt;
  return { ...attempt, outcome, finishedAt: at, endSeenAt: at, leaseUntil: null, logKept: true };
}

/** Whether its start was sent, and nobody has looked since whether it arrived: it has kept its lease. */
export function mayHaveArrived({ acceptedAt, leaseUntil, outcome }: Attempt): boolean {
  return outcome === null && acceptedAt === null && leaseUntil !== null;
}
