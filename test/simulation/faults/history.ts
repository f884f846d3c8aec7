// What a history is: plain data, so that it can be printed, counted and had again. All times are
// milliseconds after the round's opening.

import type { Capacity } from '../../../local/emulators/resource-manager/locations.ts';
import type { Dependency, Fate } from '../world/fate.ts';

/** What the container of the n-th start does. */
export interface ContainerPlan {
  readonly seconds: number;
  /** Null: it never ends by itself. */
  readonly exitCode: number | null;
  /** Whether it submits, just before its end. */
  readonly submits: boolean;
  /** Numerai finds its submission invalid. */
  readonly isRejected?: boolean;
  /** Of the model's slots, by their numbers from 0, those for which the upload fails. */
  readonly misses?: readonly number[];
  /** Numerai lists its submission so much later. */
  readonly listedAfterMs?: number;
}

export const GOOD: ContainerPlan = { seconds: 90, exitCode: 0, submits: true };

/** A round that a webhook names, and that is not open. */
export type WrongRound = 'closed' | 'future' | 'impossible';

export interface TriggerPlan {
  readonly at: number;
  /**
   * `bare`: a webhook without a body. `force`: an operator's start although there was a good one. `closed`, `future`,
   * `impossible`: a webhook for the round before, for the one after the next, and for one that cannot exist.
   */
  readonly by: 'webhook' | 'bare' | 'test' | 'operator' | 'force' | 'timer' | WrongRound;
  /** Which of the instances it reaches. */
  readonly instance: number;
}

export interface HandPlan {
  readonly at: number;
  readonly what:
    | 'cancel'
    | 'stop'
    | 'delete'
    | 'out-of-memory'
    | 'repair'
    | 'unhealthy'
    | 'contradict'
    | 'fail-provisioning';
}

/** A secret that the container gets, and prints in every form, changes while it runs. */
export interface SecretPlan {
  readonly at: number;
  /** `rotate-all`: the old version is switched off as well. */
  readonly what: 'rotate' | 'rotate-all' | 'disable' | 'delete' | 'forbid';
  /** When what was taken away is given back. */
  readonly backAt: number;
}

/** A timer of the app does not fire for a time. */
export interface TimerPlan {
  readonly of: 'watcher' | 'fallback';
  readonly from: number;
  readonly to: number;
}

/**
 * For a time there is nothing left of what Azure documents as a limit, since others use it up: the creates or deletes of
 * container groups in a region (100 in five minutes, 300 an hour), or the tokens of the app's identity.
 */
export type LimitPlan =
  | {
      readonly of: 'create' | 'delete';
      readonly location: string;
      readonly from: number;
      readonly within: '5 minutes' | 'an hour';
    }
  | { readonly of: 'reads' | 'writes' | 'deletes'; readonly from: number; readonly to: number };

/** Other models of the app, called as the history's own, whose containers need the same cores. */
interface CrowdPlan {
  readonly models: number;
  /** What each region gives; a container needs one. */
  readonly cores: number;
  /** What each container of theirs works. */
  readonly seconds: number;
}

/** For a time, calls meet a fate, each with a probability. */
export interface Disturbance {
  readonly from: number;
  readonly to: number;
  readonly of: Dependency | 'all';
  readonly fate: Fate;
  readonly probability: number;
  /** Only calls that start a container: in this region, or in any. */
  readonly starts?: { readonly location: string | null };
}

/** `job`: of Container Apps. `command` and `endpoint`: of Machine Learning. */
export const KINDS = ['image', 'group', 'job', 'command', 'endpoint'] as const;

export interface History {
  readonly name: string;
  readonly seed: number;
  readonly kind: (typeof KINDS)[number];
  /** How many models at Numerai the container submits for. */
  readonly slots: number;
  readonly maxAttempts: number;
  readonly timeoutMinutes: number;
  readonly locations: readonly string[];
  /** Whether the model has a last resort, which always does its work in half a minute. */
  readonly lastResort: boolean;
  /** Whether the newest failed attempt is kept, to be looked at. */
  readonly keepFailed: boolean;
  readonly triggers: readonly TriggerPlan[];
  /** By the number of the start; the last one repeats. */
  readonly containers: readonly ContainerPlan[];
  /** Instances of the app that live at once. One that died is replaced when it is needed. */
  readonly instances: number;
  /** Watchers that tick at the same time. */
  readonly watchers: number;
  /** What happens to the n-th call of the history. */
  readonly at: ReadonlyMap<number, Fate>;
  readonly disturbances: readonly Disturbance[];
  /** How far the clock of each instance is off, milliseconds; the last one repeats. */
  readonly skewMs: readonly number[];
  /** How far the times that Azure reports are off. */
  readonly azureSkewMs: number;
  readonly byHand: readonly HandPlan[];
  /** Null: no container has more than the keys for Numerai. */
  readonly secret: SecretPlan | null;
  readonly capacity: readonly {
    readonly location: string;
    readonly capacity: Capacity;
    readonly from: number;
    readonly to: number;
  }[];
  /** Until when the registry hands out no image; 0: it always does. */
  readonly throttledUntil: number;
  /**
   * The round opens so much later than it was to; its close moves with it. Negative: it had been open for so long, as it
   * was to, when the history begins.
   */
  readonly opensAfterMs: number;
  /** At this time, its close is moved. */
  readonly extended: { readonly at: number; readonly byMs: number } | null;
  /** Whether the fallback ticks as well; it then goes on until the closed round has been reviewed. */
  readonly fallback: boolean;
  /** The groups of the first so many attempts get stuck there. */
  readonly stuck: { readonly place: 'pending' | 'pulling'; readonly attempts: number } | null;
  readonly timers: readonly TimerPlan[];
  /** How often somebody calls the app by HTTP, as long as the round is open; null: only the triggers do. */
  readonly httpEveryMs: number | null;
  readonly limits: readonly LimitPlan[];
  readonly crowd: CrowdPlan | null;
  /**
   * `submitted`: one good submission on time, whatever happens. `if possible`: where the clairvoyant could have had it.
   * `ended`: every run ends, and is recorded truly.
   */
  readonly expect: 'submitted' | 'if possible' | 'ended';
}

/** How long a round is open, by the documented hours. */
export const ROUND_MS = 3_600_000;

/** How long the round of a history had been open when it begins. */
export const lateMsOf = ({ opensAfterMs }: Pick<History, 'opensAfterMs'>): number => Math.max(0, -opensAfterMs);

/** One webhook at the opening, a container that does its work, nothing else. */
export function plainHistory(kind: History['kind'], changes: Partial<History> = {}): History {
  return {
    name: kind,
    seed: 1,
    kind,
    slots: 1,
    maxAttempts: 3,
    timeoutMinutes: 20,
    locations: ['westeurope', 'northeurope'],
    lastResort: false,
    keepFailed: false,
    triggers: [{ at: 5_000, by: 'webhook', instance: 0 }],
    containers: [GOOD],
    instances: 1,
    watchers: 1,
    at: new Map(),
    disturbances: [],
    skewMs: [0],
    azureSkewMs: 0,
    byHand: [],
    secret: null,
    capacity: [],
    throttledUntil: 0,
    opensAfterMs: 0,
    extended: null,
    fallback: false,
    stuck: null,
    timers: [],
    httpEveryMs: null,
    limits: [],
    crowd: null,
    expect: 'submitted',
    ...changes,
  };
}
