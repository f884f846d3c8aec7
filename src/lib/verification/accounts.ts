// What is asked with the keys of an account: its models, once in some minutes, and the submissions of several models in
// one request. What becomes of the keys is noted on the way.

import type { Model } from '../config/models.ts';
import { SecretError, type SecretStore } from '../config/secrets.ts';
import { createCache } from '../util/cache.ts';
import { atMost, type Clock } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { clauseOf } from '../util/sentences.ts';
import { createBatch } from './batch.ts';
import type { KeyWatch } from './key-watch.ts';
import {
  KeyRefusedError,
  type ListAnswer,
  type ListedSubmission,
  type NumeraiKeys,
  type NumeraiModel,
  type SubmissionSource,
} from './submission-source.ts';

export interface AccountsDependencies {
  readonly numerai: SubmissionSource;
  readonly secrets: SecretStore;
  /** Gets what becomes of the keys. */
  readonly keyWatch: KeyWatch;
  readonly clock: Clock;
}

/** The models of an account, or the error where they could not be had. */
type AccountModels = readonly NumeraiModel[] | AppError;

export interface Accounts {
  /** Those of the model's account, soon or not at all. */
  models(model: Model): Promise<AccountModels>;
  /** Those of a model at Numerai; {@link KeyRefusedError} where Numerai does not accept the key. */
  submissions(model: Model, modelId: string): Promise<ListAnswer>;
}

/** How long an account's list of models is used. */
const LIST_KEPT_MS = 10 * 60_000;
/** A Numerai that did not answer is left alone for as long. */
const FAILURE_KEPT_MS = 20_000;
/** A start waits no longer for the list. */
const SOON_MS = 3_000;

/** Makes the accounts of this process. */
export function createAccounts({ numerai, secrets, keyWatch, clock }: AccountsDependencies): Accounts {
  const lists = createCache<AccountModels>(clock, (listed) =>
    listed instanceof AppError ? FAILURE_KEPT_MS : LIST_KEPT_MS,
  );
  const batches = new Map<string, (modelId: string) => Promise<ListAnswer>>();

  async function keysOf({ numeraiKeys }: Model): Promise<NumeraiKeys> {
    const [publicId, secretKey] = await Promise.all([
      secrets.getOrLast(numeraiKeys.publicId),
      secrets.getOrLast(numeraiKeys.secretKey),
    ]);
    return { publicId: publicId.value, secretKey: secretKey.value };
  }

  /** Asks for the submissions of several models of the model's account. */
  function batchOf(model: Model): (modelId: string) => Promise<ListAnswer> {
    const account = accountOf(model);
    const batch =
      batches.get(account) ??
      createBatch<ListAnswer>(async (modelIds) => numerai.submissionsOf(modelIds, await keysOf(model)));
    batches.set(account, batch);
    return batch;
  }

  return {
    models(model) {
      const asked = lists(accountOf(model), () =>
        watched<readonly NumeraiModel[]>(keyWatch, model, async () => numerai.accountModels(await keysOf(model))),
      );
      return atMost<AccountModels>(clock, SOON_MS, () => asked, listIsLate);
    },

    submissions: (model, modelId) =>
      watched<readonly ListedSubmission[]>(keyWatch, model, async () => {
        const answer = await batchOf(model)(modelId);
        if (answer instanceof AppError) throw answer;
        return answer;
      }),
  };
}

/** An account is known by the secrets of its keys. */
const accountOf = ({ numeraiKeys: { publicId, secretKey } }: Model): string => `${publicId} ${secretKey}`;

/** Notes whether the keys work. @returns the error where there is no answer; one about the keys says which they are. */
async function watched<T>(keyWatch: KeyWatch, { numeraiKeys }: Model, ask: () => Promise<T>): Promise<T | AppError> {
  const { publicId, secretKey } = numeraiKeys;
  try {
    const answer = await ask();
    keyWatch.works(publicId, secretKey);
    return answer;
  } catch (error) {
    if (error instanceof SecretError) keyWatch.refused(error.secretName, error.message);
    if (!(error instanceof AppError)) throw error;
    if (!(error instanceof KeyRefusedError)) return error;
    const message = `${clauseOf(error.message)}. Numerai does not accept the key in the secrets ${publicId} and ${secretKey}. Make a new one at https://numer.ai/account that may read user info, read submission info and upload submissions, and set both secrets (npm run azure:secrets); the app reads them within five minutes.`;
    keyWatch.refused(secretKey, message);
    return new KeyRefusedError(message);
  }
}

/** As of any other call that got no answer: the next tick asks again. */
function listIsLate(): AppError {
  const operation = "list the account's models";
  const details = { service: 'numerai', operation, failure: 'unavailable', status: null } as const;
  const said = `Could not ${operation}: Numerai did not answer in time.`;
  return new ExternalCallError({ ...details, serviceCode: null, retryAfterMs: null }, said, null);
}
