// What is asked before the decisions about attempts: when a submission counts, and how long the model needs.

import type { RoundCache, RoundsKnown } from '../rounds/round-cache.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/stores.ts';
import { RUNS_FOR_DURATION, type TimeNeeded, timeNeeded } from '../runs/usual-duration.ts';
import { type Window, windowOf } from './window.ts';

/** A test has no round. */
const NOT_ASKED: RoundsKnown = { kind: 'unknown', why: '', isAway: false };

/** When a submission of the run counts, as Numerai says now. Never throws. */
export async function askWindow({ rounds }: { readonly rounds: RoundCache }, run: Run): Promise<Window> {
  return windowOf(run, run.isTest ? NOT_ASKED : await rounds.rounds(run.tournament));
}

/** What the history says of the time that an attempt of the model needs: one query. */
export async function askTimeNeeded({ runs }: { readonly runs: RunStore }, model: string): Promise<TimeNeeded> {
  const { records } = await runs.list(model, { limit: RUNS_FOR_DURATION });
  return timeNeeded(records.map(({ run }) => run));
}
