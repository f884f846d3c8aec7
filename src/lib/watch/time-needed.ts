// What the history says of the time that an attempt of a model needs: one query.

import type { RunStore } from '../runs/stores.ts';
import { RUNS_FOR_DURATION, type TimeNeeded, timeNeeded } from '../runs/usual-duration.ts';

export async function askTimeNeeded({ runs }: { readonly runs: RunStore }, model: string): Promise<TimeNeeded> {
  const { records } = await runs.list(model, { limit: RUNS_FOR_DURATION });
  return timeNeeded(records.map(({ run }) => run));
}
