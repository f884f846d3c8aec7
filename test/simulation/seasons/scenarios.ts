// What goes wrong in the simulated weeks: chosen by chance from a seed, for a tournament's round or for one
// model's round, so that in the mean one round in five has a fault.

import type { Round } from '../../../local/emulators/numerai/schedules.ts';

/** Happens to a round of a tournament, and so to every model in it. */
const OF_A_TOURNAMENT = ['opens late', 'closes late', 'cancelled'] as const;

/** Happens to one model's round. */
const MODEL_FAULTS = [
  'webhook never comes',
  'webhook comes twice',
  'webhook comes late',
  'webhook before the opening',
  'container crashes',
  'container hangs',
  'container does not submit',
  'container submits late',
  'submitted by hand',
] as const;

const OF_A_CONTAINER = [
  'container crashes',
  'container hangs',
  'container does not submit',
] as const satisfies readonly ModelFault[];

type RoundFault = (typeof OF_A_TOURNAMENT)[number] | 'Numerai silent, no webhook';
type ModelFault = (typeof MODEL_FAULTS)[number];
export type Kind = 'nothing' | RoundFault | ModelFault;

/** How many in a hundred: days, rounds of a tournament, and models' rounds of those that have no other fault. */
const SILENT_DAYS_PERCENT = 4;
const ROUND_FAULTS_PERCENT = 6;
const MODEL_FAULTS_PERCENT = 13;

export interface Plan {
  roundFault(round: Pick<Round, 'tournament' | 'number'>): RoundFault | null;
  kind(model: number, round: Pick<Round, 'tournament' | 'number'>): Kind;
  /** A second fault, of the container, where the round has one of another kind already. */
  secondFault(model: number, round: Pick<Round, 'tournament' | 'number'>): ModelFault | null;
  /** Milliseconds that a container needs for its work; the model's own. */
  workMs(model: number): number;
}

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** @param hasDocumentedHours whether a round opens when Numerai documents that it does. */
export function planOf(
  seed: number,
  rounds: readonly Round[],
  hasDocumentedHours: (round: Round) => boolean,
  modelFaultsPercent = MODEL_FAULTS_PERCENT,
): Plan {
  const roundFaults = new Map<string, RoundFault>();
  // A Numerai that does not answer does not answer for any tournament; and what it documents is then all
  // that there is to go by.
  const days = [...Map.groupBy(rounds, ({ openTime }) => openTime.getTime()).values()];
  const silentDays = Math.max(1, Math.round((days.length * SILENT_DAYS_PERCENT) / 100));
  for (let index = 0; index < silentDays; index += 1) {
    const fit = days.slice(1).filter((day) => day.every(hasDocumentedHours));
    const chosen = fit[Math.floor(chance(seed, index) * fit.length)] ?? [];
    for (const round of chosen) roundFaults.set(keyOf(round), 'Numerai silent, no webhook');
  }
  for (const tournament of new Set(rounds.map((round) => round.tournament))) {
    const own = rounds.filter((round) => round.tournament === tournament);
    const count = Math.max(3, Math.round((own.length * ROUND_FAULTS_PERCENT) / 100));
    for (let index = 0; index < count; index += 1) {
      const free = own.slice(1).filter((round) => !roundFaults.has(keyOf(round)));
      const chosen = free[Math.floor(chance(seed, tournament, index) * free.length)];
      const fault = OF_A_TOURNAMENT[index % OF_A_TOURNAMENT.length];
      if (chosen !== undefined && fault !== undefined) roundFaults.set(keyOf(chosen), fault);
    }
  }
  const roundFault: Plan['roundFault'] = (round) => roundFaults.get(keyOf(round)) ?? null;
  return {
    roundFault,
    kind(model, round) {
      const shared = roundFault(round);
      if (shared !== null) return shared;
      if (chance(seed, model, round.tournament, round.number) * 100 >= modelFaultsPercent) return 'nothing';
      const which = chance(seed + 1, model, round.tournament, round.number);
      return MODEL_FAULTS[Math.floor(which * MODEL_FAULTS.length)] ?? 'nothing';
    },
    secondFault(model, round) {
      const which = chance(seed + 3, model, round.tournament, round.number);
      return OF_A_CONTAINER[Math.floor(which * OF_A_CONTAINER.length)] ?? null;
    },
    workMs: (model) => (2 + Math.floor(chance(seed + 2, model) * 6)) * MINUTE,
  };
}

const keyOf = ({ tournament, number }: Pick<Round, 'tournament' | 'number'>) => `${tournament}/${number}`;

/** A number from 0 up to 1 that follows from its arguments; a small integer hash. */
function chance(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}
