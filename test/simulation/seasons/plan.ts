// A season as it will be: every outage, every round, everything that goes wrong, as plain data from a seed. The world
// carries it out, and the oracle reads it.

import { numeraiSchedule, TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import { DAY } from './draw.ts';
import { type ModelRound, modelRoundOf } from './model-round.ts';
import { modelOf, type SeasonModel } from './models.ts';
import { type Outage, outagesOf } from './outages.ts';
import { type PlannedRound, plannedRound } from './rounds.ts';

export interface SeasonOptions {
  readonly seed: number;
  readonly models: number;
  readonly weeks: number;
  /** Multiplies every rate; default 1. */
  readonly harshness?: number;
}

export interface SeasonPlan {
  readonly options: SeasonOptions;
  readonly models: readonly SeasonModel[];
  /** Of all tournaments that have a model. */
  readonly rounds: readonly PlannedRound[];
  readonly outages: readonly Outage[];
  readonly end: Date;
  /** What happens to one model in one round. */
  of(model: SeasonModel, round: PlannedRound): ModelRound;
  roundsOf(model: SeasonModel): readonly PlannedRound[];
}

/** A Monday: the first round opens the day after. */
export const BEGIN = Date.parse('2026-03-02T00:00:00Z');

/** Numerai's documented week, for the emulator. */
export const SCHEDULE = numeraiSchedule();

export function planOf(options: SeasonOptions): SeasonPlan {
  const { seed, models: count, weeks, harshness = 1 } = options;
  const end = new Date(BEGIN + weeks * 7 * DAY);
  const models = Array.from({ length: count }, (_, index) => modelOf(seed, index));
  const used = new Set(models.map(({ tournament }) => tournament));
  const rounds = Object.entries(TOURNAMENTS)
    .filter(([name]) => [...used].some((tournament) => tournament === name))
    .flatMap(([, tournament]) => SCHEDULE.between(tournament, new Date(BEGIN), end))
    .map((round) => plannedRound(seed, harshness, round));
  const openings = [...new Set(rounds.map(({ plannedOpen }) => plannedOpen))].sort((a, b) => a - b);
  const known = new Map<string, ModelRound>();
  return {
    options,
    models,
    rounds,
    outages: openings.flatMap((opening) => outagesOf(seed, harshness, opening)),
    end,
    of(model, round) {
      const key = `${model.name}/${round.number}`;
      const present = known.get(key) ?? modelRoundOf(seed, harshness, model, round);
      known.set(key, present);
      return present;
    },
    roundsOf: (model) => rounds.filter(({ tournament }) => tournament === TOURNAMENTS[model.tournament]),
  };
}
