// What is reported, and when it is sent. Pure functions of what the app knows; review.ts and outbox.ts carry them
// out.

import { isJob } from '../config/models.ts';
import { type Failure, followUpOf } from '../runs/failure.ts';
import { hasEnded, isGood, type Run } from '../runs/run.ts';
import type { InFlightState, Timer } from '../runs/stores.ts';
import { isFreshDeployment, isRecentTick, lastRan, silentSince } from '../runs/timers.ts';
import { ageMs } from '../util/clock.ts';
import type { Alert } from './alert.ts';
import type { Event } from './event.ts';

/**
 * What is to be reported of a run that has ended: a failure that nothing follows, or that its model has recovered. A
 * test run uses up no round, an operator knows what was cancelled, and a round that nobody started has its own alert.
 */
export function decideOnEndedRun(run: Run): Event | null {
  if (run.isTest || !hasEnded(run)) return null;
  const { model: subject, round, failure } = run;
  if (isGood(run)) {
    const because = round === null ? 'A run has succeeded.' : `The submission for round ${round} is in.`;
    return { kind: 'back-to-normal', subject, because, run };
  }
  return failure === null || failure === 'cancelled' || failure === 'round-missed' ? null : { kind: 'run-failed', run };
}

/** What goes on failing is reported again after so long: less than a day, so that a job of each day is reported each day. */
const AGAIN_MS = 20 * 3_600_000;

/**
 * Whether the same was reported of a job lately, and it has not recovered since. A model has a round a day; a job may run
 * each minute, and fail each minute.
 * @param unsettled what the outbox holds.
 */
export function isReportedAlready(
  kind: Event['kind'],
  run: Run,
  unsettled: readonly Pick<Alert, 'isOpen' | 'message'>[],
  now: Date,
): boolean {
  return (
    isJob(run) &&
    unsettled.some(
      ({ isOpen, message }) =>
        isOpen && message.kind === kind && message.model === run.model && ageMs(message.at, now) < AGAIN_MS,
    )
  );
}

/** What passes by itself is reported where it has not passed for so long. */
const TROUBLE_MS = 10 * 60_000;
/** One container that failed may be chance; so many are not. */
const FAILURES_REPORTED = 2;

/** What a deployment makes, and Azure may not know yet: roles, resources, secrets. */
const DEPLOYED: readonly (Failure | null)[] = ['permission', 'configuration', 'secret', 'numerai-models'];

/** Whether the start was refused for what may be there in a moment where the app has just been deployed. */
export function maybeNotKnownYet({ attempt }: Pick<Run, 'attempt'>): boolean {
  return (
    attempt !== null && attempt.acceptedAt === null && attempt.outcome === null && DEPLOYED.includes(attempt.failure)
  );
}

/**
 * What is to be reported of a run that goes on: somebody may be able to help while there is time.
 * @param deployedAt null where nobody has written it down yet, or it does not matter.
 */
export function decideOnTrouble(run: Run, now: Date, deployedAt: Date | null): Event | null {
  const { isTest, state, attempt, countedFailures, lastResortNext } = run;
  const failure = attempt?.failure ?? null;
  if (isTest || state !== 'waiting' || failure === null) return null;
  const event = { kind: 'run-in-trouble', run } as const;
  if (lastResortNext) return event;
  const hasLasted = ageMs(run.requestedAt, now) >= TROUBLE_MS;
  switch (followUpOf(failure)) {
    case 'person':
      return hasLasted || !(maybeNotKnownYet(run) && isFreshDeployment(deployedAt, now)) ? event : null;
    case 'counted':
      return countedFailures >= FAILURES_REPORTED || attempt?.lastResort ? event : null;
    default:
      return hasLasted ? event : null;
  }
}

/** What is known of the timers. */
export type TimersKnown = Pick<InFlightState, 'ticks' | 'deployedAt'>;

/** What a call, which is no timer, says of one. */
export function decideOnSilence({ ticks, deployedAt }: TimersKnown, timer: Timer, now: Date): Event | null {
  const tick = ticks[timer];
  const since = silentSince(tick, deployedAt, now);
  return since === null ? null : { kind: `${timer}-late`, since, hasRun: lastRan(tick, now) !== null };
}

/**
 * What one timer says of the other. Where its own last tick is old as well, the whole app was down, and
 * the other may only not have had its turn yet: the next tick decides.
 */
export function decideOnTimer(known: TimersKnown, seenBy: Timer, now: Date): Event | null {
  const watched = seenBy === 'watcher' ? 'fallback' : 'watcher';
  if (isRecentTick(known.ticks[watched], now))
    return {
      kind: 'back-to-normal',
      subject: `The ${watched}`,
      because: 'It runs again.',
      run: null,
    };
  return isRecentTick(known.ticks[seenBy], now) ? decideOnSilence(known, watched, now) : null;
}

/** How long before its end a secret is reported. */
const SECRET_WARNING_MS = 7 * 24 * 3600_000;

/** @param expiresOn null where the secret does not expire. */
export function decideOnSecret(secret: string, expiresOn: Date | null, now: Date): Event {
  return expiresOn !== null && expiresOn.getTime() - now.getTime() < SECRET_WARNING_MS
    ? { kind: 'secret-expiring', secret, expiresOn }
    : {
        kind: 'back-to-normal',
        subject: `The secret ${secret}`,
        because: 'It is valid for more than a week again.',
        run: null,
      };
}

export const DELIVERY = {
  /** The first wait, doubled with each further one. Longer than reading the URL and sending may take. */
  firstWaitMs: 60_000,
  longestWaitMs: 30 * 60_000,
  /** What is older helps nobody. */
  giveUpAfterMs: 24 * 3600_000,
} as const;

/** What is done about a message now: it is given up when what happened since has overtaken it. */
export function decideOnDelivery(
  { message, deadline, waiting, notBefore }: Alert,
  now: Date,
): 'send' | 'wait' | 'give-up' | 'done' {
  if (waiting.length === 0) return 'done';
  const giveUpAt = Date.parse(message.at) + DELIVERY.giveUpAfterMs;
  // After the close, another message says what came of the round.
  if (now.getTime() >= Math.min(giveUpAt, Date.parse(deadline ?? '') || giveUpAt)) return 'give-up';
  return now.getTime() >= Date.parse(notBefore) ? 'send' : 'wait';
}

/**
 * What is recorded before a message is sent: the instance that records it owns the message until `notBefore`, and if it is not
 * delivered then, it is sent again.
 * @param retryAfterMs what a receiver asked for, where it did.
 */
export function nextTry(failures: number, now: Date, retryAfterMs = 0): Pick<Alert, 'failures' | 'notBefore'> {
  const waitMs = Math.min(DELIVERY.longestWaitMs, DELIVERY.firstWaitMs * 2 ** failures);
  return {
    failures: failures + 1,
    notBefore: new Date(now.getTime() + Math.max(waitMs, retryAfterMs)).toISOString(),
  };
}
