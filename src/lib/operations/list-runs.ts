// How runs are looked up: one of them, or a page of them.

import type { Entry } from '../config/models.ts';
import type { RunState } from '../runs/run.ts';
import { isRunId } from '../runs/run-id.ts';
import type { RunList, RunRecord, RunStore } from '../runs/stores.ts';
import { ConflictError, NotFoundError } from '../util/errors.ts';

/**
 * What a store found under the id of a run.
 * @throws {NotFoundError} where there is no such run; {@link ConflictError} where its row is of another
 * version, or damaged.
 */
export function readable<T>(found: T | null | 'unreadable', model: Pick<Entry, 'name'>, runId: string): T {
  if (found === null) throw new NotFoundError(`Model ${model.name} has no run ${JSON.stringify(runId.slice(0, 40))}.`);
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

/** Runs of a model that one page may read: a rare state must not make a page scan the whole history. */
const SCANNED_AT_MOST = 500;

/** Runs of some models, newest first, a page at a time. A page may be short, or empty, and still have a next one. */
export async function listRuns(
  { runs }: { readonly runs: RunStore },
  { models, limit, state, after }: RunsPageRequest,
): Promise<RunList> {
  const scan = state === null ? limit : SCANNED_AT_MOST;
  const lists = await Promise.all(
    models.map((model) => runs.list(model.name, { limit: scan, after: after ?? undefined })),
  );
  // Beyond the end of a list that was cut, that model may have runs that we have not seen.
  const ends = lists.map(({ next }) => next ?? '').sort();
  const horizon = ends.at(-1) ?? '';
  const matching = lists
    .flatMap((list) => list.records)
    .filter(({ run }) => run.id >= horizon && (state === null || run.state === state))
    .sort((a, b) => (a.run.id < b.run.id ? 1 : -1));
  const records = matching.slice(0, limit);
  const last = matching.length > limit ? (records.at(-1)?.run.id ?? '') : horizon;
  return {
    records,
    unreadable: lists.reduce((sum, list) => sum + list.unreadable, 0),
    next: last === '' ? null : last,
  };
}
