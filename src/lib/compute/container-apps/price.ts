// What an attempt costs once the free grant of the month is used up. The grant is the subscription's: no attempt knows
// what is left of it.

import type { Attempt } from '../../runs/attempt.ts';
import { roundedUsd } from '../../runs/run.ts';

/**
 * List prices in US dollars of the Consumption plan, active usage, East US.
 * https://azure.microsoft.com/pricing/details/container-apps/
 */
const PRICE_USD = { vCpuSecond: 0.000024, gibibyteSecond: 0.000003 } as const;

type MeteredAttempt = Pick<Attempt, 'startedAt' | 'finishedAt' | 'cpu' | 'memoryGB'>;

/** At list price, in US dollars; null where its size or duration is not known. */
export function priceOf({ startedAt, finishedAt, cpu, memoryGB }: MeteredAttempt): number | null {
  if (startedAt === null || finishedAt === null || cpu === null || memoryGB === null) return null;
  const seconds = Math.max(0, (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  return roundedUsd((cpu * PRICE_USD.vCpuSecond + memoryGB * PRICE_USD.gibibyteSecond) * seconds);
}
