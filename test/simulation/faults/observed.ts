// What is left of a history, as the emulators and the tables know it.

import type { Submission } from '../../../local/emulators/numerai/submissions.ts';
import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import type { Attempt } from '../app/record.ts';
import type { ExternalCall } from '../world/external-calls.ts';
import type { History, TriggerPlan } from './history.ts';
import type { CallFate } from './plan.ts';

/** What came of one call of a trigger. */
export interface Answer {
  readonly trigger: TriggerPlan;
  /** 503: could not be recorded. 409: refused. `dead`: the instance died on it. */
  readonly outcome: 200 | 409 | 503 | 'dead';
  readonly runId: string | null;
  readonly duplicate: boolean;
  readonly tookMs: number;
  /** Container groups started while it was being answered, by anybody. */
  readonly startsMeanwhile: number;
}

export interface Observed {
  readonly history: History;
  readonly round: number;
  readonly openTime: Date;
  readonly answers: readonly Answer[];
  readonly attempts: readonly Attempt[];
  readonly starts: readonly StartRecord[];
  readonly deletions: readonly { readonly group: string; readonly at: Date }[];
  /** Ids of the models at Numerai. */
  readonly slotIds: readonly string[];
  /** Of all of them. */
  readonly submissions: readonly Submission[];
  readonly inFlight: readonly string[];
  /** But for those that are kept. */
  readonly groupsLeft: readonly string[];
  readonly log: readonly string[];
  /** Where an overview showed at some tick, or at the end, what the rows did not say. */
  readonly overviewFaults: readonly string[];
  /** The rows of the record, as text. */
  readonly rows: readonly string[];
  readonly calls: readonly ExternalCall[];
  readonly fates: readonly CallFate[];
  /** False where it did not come to rest in time. */
  readonly cameToRest: boolean;
  readonly errors: readonly string[];
  /** What is left of each of the other models. */
  readonly crowd: readonly Observed[];
}
