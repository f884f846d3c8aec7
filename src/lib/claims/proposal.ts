// What a trigger proposes to write, and what came of it.

import type { Json } from '../compute/platform.ts';
import type { Upcoming } from '../rounds/standing.ts';
import type { Asked } from '../runs/new-run.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore, RunWrite, Stored } from '../runs/stores.ts';
import type { RoundKnowledge } from './keys.ts';

/** What a trigger asks for. */
export interface ClaimInput extends Asked {
  readonly knowledge: RoundKnowledge;
  /** The round, where it has yet to open and the run waits for that; null: it is to start now. */
  readonly opening: Upcoming | null;
  /** An operator wants another attempt although there was a good one. */
  readonly force: boolean;
  /** What the platform prepares for a first attempt already, by `preparedSoon`; null: it is still to be asked. */
  readonly ahead: Promise<Json> | null;
  /** The versions of secrets that its container is to be given, as far as they are known soon. */
  readonly secretVersions: Promise<readonly string[]>;
  readonly signal?: AbortSignal | undefined;
}

/** The run that the claim names; a duplicate's start belongs to another trigger, any other to the caller. */
export interface Claimed {
  readonly stored: Stored<Run>;
  readonly duplicate: boolean;
  /** The run waited, and what it waited for is due now: the watch goes on with it. */
  readonly isHastened: boolean;
}

/** What a trigger proposes to write: a run, and the claims that name it. */
export interface Proposal {
  readonly run: Run;
  readonly own: string;
  /** Another claim that names it: `claimKeys`. */
  readonly alias: string | null;
}

/** @returns null where a row exists already. */
export async function writeClaimed(
  runs: RunStore,
  run: Run,
  writes: readonly RunWrite[],
  signal: AbortSignal | undefined,
): Promise<Claimed | null> {
  const etag = await runs.write(run.model, writes, signal);
  return etag === null ? null : { stored: { value: run, etag }, duplicate: false, isHastened: false };
}
