// The world of the simulated weeks: models and their rounds at Numerai, and what goes wrong in them.

import type { NumeraiEmulator } from '../../../local/emulators/numerai/numerai.ts';
import { numeraiSchedule, type Round, TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import { REALISTIC_DELAYS } from '../../../local/emulators/resource-manager/delays.ts';
import { DOCUMENTED_BUCKETS, DOCUMENTED_LIMITS } from '../../../local/emulators/resource-manager/limits.ts';
import { startWorld, type World } from '../world/world.ts';
import { containersOf } from './containers.ts';
import { atNumerai, kindFor, modelOf, type SeasonModel } from './models.ts';
import { DAY, type Kind, MINUTE, type Plan, planOf } from './scenarios.ts';

/** A Monday: the first round opens the day after. */
const BEGIN = Date.parse('2026-03-02T00:00:00Z');
const DOCUMENTED_HOUR = 12;
const KEYS = { publicId: 'SIMULATEDPUBLICID', secretKey: 'SIMULATEDSECRETKEY' };

export interface SeasonOptions {
  readonly models: number;
  readonly weeks: number;
  readonly seed: number;
  /** Two rounds of three have a fault, and a container's on top where it is another's. Default: one of five. */
  readonly troubled?: boolean;
}

export interface Season {
  readonly world: World;
  readonly end: Date;
  readonly models: readonly SeasonModel[];
  /** All rounds, as they take place. */
  readonly rounds: readonly Round[];
  kindOf(model: SeasonModel, round: Pick<Round, 'tournament' | 'number'>): Kind;
}

/** What answers a webhook call, with the HTTP status; what it does is its own business. */
export type Webhook = (model: SeasonModel, body: string) => Promise<number>;

export async function createSeason(options: SeasonOptions, webhook: Webhook): Promise<Season> {
  const { troubled = false } = options;
  const end = new Date(BEGIN + options.weeks * 7 * DAY);
  // In the second half of the weeks, rounds open an hour later than is documented.
  const change = BEGIN + Math.ceil(options.weeks / 2) * 7 * DAY;
  const schedule = numeraiSchedule({
    openingHour: (day) => (day.getTime() < change ? DOCUMENTED_HOUR : DOCUMENTED_HOUR + 1),
  });
  const planned = Object.values(TOURNAMENTS).flatMap((tournament) =>
    schedule.between(tournament, new Date(BEGIN), end),
  );
  const plan = planOf(options.seed, planned, ({ openTime }) => openTime.getTime() < change, troubled ? 65 : undefined);
  const models = Array.from({ length: options.models }, (_, index) => modelOf(index));
  const world = await startWorld({
    start: new Date(BEGIN),
    numerai: {
      schedule,
      accounts: [{ username: 'simulated', ...KEYS, models: models.map(atNumerai) }],
      callWebhook: async (url, body) => {
        const model = models.find(({ name }) => url.endsWith(`/${name}`));
        if (model === undefined) throw new Error(`No model at ${url}.`);
        return { status: await webhook(model, JSON.stringify(body)), body: '' };
      },
    },
    resourceManager: {
      delays: REALISTIC_DELAYS,
      rateLimits: DOCUMENTED_LIMITS,
      throttling: DOCUMENTED_BUCKETS,
    },
    settings: {
      KEY_VAULT_URL: '',
      NUMERAI_PUBLIC_ID: KEYS.publicId,
      NUMERAI_SECRET_KEY: KEYS.secretKey,
      LOG_LEVEL: 'silent',
    },
  });
  const { numerai } = world;
  applyRoundFaults(numerai, plan, planned);
  const season: Season = {
    world,
    end,
    models,
    rounds: planned
      .map((round) => numerai.rounds.find(round.tournament, round.number))
      .filter((round) => round !== null),
    kindOf: (model, round) => kindFor(plan.kind(model.index, round), model),
  };
  world.runtime.behaviour = containersOf({ numerai, models, plan, troubled });
  return season;
}

function applyRoundFaults(numerai: NumeraiEmulator, plan: Plan, planned: readonly Round[]): void {
  for (const { tournament, number, openTime, closeStakingTime } of planned) {
    const later = (time: Date, minutes: number) => new Date(time.getTime() + minutes * MINUTE);
    switch (plan.roundFault({ tournament, number })) {
      case 'opens late':
        numerai.rounds.change(tournament, number, {
          openTime: later(openTime, 40),
          closeStakingTime: later(closeStakingTime, 40),
        });
        break;
      case 'closes late':
        numerai.rounds.change(tournament, number, {
          closeStakingTime: later(closeStakingTime, 60),
        });
        break;
      case 'cancelled':
        numerai.rounds.cancel(tournament, number);
        break;
      default:
    }
  }
}
