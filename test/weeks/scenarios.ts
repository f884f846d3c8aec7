// What goes wrong in the simulated weeks: chosen by chance from a seed, for a tournament's round or for one
// model's round, so that in the mean one round in five has a fault.

import type { Round } from '../../local/stand-ins/numerai/schedules.ts';

/** Befalls a round of a tournament, and so every model in it. */
export const ROUND_FAULTS = [
  'opens late',
  'closes late',
  'cancelled',
  'Numerai silent, no webhook',
] as const;

/** Befalls one model's round. */
export const MODEL_FAULTS = [
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

export type RoundFault = (typeof ROUND_FAULTS)[number];
export type ModelFault = (typeof MODEL_FAULTS)[number];
export type Kind = 'nothing' | RoundFault | ModelFault;

/** How many rounds in a hundred have a fault of their own; and so have models' rounds in the others. */
const ROUND_FAULTS_PERCENT = 8;
const MODEL_FAULTS_PERCENT = 13;

export interface Plan {
  roundFault(round: Pick<Round, 'tournament' | 'number'>): RoundFault | null;
  kind(model: number, round: Pick<Round, 'tournament' | 'number'>): Kind;
  /** Milliseconds that a container needs for its work; the model's own. */
  workMs(model: number): number;
}

const MINUTE = 60_000;

export function planOf(
  seed: number,
  hasDocumentedHours: (round: Round) => boolean,
  rounds: readonly Round[],
): Plan {
  const roundFaults = new Map<string, RoundFault>();
  for (const tournament of new Set(rounds.map((round) => round.tournament))) {
    const own = rounds.filter((round) => round.tournament === tournament);
    const count = Math.max(
      ROUND_FAULTS.length,
      Math.round((own.length * ROUND_FAULTS_PERCENT) / 100),
    );
    const free = own.slice(1);
    for (let index = 0; index < count && free.length > 0; index += 1) {
      const fault = ROUND_FAULTS[index % ROUND_FAULTS.length] ?? 'opens late';
      // By what Numerai documents is all that can be gone by while it is silent.
      const fit = free.filter(
        (round) => fault !== 'Numerai silent, no webhook' || hasDocumentedHours(round),
      );
      const chosen = fit[Math.floor(chance(seed, tournament, index) * fit.length)];
      if (chosen === undefined) continue;
      free.splice(free.indexOf(chosen), 1);
      roundFaults.set(keyOf(chosen), fault);
    }
  }
  const roundFault: Plan['roundFault'] = (round) => roundFaults.get(keyOf(round)) ?? null;
  return {
    roundFault,
    kind(model, round) {
      const shared = roundFault(round);
      if (shared !== null) return shared;
      if (chance(seed, model, round.tournament, round.number) * 100 >= MODEL_FAULTS_PERCENT)
        return 'nothing';
      const which = chance(seed + 1, model, round.tournament, round.number);
      return MODEL_FAULTS[Math.floor(which * MODEL_FAULTS.length)] ?? 'nothing';
    },
    workMs: (model) => (2 + Math.floor(chance(seed + 2, model) * 6)) * MINUTE,
  };
}

const keyOf = ({ tournament, number }: Pick<Round, 'tournament' | 'number'>) =>
  `${tournament}/${number}`;

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
