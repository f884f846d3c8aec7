// The log of a run's container: live from Azure while it runs, from the history after it ended; in both
// cases without the model's secrets, should the container have printed them.

import type { Services } from '../../services.ts';
import { SecretError } from '../azure/key-vault.ts';
import type { Model } from '../config/models.ts';
import { secretNamesOfModel } from '../config/secret-names.ts';
import { hasEnded, type Run } from '../runs/run.ts';

type LogServices = Pick<Services, 'platform' | 'logs' | 'secrets' | 'redaction'>;

/**
 * Fetches the log from Azure and keeps it with the run.
 * @returns the log, null where Azure has none.
 * @throws {ExternalCallError} where Azure or the vault cannot be asked now.
 */
export async function keepLog(
  services: LogServices,
  run: Run,
  model: Model | undefined,
  containerName: string,
): Promise<string | null> {
  const log = await fetchLog(services, run, model, containerName);
  if (log !== null) await services.logs.save(run.model, run.id, log);
  return log;
}

/** The log as it is now; null where there is none (yet). */
export async function readLog(
  services: LogServices,
  run: Run,
  model: Model | undefined,
): Promise<string | null> {
  const kept = await services.logs.load(run.model, run.id);
  if (kept !== null || hasEnded(run) || run.acceptedAt === null || run.containerGroup === null)
    return kept;
  const seen = await services.platform.observe(run.containerGroup);
  if (seen.kind === 'absent' || seen.container === null) return null;
  return fetchLog(services, run, model, seen.container.name);
}

async function fetchLog(
  services: LogServices,
  run: Run,
  model: Model | undefined,
  containerName: string,
): Promise<string | null> {
  const log = await services.platform.log(run.containerGroup ?? '', containerName);
  if (log === null || log === '') return log;
  await learnSecrets(services, model);
  return services.redaction.apply(log);
}

/**
 * Another instance may have started the run, or nobody has read the keys that an existing group was given:
 * the secrets must be known here before a log is shown.
 */
async function learnSecrets({ secrets }: LogServices, model: Model | undefined): Promise<void> {
  if (model === undefined) return;
  await Promise.all(
    secretNamesOfModel(model).map(async (name) => {
      try {
        await secrets.get(name);
      } catch (error) {
        // One that is gone from the vault cannot be recognised any more.
        if (!(error instanceof SecretError)) throw error;
      }
    }),
  );
}
