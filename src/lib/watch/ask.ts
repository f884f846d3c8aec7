// What is asked before the decisions about attempts: when a submission counts, and how long the model needs.

import { type Entry, isJob } from '../config/models.ts';
import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/stores.ts';
import { RUNS_FOR_DURATION, type TimeNeeded, timeNeeded } from '../runs/usual-duration.ts';
import { type Window, windowOf, windowOfJob } from './window.ts';

/** A test has no round. */
const NOT_ASKED: RoundsKnown = { kind: 'unknown', why: '', isAway: false };

/** An attempt of a job may end whenever it ends. */
const NO_DEADLINE: TimeNeeded = { typicalMs: 0, slowMs: 0 };

/** When a submission of the run counts, as Numerai says now; of a job, when an attempt may begin. Never throws. */
export async function askWindow(
  { rounds }: { readonly rounds: RoundCache },
  run: Run,
  model: Entry | undefined,
): Promise<Window> {
  const { tournament } = run;
  if (tournament === null) return windowOfJob(run, model?.tournament === null ? model.schedule : null);
  if (run.isTest) return windowOf(run, NOT_ASKED);
  return windowOf(run, await rounds.rounds(tournament), rounds.lastKnown(tournament)?.rounds);
}

/** What the history says of the time that an attempt of the model needs: one query. */
export async function askTimeNeeded(
  { runs }: { readonly runs: RunStore },
  model: Pick<Entry, 'name' | 'tournament'>,
): Promise<TimeNeeded> {
  if (isJob(model)) return NO_DEADLINE;
  const { records } = await runs.list(model.name, { limit: RUNS_FOR_DURATION });
  return timeNeeded(records.map(({ run }) => run));
}
