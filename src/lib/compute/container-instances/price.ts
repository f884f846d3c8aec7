// What an attempt costs.

import type { Attempt } from '../../runs/attempt.ts';
import { roundedUsd } from '../../runs/run.ts';
import { preparedOf } from './prepared.ts';

/**
 * List prices in US dollars of Azure Container Instances, pay as you go, East US, Linux.
 * https://azure.microsoft.com/pricing/details/container-instances/
 */
const PRICE_USD = { vCpuHour: 0.0405, gigabyteHour: 0.00445 } as const;

/**
 * What is left of the price with the priority Spot, whose discount is "up to 70%".
 * https://learn.microsoft.com/azure/container-instances/container-instances-spot-containers-overview
 */
const SPOT_SHARE = 0.3;

type MeteredAttempt = Pick<Attempt, 'meteredFrom' | 'startedAt' | 'finishedAt' | 'cpu' | 'memoryGB'> &
  Partial<Pick<Attempt, 'prepared'>>;

/**
 * At list price, in US dollars; null where its size or duration is not known. The meter starts when the pull of the
 * image does: https://azure.microsoft.com/pricing/details/container-instances/
 */
export function priceOf(attempt: MeteredAttempt): number | null {
  const { meteredFrom, startedAt, finishedAt, cpu, memoryGB, prepared = null } = attempt;
  const from = meteredFrom ?? startedAt;
  if (from === null || finishedAt === null || cpu === null || memoryGB === null) return null;
  const seconds = Math.max(0, (Date.parse(finishedAt) - Date.parse(from)) / 1000);
  const perHour = cpu * PRICE_USD.vCpuHour + memoryGB * PRICE_USD.gigabyteHour;
  const note = preparedOf({ prepared });
  const share = note?.kind === 'image' && note.isSpot ? SPOT_SHARE : 1;
  return roundedUsd((perHour * share * seconds) / 3600);
}
