// A webhook, or a timer, asks for a run of what is paused: nothing is started. Only an operator's start goes through.

import type { Entry } from '../config/models.ts';
import { type Pause, type Paused, pausedNow, pausedWords } from '../runs/pause.ts';
import type { Trigger } from '../runs/run.ts';
import type { InFlightIndex } from '../runs/stores.ts';
import { atMost, type Clock, utcMinute } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Log } from '../util/log.ts';

/** Nothing is started, on purpose. */
export class PausedError extends AppError {
  readonly paused: Paused;

  constructor({ name }: Pick<Entry, 'name'>, paused: Paused) {
    super('paused', `Nothing was started: ${name} is ${pausedWords(paused, utcMinute)}.`);
    this.paused = paused;
  }
}

interface Dependencies {
  readonly inFlight: Pick<InFlightIndex, 'getPause'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A start waits no longer for the answer: then it counts as not paused, since a round matters more. */
const PAUSE_MS = 2_000;

/**
 * Makes sure that it is not paused, as far as that can be read.
 * @throws {PausedError}
 */
export async function refusePaused(
  dependencies: Dependencies,
  { model, trigger, signal }: { readonly model: Entry; readonly trigger: Trigger; readonly signal?: AbortSignal },
): Promise<void> {
  if (trigger === 'operator') return;
  const paused = pausedNow(model, await pauseOf(dependencies, model.name, signal));
  if (paused !== null) throw new PausedError(model, paused);
}

async function pauseOf(
  { inFlight, clock, log }: Dependencies,
  model: string,
  outer: AbortSignal | undefined,
): Promise<Pause | null> {
  const unknown = (err?: unknown) => {
    log.warn({ err, model }, 'not known whether it is paused; taken not to be');
    return null;
  };
  const read = (signal: AbortSignal) => inFlight.getPause(model, signal);
  try {
    return await atMost(clock, PAUSE_MS, read, () => unknown(), outer);
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    return unknown(error);
  }
}
