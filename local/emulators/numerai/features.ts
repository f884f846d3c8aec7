// The features of the data sets: made-up names in the form of Numerai's unless its own are given, and values derived
// from a row's id.

import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { randomOf } from './derived.ts';

const ADJECTIVES = ['agile', 'brisk', 'calm', 'dusky', 'eager', 'frugal', 'gilded', 'hushed', 'ionic', 'jaunty'];
const NOUNS = ['anvil', 'beacon', 'cinder', 'delta', 'ember', 'fathom', 'garnet', 'harbor'];
const NAMES = NOUNS.flatMap((noun) => ADJECTIVES.map((adjective) => `feature_${adjective}_${noun}`));

/** What `features.json` says, as far as it matters here. */
const featuresSchema = z.looseObject({
  feature_sets: z.looseObject({ all: z.array(z.string()).min(3) }),
  targets: z.array(z.string()).min(1),
});
export type Features = z.infer<typeof featuresSchema>;

/** The real sets have 42, some hundred and some thousand features. */
export const MADE_UP: Features = {
  feature_sets: { small: NAMES.slice(0, 42), medium: NAMES.slice(0, 60), all: NAMES },
  targets: ['target', 'target_ender_20', 'target_ender_60', 'target_jasper_20', 'target_jasper_60'],
};

/** Numerai's own `features.json`, where somebody has put it there: a model that was trained on it finds its columns. */
export function readFeatures(file: string): Features {
  if (!existsSync(file)) return MADE_UP;
  try {
    return featuresSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(
      `${file} is no features.json of Numerai's classic data. Download it anew, or delete it for made-up features. ${String(error)}`,
      { cause: error },
    );
  }
}

/** Integers from 0 to 4, as Numerai's files have them since version 5. */
export function featuresOf(id: string, count: number): number[] {
  const random = randomOf(`features ${id}`);
  return Array.from({ length: count }, () => random() % 5);
}

/** One of five values from 0 to 1 that goes with the first features: a model can learn it. */
export function targetOf(features: readonly number[], noise: number): number {
  const [first = 0, second = 0, third = 0] = features;
  return Math.min(4, Math.max(0, Math.round((first + second + (4 - third)) / 3 + noise - 0.5))) / 4;
}
