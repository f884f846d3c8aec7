// The compute port: what runs containers, as the domain sees it. An adapter implements it for one platform,
// each in a folder of its own. The domain knows a phase, not a provider's states.

import type * as z from 'zod/mini';
import type { Entry } from '../config/models.ts';
import type { Attempt } from '../runs/attempt.ts';
import type { FailureReason } from '../runs/failure.ts';
import type { Run } from '../runs/run.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';

export type Json = z.core.util.JSONType;

/** A run with the attempt that a platform is asked about. */
export type AttemptedRun = Run & { readonly attempt: Attempt };

/** Whether the run has an attempt. */
export function hasAttempt(run: Run): run is AttemptedRun {
  return run.attempt !== null;
}

/** What an execution looked like when the platform was asked. */
export interface Observation {
  /**
   * - `absent`: there is no execution of this attempt; `progress` says what its start waits for, in words that follow
   *   "waiting for".
   * - `foreign`: something else stands in its place.
   * - `waiting`: accepted, and the container does not run yet.
   */
  readonly phase: 'absent' | 'foreign' | 'waiting' | 'running' | 'ended';
  /** The platform's name of it, which a start whose answer was lost has left unknown; null where there is none. */
  readonly execution: string | null;
  /** What is going on, in words; null where there is nothing to say. */
  readonly progress: string | null;
  /** Since when the platform charges for it, where that is before its start, such as the pull of its image. */
  readonly meteredFrom: string | null;
  /** ISO 8601, by the platform's clock. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  /** How it ended; `stopped`: somebody outside of this app stopped it. */
  readonly outcome: 'ok' | 'failed' | 'stopped' | null;
  /** Whether something of the execution goes on after its end, and is to be stopped. */
  readonly goesOn: boolean;
  /** False where the platform contradicts itself: the phase is believed only if that lasts. */
  readonly isClear: boolean;
  /** What is wrong; in the phase `absent` what it means if that lasts. */
  readonly trouble: FailureReason | null;
  readonly location: string | null;
  readonly cpu: number | null;
  readonly memoryGB: number | null;
}

/** An execution that is not there. */
export function absent(trouble: FailureReason | null): Observation {
  return {
    phase: 'absent',
    execution: null,
    progress: null,
    meteredFrom: null,
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    outcome: null,
    goesOn: false,
    isClear: true,
    trouble,
    location: null,
    cpu: null,
    memoryGB: null,
  };
}

/** An accepted start. */
export interface Started {
  /** The platform's name of the execution; null where its answer does not say it, and it does not show yet. */
  readonly execution: string | null;
  readonly location: string | null;
}

/** Nothing has been started so far as the platform shows, and that is no attempt. Any other error of a start leaves that open. */
export class Refusal extends AppError {
  readonly failure: FailureReason['failure'];
  /** Whether the start was sent and not clearly refused, so that it may be carried out yet. */
  readonly mayArrive: boolean;
  /**
   * Whether a second start beside one that arrives yet would be a second execution: then nothing is sent again before it
   * would have arrived.
   */
  readonly wouldDouble: boolean;
  /** Whether there is another place to try at once: {@link Platform.prepare} then gives it. */
  readonly elsewhere: boolean;
  /** How long the platform asks to be left alone. */
  readonly retryAfterMs: number;

  constructor(
    { failure, reason }: FailureReason,
    {
      elsewhere = false,
      mayArrive = false,
      wouldDouble = false,
      cause,
      retryAfterMs,
    }: { elsewhere?: boolean; mayArrive?: boolean; wouldDouble?: boolean; cause?: unknown; retryAfterMs?: number },
  ) {
    super('refused', reason, { cause });
    this.failure = failure;
    this.mayArrive = mayArrive;
    this.wouldDouble = wouldDouble;
    this.elsewhere = elsewhere;
    this.retryAfterMs = retryAfterMs ?? (cause instanceof ExternalCallError ? (cause.retryAfterMs ?? 0) : 0);
  }
}

/** A start of what was not prepared: a fault of the app. */
export const notPrepared = () => new AppError('not-prepared', 'The attempt is not prepared.');

/** An attempt of this platform is due, and its model has a container of another one by now: the next try goes there. */
export function ofOtherPlatform({ name }: Entry): Refusal {
  const reason = `models.json has another kind of container for ${name} by now: the next try starts that.`;
  return new Refusal({ failure: 'not-started', reason }, {});
}

