// Rate limits: the resource provider's, and Resource Manager's own.

import { ArmError } from './arm-error.ts';

/** At most `count` calls within any `withinMs` milliseconds. */
export interface RateLimit {
  readonly count: number;
  readonly withinMs: number;
}

const MINUTE = 60_000;

/**
 * Container group creates, and deletes, per region as documented (300 an hour, 100 in five minutes each):
 * https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
 */
export const DOCUMENTED_LIMITS: readonly RateLimit[] = [
  { count: 300, withinMs: 60 * MINUTE },
  { count: 100, withinMs: 5 * MINUTE },
];

/** The default quotas: container groups, and cores, per region. */
export const DEFAULT_GROUP_QUOTA = 100;
export const DEFAULT_CORE_QUOTA = 100;

/** Whose calls each region counts by themselves. */
export type CountedCall = 'create' | 'delete';

/** Sliding windows: one list of times per key. */
export class RateLimiter {
  readonly #limits: readonly RateLimit[];
  readonly #times = new Map<string, number[]>();
  readonly #longest: number;

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits;
    this.#longest = Math.max(0, ...limits.map(({ withinMs }) => withinMs));
  }

  /** Counts a call; refuses with 429 and `Retry-After` if it would be one too many. */
  take(key: string, what: string, now: number): void {
    if (this.#limits.length === 0) return;
    const times = (this.#times.get(key) ?? []).filter((at) => at > now - this.#longest);
    this.#times.set(key, times);
    for (const { count, withinMs } of this.#limits) {
      const within = times.filter((at) => at > now - withinMs);
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
    times.push(now);
  }

  /** Counts so many calls that others have made. */
  spend(key: string, count: number, now: number): void {
    this.#times.set(key, [...(this.#times.get(key) ?? []), ...Array.from({ length: count }, () => now)]);
  }
}

/** Resource Manager's own throttling: a bucket of tokens per principal and subscription. */
interface BucketLimit {
  readonly size: number;
  readonly refillPerSecond: number;
}

/**
 * Resource Manager's documented buckets per subscription and principal:
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
  /** Where something else of the same principal takes each token as it comes. */
  readonly drained = new Set<BucketKind>();

  constructor(limits: BucketLimits) {
    this.#limits = limits;
  }

  /** Takes a token and returns how many are left; refuses with 429 if there is none. */
  take(kind: BucketKind, subscriptionId: string, clientId: string, now: number): number {
    const limit = this.#limits[kind];
    const key = `${kind} ${clientId}`;
    const bucket = this.#buckets.get(key) ?? { tokens: limit.size, at: now };
    const refilled = ((now - bucket.at) / 1000) * limit.refillPerSecond;
    const tokens = this.drained.has(kind) ? 0 : Math.min(limit.size, bucket.tokens + Math.max(0, refilled));
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
