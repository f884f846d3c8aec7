// Has somebody fixed what only a person can fix? A mark stands for a model's configuration and the versions of its
// secrets; it tells nothing of either.

import { createHash } from 'node:crypto';
import type { Model } from '../config/models.ts';
import { secretNamesOfModel } from '../config/secret-names.ts';
import type { SecretStore } from '../config/secrets.ts';
import type { Attempt } from '../runs/attempt.ts';
import { AppError } from '../util/errors.ts';

interface MarkDependencies {
  readonly secrets: SecretStore;
}

/** The mark as it is now. A secret that cannot be read has no version. */
export async function configurationMark({ secrets }: MarkDependencies, model: Model): Promise<string> {
  const versions = await Promise.all(
    secretNamesOfModel(model).map(async (name) => {
      try {
        return (await secrets.get(name)).version;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return null;
      }
    }),
  );
  const { container, lastResort, numeraiModels } = model;
  return createHash('sha256')
    .update(JSON.stringify([container, lastResort, numeraiModels, versions]))
    .digest('hex')
    .slice(0, 16);
}

/** Whether something has changed since the attempt failed. */
export async function hasChanged(
  dependencies: MarkDependencies,
  { configurationMark: before }: Pick<Attempt, 'configurationMark'>,
  model: Model,
): Promise<boolean> {
  return before !== null && before !== (await configurationMark(dependencies, model));
}