/**
 * - `gone`: nothing is left of the attempt.
 * - `inert`: what is left is being removed, and cannot run any more: the next attempt may start.
 * - `going`: it may still run; ask again.
 */
export type Discarded = 'gone' | 'inert' | 'going';

/** Azure refuses to remove, or to stop, what is left of an attempt: by a lock, or for want of a role. */
export class NotRemoved extends AppError {
  /** False where it has certainly ended, and cannot run again by itself: the next attempt may start. */
  readonly mayStillRun: boolean;

  constructor(message: string, { mayStillRun, cause }: { mayStillRun: boolean; cause: unknown }) {
    super('not-removed', message, { cause });
    this.mayStillRun = mayStillRun;
  }
}

/** The code of the error where a log is not to be had from the platform yet: it says where it will be. */
export const LOG_ELSEWHERE = 'log-elsewhere';

/** How long a platform may take, in milliseconds. */
export interface Patience {
  /** How long an accepted execution may be absent. */
  readonly appearMs: number;
  /** How long it may wait before its container runs. */
  readonly startMs: number;
  /** What to do where it takes longer every time, in words that follow a semicolon. */
  readonly remedy: string;
}

export interface StartOptions {
  /** Aborted when the trigger stops waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called before a request that gives secrets to a container: their versions must be on record first. Absent: nobody keeps one. */
  readonly noteSecrets?: (versions: readonly string[]) => Promise<void>;
  /** Called right before each request that starts something; throws where the lease no longer covers it. */
  readonly checkLease: () => void;
}

/**
 * What an adapter does for the attempts and containers of its platform. All throw ExternalCallError where the platform
 * does not answer; none waits for what it asked for to be done.
 */
export interface Platform {
  /**
   * What must be on record before anything is sent for the run's current attempt, such as an existing
   * group's last start.
   * @param previous the attempt before it, where there was one; the attempt itself where its start was refused.
   * @param elsewhere whether it is to go to another place, as a {@link Refusal} says that there is.
   */
  prepare(run: AttemptedRun, model: Entry, previous: Attempt | null, elsewhere?: boolean): Promise<Json>;
  /**
   * For a trigger that has something else to ask first: begins to read what a first attempt needs.
   * @returns what `prepare` would note; null where that depends on the run.
   */
  prepareAhead(model: Entry): Promise<Json> | null;
  /**
   * Starts the run's current attempt; returns when that is accepted. Never repeats a call by itself: where an answer
   * leaves open whether it was carried out, it looks.
   * @throws {Refusal}
   */
  start(run: AttemptedRun, model: Entry, options: StartOptions): Promise<Started>;
  /** By its execution, else by what was prepared: a start whose answer was lost is found. */
  find(run: AttemptedRun, model: Entry | undefined): Promise<Observation>;
  /** Asks for a running execution to be stopped. */
  stop(run: AttemptedRun): Promise<void>;
  /**
   * Makes sure that nothing of the attempt runs or is left, before the next one and after the end.
   * @throws {NotRemoved}
   */
  discard(run: AttemptedRun): Promise<Discarded>;
  /**
   * Leaves what has ended as it is, to be looked at, in the place of {@link discard}.
   * @returns how to look at it, in a sentence; null where it may still run, or there is nothing: it is to be discarded.
   */
  keep(run: AttemptedRun): Promise<string | null>;
  /**
   * Whether its execution is this attempt's alone, and may be removed at any later time. An existing container
   * group may have been started for another attempt since.
   */
  isOwn(run: AttemptedRun): boolean;
  /** The log of the execution; null where there is none (not started yet, or gone). */
  log(run: AttemptedRun, signal?: AbortSignal): Promise<string | null>;
  /** What the attempt cost at list price, in US dollars; null where that cannot be known. */
  price(attempt: Attempt): number | null;
  /** Asks with harmless calls whether the model's containers of this platform can be started; null: nothing is wrong. */
  check(model: Entry): Promise<{ readonly problem: string; readonly remedy: string } | null>;
  patience(run: AttemptedRun): Patience;
  /** What to do about a call that failed, in a sentence. */
  remedy(error: ExternalCallError, attempt: Attempt): string;
}
