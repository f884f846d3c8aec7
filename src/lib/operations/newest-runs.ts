// The newest runs of many models and jobs at once: their summaries, and what is in flight. What costs a query of its own is
// a run in flight, and a model whose summary is missing or out of date; never a model, or a run, as such.

import type { Entry } from '../config/models.ts';
import { hasEnded } from '../runs/run.ts';
import {
  type InFlightIndex,
  type InFlightState,
  nullIfPassing,
  type RunRecord,
  type RunStore,
  type Summary,
  type SummaryStore,
} from '../runs/stores.ts';
import { RUNS_READ, summaryOf, withInFlight } from '../runs/summary.ts';
import { forEachAtMost } from '../util/concurrency.ts';

export interface NewestRunsDependencies {
  readonly runs: RunStore;
  readonly inFlight: InFlightIndex;
  readonly summaries: SummaryStore;
}

/** Runs in flight that are read side by side. */
const AT_ONCE = 8;
/** Models whose rows are read side by side: each has some dozen of them, of which little stays. */
const LISTED_AT_ONCE = 3;

export interface NewestRuns {
  readonly state: InFlightState;
  /** By name; of every entry asked for. */
  readonly newest: ReadonlyMap<string, Summary>;
}

/**
 * The newest runs as an overview shows them.
 * @throws {ExternalCallError} where the record cannot be read.
 */
export async function readNewestRuns(
  dependencies: NewestRunsDependencies,
  entries: readonly Pick<Entry, 'name'>[],
): Promise<NewestRuns> {
  const { runs, inFlight, summaries } = dependencies;
  // The index first: a run leaves it after it was summed up, and so is in one of the two.
  const state = await inFlight.read();
  const known = await summaries.readAll();
  const outdated = new Set(state.outdated.map(({ model }) => model));
  const newest = new Map<string, Summary>();
  const names = new Set(entries.map(({ name }) => name));
  for (const name of names) {
    const summary = known.get(name);
    if (summary !== undefined && !outdated.has(name)) newest.set(name, summary);
  }
  const followed = await readInFlight(
    runs,
    state.entries.filter(({ model }) => newest.has(model)),
  );
  for (const [name, records] of followed) {
    const summary = newest.get(name);
    // What cannot be read among them is counted where all rows are read.
    if (records.includes('unreadable') || summary === undefined) newest.delete(name);
    else newest.set(name, withInFlight(summary, records.filter(isReadable)));
  }
  const missing = [...names].filter((name) => !known.has(name) && !outdated.has(name));
  const hasNone = await noneHasRun(runs, missing);
  for (const name of missing) if (hasNone) newest.set(name, NOTHING);
  await forEachAtMost(
    LISTED_AT_ONCE,
    [...names].filter((name) => !newest.has(name)),
    async (name) => {
      const isMissing = missing.includes(name);
      const etag = isMissing ? await summaries.getEtag(name) : null;
      const list = await runs.list(name, { limit: RUNS_READ });
      const summary = summaryOf(list);
      newest.set(name, withInFlight(summary, list.records.filter(isInFlight)));
      // The next one need not read the rows.
      if (isMissing) await summaries.write(name, summary, etag).catch(nullIfPassing);
    },
  );
  return { state, newest };
}

const NOTHING: Summary = { records: [], unreadable: 0 };

/** Whether there is no row of these models: before the first round, that shows in one query for all of them. */
async function noneHasRun(runs: RunStore, names: readonly string[]): Promise<boolean> {
  const sorted = names.toSorted();
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first === undefined || last === undefined || (await runs.firstModel(first, last)) === null;
}

type Found = RunRecord | 'unreadable';
const isReadable = (found: Found): found is RunRecord => found !== 'unreadable';
const isInFlight = ({ run }: RunRecord): boolean => !hasEnded(run);

/** The runs that the index names, by model; one that was never written is none. */
async function readInFlight(
  runs: RunStore,
  entries: InFlightState['entries'],
): Promise<ReadonlyMap<string, readonly Found[]>> {
  const found = new Map<string, Found[]>();
  await forEachAtMost(AT_ONCE, entries, async ({ model, runId }) => {
    const record = await runs.getRecord(model, runId);
    if (record === null) return;
    found.set(model, [...(found.get(model) ?? []), record]);
  });
  return found;
}
