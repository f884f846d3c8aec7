// The rounds of a season: as they are announced, and as they turn out.

import type { Round } from '../../../local/emulators/numerai/schedules.ts';
import { draw, MINUTE, minutesBetween } from './draw.ts';
import { type Disturbance, RATES } from './rates.ts';

/** From one moment up to another, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What Numerai makes known at a moment. */
interface RoundChange {
  readonly at: number;
  /** Null: the round does not take place. */
  readonly becomes: { readonly openTime: Date; readonly closeStakingTime: Date } | null;
}

export interface PlannedRound {
  readonly tournament: number;
  readonly number: number;
  /** The documented time. */
  readonly plannedOpen: number;
  /** When a submission is on time, as it turned out: none, one span, or two where the round was opened again. */
  readonly open: readonly Span[];
  readonly changes: readonly RoundChange[];
  /** From then on its data is there. */
  readonly dataAt: number;
  readonly disturbances: readonly Disturbance[];
}

const ANNOUNCED_MS = 10 * MINUTE;
const KINDS = ['opens late', 'extended', 'reopened', 'cancelled'] as const satisfies readonly Disturbance[];

export function plannedRound(seed: number, harshness: number, round: Round): PlannedRound {
  const { tournament, number } = round;
  const opening = round.openTime.getTime();
  const closing = round.closeStakingTime.getTime();
  const random = (what: string) => draw(seed, what, tournament, number);
  const happens = (what: Disturbance) => random(`${what}?`)() < RATES[what].chance * harshness;
  const kind = KINDS.find(happens) ?? null;
  const turned = turnOut({ from: opening, to: closing }, kind, random);
  const isLate = happens('data late') && turned.open.length > 0;
  const lateMs = isLate ? minutesBetween(random('data late'), RATES['data late'].minutes) : 0;
  return {
    tournament,
    number,
    plannedOpen: opening,
    ...turned,
    dataAt: (turned.open[0]?.from ?? opening) + lateMs,
    disturbances: [...(kind === null ? [] : [kind]), ...(isLate ? (['data late'] as const) : [])],
  };
}

function turnOut(
  { from, to }: Span,
  kind: (typeof KINDS)[number] | null,
  random: (what: string) => () => number,
): Pick<PlannedRound, 'open' | 'changes'> {
  const times = (openTime: number, closeStakingTime: number) => ({
    openTime: new Date(openTime),
    closeStakingTime: new Date(closeStakingTime),
  });
  switch (kind) {
    case null:
      return { open: [{ from, to }], changes: [] };
    case 'cancelled':
      return { open: [], changes: [{ at: from - ANNOUNCED_MS, becomes: null }] };
    case 'opens late': {
      const by = wholeMinutes(minutesBetween(random(kind), RATES[kind].minutes));
      return {
        open: [{ from: from + by, to: to + by }],
        changes: [{ at: from - ANNOUNCED_MS, becomes: times(from + by, to + by) }],
      };
    }
    case 'extended': {
      const by = wholeMinutes(minutesBetween(random(kind), RATES[kind].minutes));
      return { open: [{ from, to: to + by }], changes: [{ at: to - ANNOUNCED_MS, becomes: times(from, to + by) }] };
    }
    case 'reopened': {
      const again = to + ANNOUNCED_MS;
      const until = again + wholeMinutes(minutesBetween(random(kind), RATES[kind].minutes));
      return {
        open: [
          { from, to },
          { from: again, to: until },
        ],
        changes: [{ at: again, becomes: times(from, until) }],
      };
    }
  }
}

const wholeMinutes = (milliseconds: number) => Math.round(milliseconds / MINUTE) * MINUTE;
