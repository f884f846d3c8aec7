// Is another attempt worth it, and when? A pure function of the run whose attempt has ended, and of what is
// known of the round.

import { isOpen, type Round, timeLeftMs } from '../rounds/round.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { Failure } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs } from '../util/clock.ts';

export type NextAttemptDecision =
  | { readonly retry: true; readonly waitMs: number }
  | { readonly retry: false; readonly why: string | null };

export interface NextAttemptInput {
  /** The run with its attempt as it ended. */
  readonly run: Pick<Run, 'isTest' | 'attemptsLeft'> & {
    readonly attempt: Pick<Attempt, 'number' | 'failure' | 'stop' | 'requestedAt' | 'acceptedAt'>;
  };
  readonly now: Date;
  /** The run's round; null where Numerai cannot be asked or the round is not known. */
  readonly round: Round | null;
  /** How long the model usually takes, in seconds; null where no run of it has succeeded yet. */
  readonly usualSeconds: number | null;
}

/** Failures that the same attempt would meet again, or that a person asked for. */
const NOT_WORTH_IT: ReadonlySet<Failure> = new Set<Failure>([
  'secret',
  'configuration',
  'cancelled',
  'stopped-outside',
  'round-missed',
]);

/** A start needs some time before the container runs: pulling an image, mostly. */
const START_SECONDS = 60;

export function decideOnNextAttempt({ run, now, round, usualSeconds }: NextAttemptInput): NextAttemptDecision {
  const { attempt } = run;
  if (attempt.failure === null || NOT_WORTH_IT.has(attempt.failure)) return no(null);
  // An operator wants this to stop, whatever it ended with in the meantime.
  if (run.isTest || attempt.stop?.because === 'operator') return no(null);
  if (run.attemptsLeft <= 0) return no(`This was attempt ${attempt.number}, the last one.`);
  if (round === null) {
    return ageMs(attempt.requestedAt, now) > TIMING.assumedRoundMs
      ? no('It is not tried again, since the round is most likely closed by now.')
      : yes(attempt);
  }
  if (!isOpen(round, now)) return no(`It is not tried again, since round ${round.number} is closed.`);
  const neededMs = (START_SECONDS + (usualSeconds ?? 0)) * 1000;
  const leftMs = timeLeftMs(round, now);
  return leftMs < neededMs
    ? no(
        `It is not tried again: round ${round.number} closes in ${Math.max(0, Math.round(leftMs / 60_000))} min, and the model needs about ${Math.ceil(neededMs / 60_000)} min.`,
      )
    : yes(attempt);
}

function no(why: string | null): NextAttemptDecision {
  return { retry: false, why };
}

/** A start that was refused would be refused again at once; one that failed later has taken its time already. */
function yes({ acceptedAt, number }: Pick<Attempt, 'acceptedAt' | 'number'>): NextAttemptDecision {
  return { retry: true, waitMs: acceptedAt === null ? number * TIMING.retryWaitMs : 0 };
}
