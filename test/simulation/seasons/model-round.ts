// What happens to one model in one round: when Numerai calls, and what its containers do.

import { pick } from '../world/random.ts';
import { draw, HOUR, MINUTE, minutesBetween } from './draw.ts';
import type { SeasonModel } from './models.ts';
import { type Disturbance, RATES } from './rates.ts';
import type { PlannedRound } from './rounds.ts';

interface WebhookCall {
  readonly at: number;
  /** The round that it names. */
  readonly round: number;
}

/** What the first container does that has its data: the next one works. */
type ContainerFault = 'crash' | 'killed' | 'hang' | 'no submission' | 'rejected';

/** What happens to the first call that starts something. */
const HICCUPS = ['unavailable', 'throttled', 'dropped', 'answer lost'] as const;

export interface ModelRound {
  readonly webhooks: readonly WebhookCall[];
  readonly fault: ContainerFault | null;
  readonly hiccup: (typeof HICCUPS)[number] | null;
  /** On top of what a pull usually takes. */
  readonly slowPullMs: number;
  readonly neededMemoryGB: number;
  readonly listedAfterMs: number;
  /** When a person submits; null where nobody does. */
  readonly byHandAt: number | null;
  readonly disturbances: readonly Disturbance[];
}

const CALLS = [
  'no webhook',
  'two webhooks',
  'late webhook',
  'early webhook',
  'wrong webhook',
  'by hand',
] as const satisfies readonly Disturbance[];
const FAULTS = ['crash', 'killed', 'hang', 'no submission', 'rejected'] as const satisfies readonly Disturbance[];
const MEMORY_FACTOR = 1.4;
const FAR = 5000;

export function modelRoundOf(seed: number, harshness: number, model: SeasonModel, round: PlannedRound): ModelRound {
  const random = (what: string) => draw(seed, what, model.index, round.tournament, round.number);
  const happens = (what: Disturbance) => random(`${what}?`)() < RATES[what].chance * harshness;
  const minutes = (what: 'slow pull' | 'listed late') => minutesBetween(random(what), RATES[what].minutes);
  const calls = CALLS.find(happens) ?? null;
  const fault = FAULTS.find(happens) ?? null;
  const [isSlow, isListedLate, isBig] = [happens('slow pull'), happens('listed late'), happens('memory')];
  const hiccup = happens('hiccup') ? pick(random('hiccup'), HICCUPS) : null;
  const opening = round.open[0]?.from ?? null;
  return {
    webhooks: opening === null ? [] : callsOf(calls, opening, round, random('calls')),
    fault,
    hiccup,
    slowPullMs: isSlow ? minutes('slow pull') : 0,
    neededMemoryGB: isBig ? model.memoryGB * MEMORY_FACTOR : model.memoryGB,
    listedAfterMs: isListedLate ? minutes('listed late') : 0,
    byHandAt:
      calls === 'by hand' && opening !== null ? opening + minutesBetween(random(calls), RATES[calls].minutes) : null,
    disturbances: [
      ...(calls === null ? [] : [calls]),
      ...(fault === null ? [] : [fault]),
      ...(hiccup === null ? [] : (['hiccup'] as const)),
      ...(isSlow ? (['slow pull'] as const) : []),
      ...(isListedLate ? (['listed late'] as const) : []),
      ...(isBig ? (['memory'] as const) : []),
    ],
  };
}

function callsOf(
  kind: (typeof CALLS)[number] | null,
  opening: number,
  { number, plannedOpen, disturbances }: PlannedRound,
  random: () => number,
): readonly WebhookCall[] {
  const call = (at: number, round = number): WebhookCall => ({ at, round });
  switch (kind) {
    case null: {
      // A round that opens late: in every other case Numerai calls when it was to open.
      const calledEarly = disturbances.includes('opens late') && random() < 0.5;
      return [call(calledEarly ? plannedOpen : opening)];
    }
    case 'no webhook':
    case 'by hand':
      return [];
    case 'two webhooks':
      return [call(opening), call(opening + (random() < 0.5 ? Math.floor(random() * MINUTE) : 3 * HOUR))];
    case 'late webhook':
      return [call(opening + minutesBetween(random, RATES[kind].minutes))];
    case 'early webhook':
      return [call(opening - minutesBetween(random, RATES[kind].minutes))];
    case 'wrong webhook':
      return [call(opening, random() < 0.5 ? number - 1 : number + FAR)];
  }
}
