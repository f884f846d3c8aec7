// An operator pauses a model or a job, or resumes it. It is kept beside the in-flight index, so that a deployment does
// not undo it.

import type { Entry } from '../config/models.ts';
import { type Pause, type Paused, pausedNow } from '../runs/pause.ts';
import type { InFlightIndex } from '../runs/stores.ts';
import type { Clock } from '../util/clock.ts';
import { ConflictError } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import type { Redaction } from '../util/redaction.ts';

interface PauseDependencies {
  readonly inFlight: Pick<InFlightIndex, 'getPause' | 'putPause'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly redaction: Pick<Redaction, 'apply'>;
}

/** What the operator says. */
export interface PauseRequest {
  readonly by: string;
  readonly reason: string | null;
}

/** Pauses it; one that is paused already stays as it is. A run in flight goes on. @returns how it is paused. */
export async function pause(
  { inFlight, clock, log, redaction }: PauseDependencies,
  entry: Entry,
  request: PauseRequest,
): Promise<Paused | null> {
  const known = await inFlight.getPause(entry.name);
  if (known !== null && known.resumedAt === null) return pausedNow(entry, known);
  const by = redaction.apply(request.by);
  const reason = request.reason && redaction.apply(request.reason);
  const made: Pause = { model: entry.name, pausedAt: clock.now(), resumedAt: null, by, reason };
  await inFlight.putPause(made);
  log.warn({ model: entry.name, by, reason }, 'paused by an operator');
  return pausedNow(entry, made);
}

/**
 * Ends the operator's pause; one that is not paused stays as it is. Times of a job that passed meanwhile are not made up for.
 * @returns how models.json goes on pausing it; null where it does not.
 * @throws {ConflictError} where it was models.json alone that paused it.
 */
export async function resume(
  { inFlight, clock, log }: PauseDependencies,
  entry: Entry,
  { by }: Pick<PauseRequest, 'by'>,
): Promise<Paused | null> {
  const known = await inFlight.getPause(entry.name);
  if (known !== null && known.resumedAt === null) {
    await inFlight.putPause({ ...known, resumedAt: clock.now() });
    log.warn({ model: entry.name, by }, 'resumed by an operator');
  } else if (entry.paused)
    throw new ConflictError(`models.json pauses ${entry.name}: take "paused": true out of it, and deploy again.`);
  return pausedNow(entry, null);
}
