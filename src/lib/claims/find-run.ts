// Which run holds, or held, a claim?

import type { Services } from '../../services.ts';
import type { Model } from '../config/models.ts';
import type { Run } from '../runs/run.ts';

/** The run that a claim belongs to, by way of an alias where it is one; null where nobody claimed it. */
export async function findRunOfClaim(
  services: Pick<Services, 'runs'>,
  model: Pick<Model, 'name'>,
  key: string,
): Promise<Run | null> {
  const claim = await services.runs.getClaim(model.name, key);
  if (claim === null) return null;
  if (claim.value.kind === 'alias')
    return claim.value.of === key ? null : findRunOfClaim(services, model, claim.value.of);
  return (await services.runs.getRun(model.name, claim.value.runId))?.value ?? null;
}
