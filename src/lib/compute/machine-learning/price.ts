// What an attempt costs: the node that it runs on, by the second. The node's start, and its idle time until the cluster
// removes it, are no attempt's. Machine Learning itself takes nothing.

import type { Attempt } from '../../runs/attempt.ts';
import { roundedUsd } from '../../runs/run.ts';
import { type Prepared, preparedOf } from './prepared.ts';

/** vCPU, memory in GB, and the list price in US dollars an hour. */
type Size = readonly [cpu: number, memoryGB: number, usdPerHour: number];

/**
 * Sizes that people choose, East US, Linux, pay as you go; of another one the price is not known. As Azure's price API had
 * them in December 2023, in a table that a project of Azure's has made of it (Azure/karpenter-provider-azure,
 * pkg/providers/pricing/zz_generated.pricing.go); of the Dsv3 and Dsv5 as of East US 2. List prices of a size seldom change,
 * and may have: "about". https://azure.microsoft.com/pricing/details/machine-learning/
 */
const SIZES: Readonly<Record<string, Size>> = {
  standard_ds1_v2: [1, 3.5, 0.073],
  standard_ds2_v2: [2, 7, 0.146],
  standard_ds3_v2: [4, 14, 0.293],
  standard_ds4_v2: [8, 28, 0.585],
  standard_ds11_v2: [2, 14, 0.185],
  standard_ds12_v2: [4, 28, 0.371],
  standard_d2s_v3: [2, 8, 0.096],
  standard_d4s_v3: [4, 16, 0.192],
  standard_d8s_v3: [8, 32, 0.384],
  standard_d16s_v3: [16, 64, 0.768],
  standard_d2s_v5: [2, 8, 0.096],
  standard_d4s_v5: [4, 16, 0.192],
  standard_d8s_v5: [8, 32, 0.384],
  standard_d16s_v5: [16, 64, 0.768],
  standard_e2s_v3: [2, 16, 0.126],
  standard_e4s_v3: [4, 32, 0.252],
  standard_e8s_v3: [8, 64, 0.504],
  standard_e16s_v3: [16, 128, 1.008],
  standard_e4s_v5: [4, 32, 0.252],
  standard_e8s_v5: [8, 64, 0.504],
  standard_e16s_v5: [16, 128, 1.008],
  standard_f4s_v2: [4, 8, 0.169],
  standard_f8s_v2: [8, 16, 0.338],
  standard_f16s_v2: [16, 32, 0.677],
  standard_nc4as_t4_v3: [4, 28, 0.526],
  standard_nc8as_t4_v3: [8, 56, 0.752],
  standard_nc16as_t4_v3: [16, 110, 1.204],
  standard_nc24ads_a100_v4: [24, 220, 3.673],
};

/** A node of low priority: "up to 80 %" less. https://learn.microsoft.com/azure/machine-learning/how-to-manage-optimize-cost */
const LOW_PRIORITY_SHARE = 0.2;

const sizeOf = (vmSize: string | null): Size | undefined => SIZES[vmSize?.toLowerCase() ?? ''];

/** What a node has; null where its size is none that is known. */
export function sizeOfNode({ vmSize }: Pick<Prepared, 'vmSize'>): Pick<Attempt, 'cpu' | 'memoryGB'> {
  const [cpu = null, memoryGB = null] = sizeOf(vmSize) ?? [];
  return { cpu, memoryGB };
}

/** At list price, in US dollars; null where its node or its duration is not known. */
export function priceOf(attempt: Pick<Attempt, 'startedAt' | 'finishedAt' | 'prepared'>): number | null {
  const { startedAt, finishedAt } = attempt;
  const { vmSize = null, isLowPriority = false } = preparedOf(attempt) ?? {};
  const [, , usdPerHour = null] = sizeOf(vmSize) ?? [];
  if (startedAt === null || finishedAt === null || usdPerHour === null) return null;
  const hours = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 3_600_000;
  return roundedUsd(hours * usdPerHour * (isLowPriority ? LOW_PRIORITY_SHARE : 1));
}
