// The world of the fault histories: a round a day, and a day and a model of its own for each history, so that
// no list grows from history to history.

import type { Round, Schedule } from '../../../local/emulators/numerai/schedules.ts';
import { DOCUMENTED_BUCKETS, DOCUMENTED_LIMITS } from '../../../local/emulators/resource-manager/limits.ts';
import { DEMO_PUBLIC_ID, DEMO_SECRET_KEY, DEMO_SECRETS } from '../../../local/environment/demo.ts';
import { type AppRecord, recordOf } from '../app/record.ts';
import { DELAYS, startWorld, type World } from '../world/world.ts';

const FIRST_DAY = Date.UTC(2026, 2, 31);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How much later than planned a round opens and closes, in milliseconds. */
export interface RoundMove {
  readonly openMs: number;
  readonly closeMs: number;
}

/** A round a day, from 12:00 to 13:00, that takes late submissions for another hour. @param moves by its number. */
export function scheduleOf(moves: ReadonlyMap<number, RoundMove> = new Map()): Schedule {
  const round = (tournament: number, number: number): Round => {
    const { openMs, closeMs } = moves.get(number) ?? { openMs: 0, closeMs: 0 };
    const noon = FIRST_DAY + number * DAY_MS + 12 * HOUR_MS;
    return {
      tournament,
      number,
      openTime: new Date(noon + openMs),
      closeStakingTime: new Date(noon + HOUR_MS + closeMs),
      closeTime: new Date(noon + 2 * HOUR_MS + closeMs),
    };
  };
  return {
    between(tournament, from, to) {
      const first = Math.max(1, Math.floor((from.getTime() - FIRST_DAY) / DAY_MS) - 1);
      const rounds: Round[] = [];
      for (let number = first; ; number += 1) {
        const next = round(tournament, number);
        if (next.openTime >= to) return rounds;
        if (next.openTime >= from) rounds.push(next);
      }
    },
    byNumber: (tournament, number) => (number > 0 ? round(tournament, number) : undefined),
  };
}

/** The secret that changes in mid-run: its name, what it is at first, and what it becomes. */
export const CHANGING_SECRET = {
  name: 'api-key',
  value: 'Q7YXKPVNMD2WZHRTB5LJ3C6FSEAG4UOI',
  next: 'k/9+Az=Zq&<7we"5tR0pLmXbN2cV8dUy',
} as const;

/** The round of a history, and the model that is its own. */
export interface Stage {
  readonly round: number;
  readonly model: string;
  /** Of its first slot. */
  readonly modelId: string;
}

export interface FaultsWorld extends World {
  readonly record: AppRecord;
  /** The secret values that must show up nowhere. */
  readonly secretValues: readonly string[];
  /** Moves a round, as Numerai shows it from now on. */
  moveRound(number: number, move: RoundMove): void;
  /** Forgets what the last history left in the tables, and moves the clock to the next day's opening, or so long after it. */
  nextStage(lateMs?: number): Promise<Stage>;
}

export async function startFaultsWorld(options: { readonly overSockets?: boolean } = {}): Promise<FaultsWorld> {
  const moves = new Map<number, RoundMove>();
  const world = await startWorld({
    ...options,
    start: new Date(FIRST_DAY),
    numerai: {
      schedule: scheduleOf(moves),
      accounts: [
        {
          username: 'faults',
          publicId: DEMO_PUBLIC_ID,
          secretKey: DEMO_SECRET_KEY,
          models: [],
        },
      ],
    },
    secrets: DEMO_SECRETS,
    resourceManager: {
      delays: DELAYS,
      rateLimits: DOCUMENTED_LIMITS,
      throttling: DOCUMENTED_BUCKETS,
    },
  });
  return {
    ...world,
    record: recordOf(world),
    moveRound: (number, move) => void moves.set(number, move),
    secretValues: [...Object.values(DEMO_SECRETS), CHANGING_SECRET.value, CHANGING_SECRET.next],
    async nextStage(lateMs = 0) {
      await world.tables.clear();
      const round = Math.floor((world.clock.now().getTime() - FIRST_DAY) / DAY_MS) + 1;
      await world.clock.advanceTo(new Date(FIRST_DAY + round * DAY_MS + 12 * HOUR_MS + lateMs));
      const model = `m${round}`;
      const modelId = `adabe000-3acf-47fd-8733-${round.toString(16).padStart(12, '0')}`;
      world.numerai.addModel('faults', { name: model, id: modelId, tournament: 8 });
      return { round, model, modelId };
    },
  };
}
