// How runs are looked up: one of them, or a page of them.

import type { Entry } from '../config/models.ts';
import type { RunState } from '../runs/run.ts';
import { isRunId } from '../runs/run-id.ts';
import type { RunList, RunRecord, RunStore } from '../runs/stores.ts';
import { forEachAtMost } from '../util/concurrency.ts';
import { ConflictError, NotFoundError } from '../util/errors.ts';

/**
 * What a store found under the id of a run.
 * @throws {NotFoundError} where there is no such run; {@link ConflictError} where its row is of another
 * version, or damaged.
 */
export function readable<T>(found: T | null | 'unreadable', model: Pick<Entry, 'name'>, runId: string): T {
  if (found === null) throw new NotFoundError(`${model.name} has no run ${JSON.stringify(runId.slice(0, 40))}.`);
  if (found === 'unreadable')
    throw new ConflictError(
      `Run ${runId} of ${model.name} cannot be read: its record is of another version of the app, or damaged. Deploy the version that wrote it, or start the model again.`,
    );
  return found;
}

/** Throws as {@link readable}. */
export async function findRun(
  { runs }: { readonly runs: RunStore },
  model: Pick<Entry, 'name'>,
  runId: string,
): Promise<RunRecord> {
  const found = isRunId(runId) ? await runs.getRecord(model.name, runId) : null;
  return readable(found, model, runId);
}

export interface RunsPageRequest {
  readonly models: readonly Pick<Entry, 'name'>[];
  readonly state: RunState | null;
  readonly limit: number;
  /** Id of the last run of the page before. */
  readonly after: string | null;
}

/** Runs that one page may read, of a model and of all: a rare state must not make a page scan the whole history. */
const SCANNED_AT_MOST = { ofModel: 500, ofAll: 5_000 } as const;
/** Models whose runs are in memory at once: of what they have, as much as the page takes is kept. */
const MODELS_AT_ONCE = 8;

/** Runs of some models, newest first, a page at a time. A page may be short, or empty, and still have a next one. */
export async function listRuns(
  { runs }: { readonly runs: RunStore },
  { models, limit, state, after }: RunsPageRequest,
): Promise<RunList> {
  const { ofModel, ofAll } = SCANNED_AT_MOST;
  const scan = state === null ? limit : Math.max(limit, Math.min(ofModel, Math.floor(ofAll / models.length)));
  // Beyond the end of a list that was cut, that model may have runs that we have not seen.
  let horizon = '';
  let unreadable = 0;
  let newest: readonly RunRecord[] = [];
  await forEachAtMost(MODELS_AT_ONCE, models, async ({ name }) => {
    const list = await runs.list(name, { limit: scan, after: after ?? undefined });
    const matching = list.records.filter(({ run }) => state === null || run.state === state);
    unreadable += list.unreadable;
    if (list.next !== null && list.next > horizon) horizon = list.next;
    // One more than the page takes shows that there is another page.
    newest = [...newest, ...matching].sort((a, b) => (a.run.id < b.run.id ? 1 : -1)).slice(0, limit + 1);
  });
  const matching = newest.filter(({ run }) => run.id >= horizon);
  const records = matching.slice(0, limit);
  const last = matching.length > limit ? (records.at(-1)?.run.id ?? '') : horizon;
  return { records, unreadable, next: last === '' ? null : last };
}
