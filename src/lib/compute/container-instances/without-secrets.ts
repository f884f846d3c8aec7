// What a group's events say goes into reasons: without the secrets of the attempt.

import type { Entry } from '../../config/models.ts';
import type { SecretStore } from '../../config/secrets.ts';
import { TIMING } from '../../runs/timing.ts';
import { atMost, type Clock } from '../../util/clock.ts';
import { AppError } from '../../util/errors.ts';
import type { Log } from '../../util/log.ts';
import type { Redact } from '../../util/redaction.ts';
import { learnSecrets } from '../given-secrets.ts';
import type { AttemptedRun } from '../platform.ts';
import type { ObservedGroup } from './group.ts';

export interface WordsDependencies {
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly log: Log;
}

/** The group with the known secrets taken out of its events; those of the attempt are made known where there is need. */
export async function withoutSecrets(
  { secrets, clock, redact, log }: WordsDependencies,
  run: AttemptedRun,
  model: Entry | undefined,
  seen: ObservedGroup,
): Promise<ObservedGroup> {
  if (!seen.events.some(({ type }) => type === 'Warning')) return seen;
  await atMost<void>(
    clock,
    TIMING.prepareMs,
    () => learnSecrets({ secrets }, run.attempt, model),
    () => undefined,
  ).catch((error: unknown) => {
    // Azure does not know what a container prints: its words are worth more than the little that they may hold.
    if (!(error instanceof AppError)) throw error;
    log.info({ err: error, model: run.model, runId: run.id }, 'events read without the secrets of the attempt');
  });
  return { ...seen, events: seen.events.map((event) => ({ ...event, message: redact(event.message) })) };
}
