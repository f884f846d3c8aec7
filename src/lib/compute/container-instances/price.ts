// What an attempt costs.

import { type Attempt, durationSeconds } from '../../runs/attempt.ts';
import { roundedUsd } from '../../runs/run.ts';

/**
 * List prices in US dollars of Azure Container Instances, pay as you go, East US, Linux.
 * https://azure.microsoft.com/pricing/details/container-instances/
 */
const PRICE_USD = { vCpuHour: 0.0405, gigabyteHour: 0.00445 } as const;

/** At list price, in US dollars; null where its size or duration is not known. */
export function priceOf(attempt: Pick<Attempt, 'startedAt' | 'finishedAt' | 'cpu' | 'memoryGB'>): number | null {
  const seconds = durationSeconds(attempt);
  if (seconds === null || attempt.cpu === null || attempt.memoryGB === null) return null;
  const perHour = attempt.cpu * PRICE_USD.vCpuHour + attempt.memoryGB * PRICE_USD.gigabyteHour;
  return roundedUsd((perHour * seconds) / 3600);
}
