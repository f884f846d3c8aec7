// What is down, full or not allowed, and for whom: spans of time around the openings.

import { pick } from '../world/random.ts';
import { draw, MINUTE, minutesBetween } from './draw.ts';
import { REGIONS } from './models.ts';
import { RATES } from './rates.ts';
import type { Span } from './rounds.ts';

const OF_A_REGION = ['full', 'quota', 'region'] as const;
const OF_A_DAY = [
  'resource-manager',
  'key-vault',
  'tables',
  'numerai',
  'registry',
  'role-groups',
  'role-vault',
  'revoked',
  'stopped',
  'deployed',
  'rolled back',
  'timers',
] as const;
export type OutageKind = (typeof OF_A_REGION)[number] | (typeof OF_A_DAY)[number];

/** How it shows: an answer that refuses, a connection that does, silence; what is refused at once, or after acceptance. */
const WAYS = ['status', 'status', 'refuse', 'hang', 'words'] as const;

export interface Outage extends Span {
  readonly kind: OutageKind;
  /** The region, where it is one's. */
  readonly region: string | null;
  readonly way: (typeof WAYS)[number];
}

/** Begins at most so long before the opening, and so long after it. */
const BEFORE_MS = 15 * MINUTE;
const AFTER_MS = 30 * MINUTE;
const ROLLED_BACK_AFTER_MS = 6 * MINUTE;

/** The outages of a day. @param opening the documented one. */
export function outagesOf(seed: number, harshness: number, opening: number): readonly Outage[] {
  const one = (kind: OutageKind, region: string | null): readonly Outage[] => {
    const random = draw(seed, kind, region ?? '', opening);
    if (random() >= RATES[kind].chance * harshness) return [];
    const from = opening - BEFORE_MS + Math.floor(random() * (BEFORE_MS + AFTER_MS));
    const to = from + minutesBetween(random, RATES[kind].minutes);
    const first = { kind, region, from, to, way: pick(random, WAYS) };
    const again = { ...first, from: from + ROLLED_BACK_AFTER_MS, to: to + ROLLED_BACK_AFTER_MS };
    return kind === 'rolled back' ? [first, again] : [first];
  };
  return [
    ...OF_A_REGION.flatMap((kind) => REGIONS.flatMap((region) => one(kind, region))),
    ...OF_A_DAY.flatMap((kind) => one(kind, null)),
  ];
}
