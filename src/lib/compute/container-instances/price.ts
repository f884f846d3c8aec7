// What an attempt costs.

import type { Attempt } from '../../runs/attempt.ts';
import { roundedUsd } from '../../runs/run.ts';

/**
 * List prices in US dollars of Azure Container Instances, pay as you go, East US, Linux.
 * https://azure.microsoft.com/pricing/details/container-instances/
 */
const PRICE_USD = { vCpuHour: 0.0405, gigabyteHour: 0.00445 } as const;

type MeteredAttempt = Pick<Attempt, 'meteredFrom' | 'startedAt' | 'finishedAt' | 'cpu' | 'memoryGB'>;

/**
 * At list price, in US dollars; null where its size or duration is not known. The meter starts when the pull of the
 * image does: https://azure.microsoft.com/pricing/details/container-instances/
 */
export function priceOf({ meteredFrom, startedAt, finishedAt, cpu, memoryGB }: MeteredAttempt): number | null {
  const from = meteredFrom ?? startedAt;
  if (from === null || finishedAt === null || cpu === null || memoryGB === null) return null;
  const seconds = Math.max(0, (Date.parse(finishedAt) - Date.parse(from)) / 1000);
  const perHour = cpu * PRICE_USD.vCpuHour + memoryGB * PRICE_USD.gigabyteHour;
  return roundedUsd((perHour * seconds) / 3600);
}
