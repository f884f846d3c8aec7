// What the resolvers work with.

import type { Clock } from '../../../src/lib/util/clock.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Datasets } from './datasets.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Rounds } from './rounds.ts';
import type { Round } from './schedules.ts';
import type { Submissions } from './submissions.ts';
import type { Uploads } from './uploads.ts';
import type { Webhooks } from './webhooks.ts';

/** The account that sent the query. */
export interface Context {
  readonly account: Account | null;
}

/** An argument that a query may leave out. */
export type Maybe<T> = T | null | undefined;

export interface Services {
  readonly accounts: Accounts;
  readonly rounds: Rounds;
  readonly submissions: Submissions;
  readonly uploads: Uploads;
  readonly datasets: Datasets;
  readonly webhooks: Webhooks;
  readonly clock: Clock;
  readonly setWebhookLimit: RateLimit;
  readonly triggerWebhookLimit: RateLimit;
  /** The value of `isTest` in the calls of `triggerModelWebhook`. */
  readonly manualTriggersAreTests: boolean;
  readonly datasetUrl: (round: Round, filename: string) => string;
  readonly uploadUrl: (filename: string) => string;
  readonly downloadUrl: (filename: string) => string;
  readonly changed: () => void;
  readonly troubles: Troubles;
}

/** What the emulator can be told to get wrong. */
export interface Troubles {
  /** Changes the elements of lists of rounds: every field may be null, and so may the element. */
  spoilRound: ((round: object) => object | null) | null;
  /** Ids of models about whose submissions the server fails, among others that it answers for. */
  readonly brokenModels: Set<string>;
  /** Ids of models that an account's list lacks. */
  readonly unlisted: Set<string>;
}
