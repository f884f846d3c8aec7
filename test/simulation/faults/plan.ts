// What happens to the calls of a history: what it says for a call by its number, else what a disturbance does.

import type { WireRequest } from '../world/carrier.ts';
import type { ExternalCall, Plan } from '../world/external-calls.ts';
import { describeFate, type Fate, PASS } from '../world/fate.ts';
import type { Random } from '../world/random.ts';
import type { History } from './history.ts';

/** A call, and what happened to it. */
export interface CallFate {
  readonly call: ExternalCall;
  readonly fate: Fate;
  /** Milliseconds after the opening. */
  readonly at: number;
  /** Whether it is of this call only, and not of all for a while. */
  readonly isAlone: boolean;
}

/** The first ones in words, a line each. */
export function describeFates(fates: readonly CallFate[]): string[] {
  return fates
    .slice(0, 12)
    .map(
      ({ call, fate }) =>
        `  ${describeFate(fate)} at call ${call.index}: ${call.dependency} ${call.method} ${call.path.slice(-50)}`,
    );
}

/** @param note is given each call to which something happens. */
export function planOf(
  history: Pick<History, 'at' | 'disturbances'>,
  sinceOpening: () => number,
  random: Random,
  note: (callFate: CallFate) => void,
): Plan {
  const disturbing = (call: ExternalCall, request: WireRequest): Fate | undefined => {
    const now = sinceOpening();
    const found = history.disturbances.find(
      ({ from, to, of, probability, starts }) =>
        now >= from &&
        now < to &&
        (of === 'all' || of === call.dependency) &&
        (starts === undefined || isStart(call, request, starts.location)) &&
        random() < probability,
    )?.fate;
    // Of a disturbance the delay is the longest.
    return found !== undefined && 'by' in found ? { ...found, by: Math.ceil(random() * found.by) } : found;
  };
  return (call, _, request) => {
    const fate = history.at.get(call.index) ?? disturbing(call, request) ?? PASS;
    if (fate.do !== 'pass') note({ call, fate, at: sinceOpening(), isAlone: history.at.has(call.index) });
    return fate;
  };
}

function isStart({ dependency, method, path }: ExternalCall, { body }: WireRequest, location: string | null): boolean {
  if (dependency !== 'resource-manager') return false;
  if (method === 'POST') return location === null && (path.endsWith('/start') || path.startsWith('/endpoints/'));
  return method === 'PUT' && (location === null || String(body).includes(`"location":"${location}"`));
}
