// The configured models at Numerai: their ids and submissions, asked for with the keys of their accounts. What is asked
// of one account at about the same time goes in one request.

import type { Model } from '../config/models.ts';
import { SecretError, type SecretStore } from '../config/secrets.ts';
import { AppError } from '../util/errors.ts';
import { createBatch } from './batch.ts';
import type { KeyWatch } from './key-watch.ts';
import {
  KeyRefusedError,
  type ListAnswer,
  type ListedSubmission,
  type NumeraiKeys,
  type SubmissionSource,
} from './submission-source.ts';

/**
 * Both throw AppError where a key or Numerai cannot be reached, or where the account has no such model;
 * {@link KeyRefusedError} where Numerai does not accept the key.
 */
export interface NumeraiModels {
  /** As configured, else looked up by the configured name; null where the configuration has neither. */
  id(model: Model): Promise<string | null>;
  /** What Numerai lists for a model that the configuration names there. */
  submissions(model: Model): Promise<readonly ListedSubmission[]>;
}

/**
 * Makes the lookup; a name is looked up once a process.
 * @param keys gets what becomes of the keys.
 */
export function createNumeraiModels(numerai: SubmissionSource, secrets: SecretStore, keys: KeyWatch): NumeraiModels {
  const found = new Map<string, string>();
  const batches = new Map<string, (modelId: string) => Promise<ListAnswer>>();

  async function keysOf({ numeraiKeys }: Model): Promise<NumeraiKeys> {
    const [publicId, secretKey] = await Promise.all([
      secrets.get(numeraiKeys.publicId),
      secrets.get(numeraiKeys.secretKey),
    ]);
    return { publicId: publicId.value, secretKey: secretKey.value };
  }

  /** Notes whether the keys work, and says which they are. */
  async function watched<T>({ numeraiKeys }: Model, ask: () => Promise<T>): Promise<T> {
    const { publicId, secretKey } = numeraiKeys;
    try {
      const answer = await ask();
      keys.works(publicId, secretKey);
      return answer;
    } catch (error) {
      if (error instanceof SecretError) keys.refused(error.secretName, error.message);
      if (!(error instanceof KeyRefusedError)) throw error;
      const message = `${error.message.replace(/\.$/, '')}. Numerai does not accept the key in the secrets ${publicId} and ${secretKey}: make a new one at https://numer.ai/account, that may read submission info, and set both.`;
      keys.refused(secretKey, message);
      throw new KeyRefusedError(message);
    }
  }

  async function id(model: Model): Promise<string | null> {
    const { numeraiModelName: name, tournament } = model;
    const known = model.numeraiModelId ?? found.get(model.name);
    if (known !== undefined || name === null) return known ?? null;
    const models = await watched(model, async () => numerai.accountModels(await keysOf(model)));
    const match = models.find(
      (candidate) => candidate.name === name && (candidate.tournament === null || candidate.tournament === tournament),
    );
    if (match === undefined) {
      throw new AppError(
        'unknown-numerai-model',
        `The account has no ${tournament} model ${JSON.stringify(name)}; it has: ${models.map((candidate) => candidate.name).join(', ')}. Fix numeraiModelName of model ${model.name}.`,
      );
    }
    found.set(model.name, match.id);
    return match.id;
  }

  /** Asks for the submissions of several models of the model's account. */
  function batchOf(model: Model): (modelId: string) => Promise<ListAnswer> {
    const { publicId, secretKey } = model.numeraiKeys;
    const account = `${publicId} ${secretKey}`;
    const batch =
      batches.get(account) ??
      createBatch<ListAnswer>(async (modelIds) => numerai.submissionsOf(modelIds, await keysOf(model)));
    batches.set(account, batch);
    return batch;
  }

  return {
    id,
    async submissions(model) {
      const modelId = (await id(model)) ?? '';
      return watched(model, async () => {
        const answer = await batchOf(model)(modelId);
        if (answer instanceof AppError) throw answer;
        return answer;
      });
    },
  };
}
