// How often things may be done: the resource provider's limits, and Resource Manager's own.

import { ArmError } from './arm-error.ts';

/** So many within so long. */
export interface RateLimit {
  readonly count: number;
  readonly withinMs: number;
}

const MINUTE = 60_000;

/**
 * Container group creates and deletes a region, as documented (each: 300 an hour, 100 in five minutes):
 * https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
 */
export const DOCUMENTED_LIMITS: readonly RateLimit[] = [
  { count: 300, withinMs: 60 * MINUTE },
  { count: 100, withinMs: 5 * MINUTE },
];

/** Container groups, and cores, a region: the default quotas. */
export const DEFAULT_GROUP_QUOTA = 100;
export const DEFAULT_CORE_QUOTA = 100;

/** Sliding windows, one list of moments a key. */
export class RateLimiter {
  readonly #limits: readonly RateLimit[];
  readonly #moments = new Map<string, number[]>();
  readonly #longest: number;

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits;
    this.#longest = Math.max(0, ...limits.map(({ withinMs }) => withinMs));
  }

  /** Counts one; refuses with 429 and `Retry-After` where it would be one too many. */
  take(key: string, what: string, now: number): void {
    if (this.#limits.length === 0) return;
    const moments = (this.#moments.get(key) ?? []).filter((at) => at > now - this.#longest);
    this.#moments.set(key, moments);
    for (const { count, withinMs } of this.#limits) {
      const within = moments.filter((at) => at > now - withinMs);
      const [oldest] = within;
      if (within.length < count || oldest === undefined) continue;
      const seconds = Math.max(1, Math.ceil((oldest + withinMs - now) / 1000));
      throw new ArmError(
        429,
        'TooManyRequests',
        `The request is being throttled as the limit has been reached for operation '${what}'. Please try again after '${seconds}' seconds.`,
        { 'retry-after': String(seconds) },
      );
    }
    moments.push(now);
  }
}

/** Resource Manager's own throttling: a bucket of tokens a principal and subscription. */
export interface BucketLimit {
  readonly size: number;
  readonly refillPerSecond: number;
}

/**
 * Resource Manager's documented buckets a subscription and principal:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export const DOCUMENTED_BUCKETS = {
  reads: { size: 250, refillPerSecond: 25 },
  writes: { size: 200, refillPerSecond: 10 },
  deletes: { size: 200, refillPerSecond: 10 },
} as const satisfies BucketLimits;

export type BucketKind = 'reads' | 'writes' | 'deletes';
export type BucketLimits = Readonly<Record<BucketKind, BucketLimit>>;

export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(limits: BucketLimits) {
    this.#limits = limits;
  }

  /** Takes a token; refuses with 429 where there is none. Returns how many are left. */
  take(kind: BucketKind, subscriptionId: string, clientId: string, now: number): number {
    const limit = this.#limits[kind];
    const key = `${kind} ${clientId}`;
    const bucket = this.#buckets.get(key) ?? { tokens: limit.size, at: now };
    const refilled = ((now - bucket.at) / 1000) * limit.refillPerSecond;
    const tokens = Math.min(limit.size, bucket.tokens + Math.max(0, refilled));
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now });
      const seconds = Math.max(1, Math.ceil((1 - tokens) / limit.refillPerSecond));
      throw new ArmError(
        429,
        'SubscriptionRequestsThrottled',
        `Number of '${kind.slice(0, -1)}' requests for subscription '${subscriptionId}' actor '${clientId}' exceeded. Please try again after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
        { 'retry-after': String(seconds) },
      );
    }
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return Math.floor(tokens - 1);
  }
}
