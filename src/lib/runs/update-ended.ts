// Changing a run that has ended, and stays so: nothing follows it any more, so its model's summary is marked first.

import type { Run } from './run.ts';
import type { InFlightIndex, RunStore, Stored } from './stores.ts';

/** @throws {StaleRunError} where somebody else changed it meanwhile. */
export async function updateEnded(
  { runs, inFlight }: { readonly runs: RunStore; readonly inFlight: Pick<InFlightIndex, 'markOutdated'> },
  stored: Stored<Run>,
  changes: Partial<Run>,
): Promise<Stored<Run>> {
  await inFlight.markOutdated(stored.value.model);
  return runs.update(stored, changes);
}
