// The features of the data sets: made-up names in the form of Numerai's, and values derived from a row's id.

import { hash } from './universe.ts';

const ADJECTIVES = ['agile', 'brisk', 'calm', 'dusky', 'eager', 'frugal', 'gilded', 'hushed', 'ionic', 'jaunty'];
const NOUNS = ['anvil', 'beacon', 'cinder', 'delta', 'ember', 'fathom', 'garnet', 'harbor'];
const NAMES = NOUNS.flatMap((noun) => ADJECTIVES.map((adjective) => `feature_${adjective}_${noun}`));

/** By the names that a classic model is trained with. The real ones have 42, some hundred and some thousand. */
export const FEATURE_SETS = {
  small: NAMES.slice(0, 42),
  medium: NAMES.slice(0, 60),
  all: NAMES,
} as const;

export const ALL_FEATURES = FEATURE_SETS.all;
export const TARGETS = [
  'target',
  'target_ender_20',
  'target_ender_60',
  'target_jasper_20',
  'target_jasper_60',
] as const;

/** Integers from 0 to 4, as Numerai's files have them since version 5. */
export function featuresOf(id: string): number[] {
  const random = randomOf(`features ${id}`);
  return ALL_FEATURES.map(() => random() % 5);
}

/** One of five values from 0 to 1 that goes with the first features: a model can learn it. */
export function targetOf(features: readonly number[], noise: number): number {
  const [first = 0, second = 0, third = 0] = features;
  return Math.min(4, Math.max(0, Math.round((first + second + (4 - third)) / 3 + noise - 0.5))) / 4;
}

/** Numbers below 2³² that are always the same for the same seed (xorshift). */
export function randomOf(seed: string): () => number {
  let state = Number.parseInt(hash(seed).slice(0, 8), 16) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
