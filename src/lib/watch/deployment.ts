// When the app was deployed: written down by the first tick that finds another deployment on record, whichever process
// it runs in. A rollback counts as one.

import type { InFlightIndex, InFlightState } from '../runs/stores.ts';
import { isFarAhead } from '../runs/timing.ts';
import type { Clock } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import type { Log } from '../util/log.ts';

export interface DeploymentDependencies {
  readonly clock: Clock;
  readonly log: Log;
  readonly inFlight: InFlightIndex;
  /** Of this deployment: config/fingerprint.ts. */
  readonly fingerprint: string;
}

/** When this deployment was; now, where the record knows only another, or a time that is to come. */
export function deploymentTime(found: InFlightState, fingerprint: string, now: Date): Date {
  const { deployment, deployedAt } = found;
  const isOnRecord = deployment === fingerprint && deployedAt !== null && !isFarAhead(deployedAt, now);
  return isOnRecord ? deployedAt : now;
}

/** Writes this deployment down where it is not on record. That may fail: then the next tick does. @returns when it was. */
export async function noteDeployment(
  { clock, log, inFlight, fingerprint }: DeploymentDependencies,
  found: InFlightState,
): Promise<Date> {
  const now = clock.now();
  const at = deploymentTime(found, fingerprint, now);
  if (at !== now) return at;
  try {
    await inFlight.recordDeployment(fingerprint, now);
    log.info({ deployment: fingerprint }, 'deployment noted');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error }, 'deployment not noted; the next tick tries again');
  }
  return now;
}
