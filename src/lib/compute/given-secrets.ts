// Which secrets a container was given. Their versions are on the attempt, so that whatever becomes of a secret
// meanwhile, what the container says can be redacted with the values that it had.

import type { Entry } from '../config/models.ts';
import { secretNamesOf, secretNamesOfContainer } from '../config/secret-names.ts';
import type { Secret, SecretStore } from '../config/secrets.ts';
import type { Attempt } from '../runs/attempt.ts';
import { TIMING } from '../runs/timing.ts';
import { atMost, type Clock } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';

/** The code of the error where a log cannot be redacted: it is neither shown nor kept. */
export const LOG_WITHHELD = 'log-withheld';

interface GivenDependencies {
  readonly secrets: SecretStore;
  readonly clock: Clock;
}

/** Names and versions as an attempt has them; none of those that have no version. */
export function versionsOf(secrets: ReadonlyMap<string, Pick<Secret, 'version'>>): string[] {
  return [...secrets].flatMap(([name, { version }]) => (version === null ? [] : [`${name}/${version}`]));
}

/** With further versions; the same list where there is nothing new. */
export function withVersions(known: readonly string[], more: readonly string[]): readonly string[] {
  const added = more.filter((each) => !known.includes(each));
  return added.length === 0 ? known : [...known, ...added];
}

/** What is read of each name. Throws as `read` does. */
export async function readSecrets<T>(
  names: readonly string[],
  read: (name: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

/**
 * What a start of the container would be given now, for the record that is written before it; none where that cannot be
 * had soon: the start then records it.
 */
export function versionsSoon(
  { secrets, clock }: GivenDependencies,
  container: Entry['container'],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if (secretNamesOfContainer(container).length === 0) return Promise.resolve([]);
  const read = readSecrets(secretNamesOfContainer(container), secrets.getOrLast).then(versionsOf);
  const known = read.catch((error: unknown) => {
    // The start says what is wrong with them.
    if (error instanceof AppError) return [];
    throw error;
  });
  return atMost<readonly string[]>(
    clock,
    TIMING.prepareMs,
    () => known,
    () => [],
    signal,
  );
}

/**
 * Makes sure that the redaction knows all that the attempt's container may have been given. Another instance may have
 * started it, or nobody has read the keys that an existing group was created with.
 * @throws {AppError} `log-withheld`, where that cannot be had. Whatever the vault says: it may be able to later.
 */
export async function learnSecrets(
  { secrets }: Pick<GivenDependencies, 'secrets'>,
  { secretVersions }: Pick<Attempt, 'secretVersions'>,
  model: Entry | undefined,
): Promise<void> {
  const given = secretVersions.map((each) => each.split('/'));
  if (model === undefined && given.length === 0)
    throw withheld(
      'models.json no longer has the model, so nobody knows which secrets it was given. Take a model out of the file when its runs have ended; until then, pause it.',
    );
  // Of those that the record does not name, the values in use are the best guess.
  const others = (model === undefined ? [] : secretNamesOf(model)).filter(
    (name) => !given.some(([known]) => known === name),
  );
  try {
    await Promise.all([
      ...given.map(([name = '', version = '']) => learnVersion(secrets, name, version)),
      ...others.map((name) => secrets.get(name)),
    ]);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === LOG_WITHHELD) throw error;
    throw withheld(error.message, error);
  }
}

async function learnVersion(secrets: SecretStore, name: string, version: string): Promise<void> {
  try {
    await secrets.getVersion(name, version);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw withheld(
      `The container was given version ${version} of the secret ${name}, which cannot be read now: ${error.message}`,
      error,
    );
  }
}

function withheld(because: string, cause?: unknown): AppError {
  return new AppError(LOG_WITHHELD, `The secrets in it could not be recognised and removed. ${because}`, { cause });
}
