// Opening a run again that has ended: the in-flight index first, then the row, so that no run is ever open and followed
// by nobody.

import type { Run } from '../runs/run.ts';
import type { InFlightIndex, RunStore, Stored } from '../runs/stores.ts';

/** @throws {StaleRunError} where somebody else changed it meanwhile; the watcher clears the entry of the index. */
export async function openAgain(
  { runs, inFlight }: { readonly runs: RunStore; readonly inFlight: InFlightIndex },
  stored: Stored<Run>,
  changes: Partial<Run>,
  now: Date,
  signal?: AbortSignal,
): Promise<Stored<Run>> {
  const { id, model } = stored.value;
  await inFlight.add({ model, runId: id, writtenAt: now }, signal);
  return runs.update(stored, changes, signal);
}
