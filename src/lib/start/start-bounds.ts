// How many executions may be started on a day (UTC), by all callers together: for rounds, and beside them for tests, so
// that tests use up nothing that a round needs. What counts is a start that was sent and not refused.

import { Refusal } from '../compute/platform.ts';
import type { Job } from '../config/models.ts';
import { TooManyStartsError } from '../util/errors.ts';
import { type Bounds, type CountDependencies, createStartCount, type Kind, type Taken } from './start-count.ts';

export interface StartBounds {
  /**
   * Holds one start of the day while `work` is done. The first that `work` sends within `held` is this one; where it
   * sends none, another may have it after that.
   * @param without what is asked where there is none left; null where it needs one as well.
   * @param isOnCall whether it is for a job that a webhook asked for: those leave some of the day's to the rounds.
   * @throws {TooManyStartsError} where there is none left; whatever `work` throws.
   */
  holding<T>(
    isTest: boolean,
    work: (held: StartBounds) => Promise<T>,
    without: () => Promise<T | null>,
    isOnCall?: boolean,
  ): Promise<T>;
  /**
   * Sends a start as one of the day's.
   * @param isOnCall as for `holding`.
   * @throws {Refusal} where there is none left; whatever `send` throws.
   */
  within<T>(isTest: boolean, send: () => Promise<T>, isOnCall?: boolean): Promise<T>;
}

const DAY_MS = 24 * 3_600_000;

/** Gets each bound that is reached, once a day. It must not throw. */
type OnExceeded = (error: TooManyStartsError) => Promise<void>;
/** The bounds as one invocation has them. */
type BoundsFor = (onExceeded: OnExceeded) => StartBounds;

/** What is not set: enough for every attempt of every model and job, a few times over. */
export function boundsOf(
  settings: { readonly maxStartsPerDay: number | undefined; readonly maxTestStartsPerDay: number },
  models: number,
  jobs: readonly Pick<Job, 'schedule'>[] = [],
): Bounds {
  const ofJobs = jobs.reduce((sum, job) => sum + 20 + 2 * (job.schedule?.timesADay ?? 0), 0);
  return {
    starts: settings.maxStartsPerDay ?? Math.max(50, 20 * models + ofJobs),
    testStarts: settings.maxTestStartsPerDay,
  };
}

/**
 * How many of the day's starts jobs leave that a webhook asks for, since its key can start them one after the other: half
 * of them, where more do the rounds no good; and in any case one for each model.
 */
export function keptForRounds({ starts }: Pick<Bounds, 'starts'>, models: number): number {
  return Math.min(starts, 20 * models, Math.max(models, Math.ceil(starts / 2)));
}

/** Makes the bounds of this process. */
export function createStartBounds(dependencies: CountDependencies & { readonly forRounds: number }): BoundsFor {
  const { clock, bounds, forRounds } = dependencies;
  const count = createStartCount(dependencies);
  const reported = new Set<string>();

  const keptFree = (isOnCall: boolean): number => (isOnCall ? forRounds : 0);

  function exceededNow(kind: Kind, isOnCall: boolean): TooManyStartsError {
    const today = count.day();
    return new TooManyStartsError({
      isTest: kind === 'testStarts',
      bound: bounds[kind] - keptFree(isOnCall),
      day: today,
      retryAfterMs: Math.max(1000, Date.parse(`${today}T00:00:00Z`) + DAY_MS - clock.now().getTime()),
    });
  }

  async function refuse(kind: Kind, isOnCall: boolean, onExceeded: OnExceeded): Promise<TooManyStartsError> {
    const error = exceededNow(kind, isOnCall);
    const key = `${error.day} ${kind} ${error.bound}`;
    if (!reported.has(key)) await onExceeded(error);
    reported.add(key);
    return error;
  }

  const kindOf = (isTest: boolean) => (isTest ? 'testStarts' : 'starts');

  return (onExceeded) => {
    const all: StartBounds = {
      async holding(isTest, work, without, isOnCall = false) {
        const kind = kindOf(isTest);
        const taken = await count.take(kind, keptFree(isOnCall));
        if (taken === null) {
          const done = await without();
          if (done !== null) return done;
          throw await refuse(kind, isOnCall, onExceeded);
        }
        let isHeld = true;
        const held: StartBounds = {
          ...all,
          within(isOfTest, send, isOfCall) {
            if (!isHeld || isOfTest !== isTest) return all.within(isOfTest, send, isOfCall);
            isHeld = false;
            return sendOne(taken, send);
          },
        };
        return work(held).finally(() => {
          if (isHeld) taken.giveBack();
          isHeld = false;
        });
      },

      async within(isTest, send, isOnCall = false) {
        const kind = kindOf(isTest);
        const taken = await count.take(kind, keptFree(isOnCall));
        if (taken !== null) return sendOne(taken, send);
        const { message: reason, retryAfterMs } = await refuse(kind, isOnCall, onExceeded);
        throw new Refusal({ failure: 'starts-exceeded', reason }, { retryAfterMs });
      },
    };
    return all;
  };
}

async function sendOne<T>(taken: Taken, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    // Nothing runs so far. What may arrive yet is one start under its name, however often it is repeated: an outage must
    // not use up the day.
    if (error instanceof Refusal) taken.keep();
    throw error;
  }
}
