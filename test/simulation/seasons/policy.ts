// Who answers the webhooks in a season, as the season sees it.

import type { Attempt } from '../app/record.ts';
import type { SeasonModel } from './models.ts';
import type { Season } from './season.ts';

/** One that lives: an instance of the app, or a function without a memory. */
export interface Living {
  webhook(model: string, body: string): Promise<number>;
  /** A tick of the watcher; absent where there is no such timer. @returns how many runs are in flight. */
  readonly watch?: () => Promise<number>;
  /** A tick of the fallback. @returns how many runs it started. */
  readonly fallback?: () => Promise<number>;
  /** Resolves when it has died: what it was doing never comes back. */
  readonly died: Promise<undefined>;
  die(): void;
}

export interface Policy {
  readonly name: string;
  /** Models that it has an existing group for. */
  groupsFor(models: readonly SeasonModel[]): readonly SeasonModel[];
  /** Once, before anything lives. */
  prepare(season: Season): Promise<void> | void;
  /** @param count from 1: the first, and each that follows one that died. */
  start(season: Season, count: number): Living;
  /** What it has on record, each model's oldest first; null where it keeps none. */
  record(season: Season): Promise<readonly Attempt[] | null>;
}
