// Which run does a claim name?

import type { Entry } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/stores.ts';

/** The run that a claim names; null where nobody claimed it, or where the run cannot be read. */
export async function findRunOfClaim(
  { runs }: { readonly runs: RunStore },
  model: Pick<Entry, 'name'>,
  key: string,
): Promise<Run | null> {
  const claim = await runs.getClaim(model.name, key);
  if (claim === null) return null;
  const stored = await runs.get(model.name, claim.value);
  return stored === null || stored === 'unreadable' ? null : stored.value;
}
