// Making the summary of a model or a job from its rows. It is written only if nobody has written one since before the rows
// were read, so that an older view never replaces a newer one.

import { type RunStore, StaleRunError, type SummaryStore } from './stores.ts';
import { RUNS_READ, summaryOf } from './summary.ts';

interface SumUpDependencies {
  readonly runs: Pick<RunStore, 'list'>;
  readonly summaries: SummaryStore;
}

/** Others sum up the same model at the same time: so often it is tried again. */
const TRIES = 3;

/** @throws {StaleRunError} where others were always faster: a later tick does it again. */
export async function sumUp({ runs, summaries }: SumUpDependencies, model: string): Promise<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const known = await summaries.getEtag(model);
    const summary = summaryOf(await runs.list(model, { limit: RUNS_READ }));
    if (await summaries.write(model, summary, known)) return;
  }
  throw new StaleRunError(model);
}
