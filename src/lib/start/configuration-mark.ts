// Has somebody fixed what only a person can fix? A mark stands for a model's configuration and the versions of its
// secrets; it tells nothing of either.

import { createHash } from 'node:crypto';
import { readSecrets, versionsOf } from '../compute/given-secrets.ts';
import type { Entry } from '../config/models.ts';
import { secretNamesOf } from '../config/secret-names.ts';
import { type Secret, SecretError, type SecretStore } from '../config/secrets.ts';
import type { Attempt } from '../runs/attempt.ts';
import { ExternalCallError } from '../util/external-call.ts';

interface MarkDependencies {
  readonly secrets: SecretStore;
}

/** A tick sees what has changed since the one before. */
const AT_MOST_OLD_MS = 30_000;

export interface Configuration {
  readonly mark: string;
  /** As an attempt has them, of the secrets that can be read. */
  readonly secretVersions: readonly string[];
}

/**
 * What a container gets, as far as it is known; null where the vault does not answer. A secret that cannot be read has
 * no version.
 * @param atMostOldMs how long ago the secrets were read at most; default: as they are used.
 */
export async function configurationOf(
  { secrets }: MarkDependencies,
  model: Entry,
  atMostOldMs?: number,
): Promise<Configuration | null> {
  const versionOf = async (name: string): Promise<Pick<Secret, 'version'>> => {
    try {
      return await secrets.get(name, atMostOldMs);
    } catch (error) {
      if (error instanceof SecretError) return { version: null };
      throw error;
    }
  };
  try {
    const read = await readSecrets(secretNamesOf(model), versionOf);
    const { container, lastResort, numeraiModels } = model;
    const versions = [...read.values()].map(({ version }) => version);
    const mark = createHash('sha256')
      .update(JSON.stringify([container, lastResort, numeraiModels, versions]))
      .digest('hex')
      .slice(0, 16);
    return { mark, secretVersions: versionsOf(read) };
  } catch (error) {
    if (error instanceof ExternalCallError) return null;
    throw error;
  }
}

/** Whether something has changed since the attempt was started. */
export async function hasChanged(
  dependencies: MarkDependencies,
  { configurationMark: before }: Pick<Attempt, 'configurationMark'>,
  model: Entry,
): Promise<boolean> {
  if (before === null) return false;
  const now = await configurationOf(dependencies, model, AT_MOST_OLD_MS);
  return now !== null && now.mark !== before;
}
