// A webhook, or a timer, asks for a run of what is paused: nothing is started. Only an operator's start goes through.

import type { Entry } from '../config/models.ts';
import { type Paused, pausedNow, pausedWords } from '../runs/pause.ts';
import type { Trigger } from '../runs/run.ts';
import type { InFlightIndex } from '../runs/stores.ts';
import { utcMinute } from '../util/clock.ts';
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

/**
 * Makes sure that it is not paused. Where that cannot be read, it counts as not paused: a round matters more.
 * @throws {PausedError}
 */
export async function refusePaused(
  { inFlight, log }: { readonly inFlight: Pick<InFlightIndex, 'getPause'>; readonly log: Log },
  { model, trigger, signal }: { readonly model: Entry; readonly trigger: Trigger; readonly signal?: AbortSignal },
): Promise<void> {
  if (trigger === 'operator') return;
  const paused = pausedNow(model, await pauseOf({ inFlight, log }, model.name, signal));
  if (paused !== null) throw new PausedError(model, paused);
}

async function pauseOf(
  { inFlight, log }: { readonly inFlight: Pick<InFlightIndex, 'getPause'>; readonly log: Log },
  model: string,
  signal: AbortSignal | undefined,
) {
  try {
    return await inFlight.getPause(model, signal);
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    log.warn({ err: error, model }, 'not known whether it is paused; taken not to be');
    return null;
  }
}
