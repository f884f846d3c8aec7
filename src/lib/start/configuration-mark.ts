// Has somebody fixed what only a person can fix? A mark stands for a model's configuration and the versions of its
// secrets; it tells nothing of either.

import { createHash } from 'node:crypto';
import type { Entry } from '../config/models.ts';
import { secretNamesOf } from '../config/secret-names.ts';
import { SecretError, type SecretStore } from '../config/secrets.ts';
import type { Attempt } from '../runs/attempt.ts';
import { ExternalCallError } from '../util/external-call.ts';

interface MarkDependencies {
  readonly secrets: SecretStore;
}

/** A tick sees what has changed since the one before. */
const AT_MOST_OLD_MS = 30_000;

/**
 * The mark of what a container gets, as far as it is known; null where the vault does not answer. A secret that cannot be
 * read has no version.
 * @param atMostOldMs how long ago the secrets were read at most; default: as they are used.
 */
export async function configurationMark(
  { secrets }: MarkDependencies,
  model: Entry,
  atMostOldMs?: number,
): Promise<string | null> {
  const versionOf = async (name: string): Promise<string | null> => {
    try {
      return (await secrets.get(name, atMostOldMs)).version;
    } catch (error) {
      if (error instanceof SecretError) return null;
      throw error;
    }
  };
  let versions: readonly (string | null)[];
  try {
    versions = await Promise.all(secretNamesOf(model).map(versionOf));
  } catch (error) {
    if (error instanceof ExternalCallError) return null;
    throw error;
  }
  const { container, lastResort, numeraiModels } = model;
  return createHash('sha256')
    .update(JSON.stringify([container, lastResort, numeraiModels, versions]))
    .digest('hex')
    .slice(0, 16);
}

/** Whether something has changed since the attempt was started. */
export async function hasChanged(
  dependencies: MarkDependencies,
  { configurationMark: before }: Pick<Attempt, 'configurationMark'>,
  model: Entry,
): Promise<boolean> {
  if (before === null) return false;
  const now = await configurationMark(dependencies, model, AT_MOST_OLD_MS);
  return now !== null && now !== before;
}
