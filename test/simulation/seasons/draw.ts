// Chance that follows from a seed and from what it is about: another disturbance, model or week more changes
// nothing of what else happens in the season of a seed.

import { type Random, randomFrom } from '../world/random.ts';

/** Numbers for one thing, named by its parts. */
export function draw(seed: number, ...parts: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of parts.join('/')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return randomFrom(hash);
}

/** A whole number of milliseconds between so many minutes. */
export function minutesBetween(random: Random, [low, high]: readonly [number, number]): number {
  return Math.round((low + random() * (high - low)) * MINUTE);
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
