// The demo: an account at Numerai's emulator, the secrets with its API key, and the image of the demo model in
// models.json.

import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { isNumeraiId } from '../../src/lib/config/numerai-models.ts';
import type { LocalImage } from '../containers/process.ts';
import type { AccountOptions } from '../emulators/numerai/accounts.ts';
import { TOURNAMENTS } from '../emulators/numerai/schedules.ts';

/** In the form of Numerai's own keys, of 32 and 64 characters. They are valid only for the emulator. */
export const DEMO_PUBLIC_ID = 'DEMO7QKXW2NRJ5ZB4VHLT6MCYGAPSE3D';
export const DEMO_SECRET_KEY = 'DEMOSECRETX4W7ZQK2M9VJ5RB8NTHC3LYGP6FADSE1UOQ7XKZ2WM4RV9JNB5TH8C';

/** The secrets that models use by default. */
export const DEMO_SECRETS: Readonly<Record<string, string>> = {
  'numerai-public-id': DEMO_PUBLIC_ID,
  'numerai-secret-key': DEMO_SECRET_KEY,
};

export const DEMO_IMAGE = 'docker.io/numerai-demo/submission:1';

/** The image of the demo's job. */
const DEMO_TRAINING_IMAGE = 'docker.io/numerai-demo/training:1';

/** The programs that run in place of the demo's images, with the variables that the images would set. */
export const demoImages = (env: Readonly<Record<string, string>>): Readonly<Record<string, LocalImage>> => ({
  // Its program finds the vault by NODE_OPTIONS; a command of its own names it as $SUBMISSION.
  [DEMO_IMAGE]: {
    command: programOf('main.ts'),
    env: { ...env, SUBMISSION: programOf('main.ts')[1], NODE_OPTIONS: `--import=${RESOLVE_VAULTS}` },
  },
  [DEMO_TRAINING_IMAGE]: { command: programOf('train.ts'), env: {} },
});

const RESOLVE_VAULTS = new URL('resolve-vaults.ts', import.meta.url).href;

const programOf = (file: string): [string, string] => [
  'node',
  fileURLToPath(new URL(`../submission/${file}`, import.meta.url)),
];

/** The part of a models file that names the models at Numerai. The app checks the rest. */
const modelsFile = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      numeraiModels: z._default(z.array(z.string()), []),
      tournament: z._default(z.enum(['classic', 'signals', 'crypto']), 'classic'),
    }),
  ),
});

/** A model of a models file, and one that it submits for at Numerai. */
export interface ModelAtNumerai {
  /** The name in `models.json`. */
  readonly name: string;
  readonly nameAtNumerai: string;
  readonly id: string | undefined;
  readonly tournament: number;
  /** Whether it is the first of its entry, on which the webhook is registered. */
  readonly isFirst: boolean;
}

/** The models of a models file as they exist at Numerai, at least one for each entry; none if the file is invalid. */
export function modelsAtNumerai(content: unknown): ModelAtNumerai[] {
  const parsed = modelsFile.safeParse(content);
  if (!parsed.success) return [];
  return parsed.data.models.flatMap(({ name, numeraiModels, tournament }) => {
    // Names at Numerai cannot contain hyphens.
    const own = name.replaceAll('-', '_');
    return (numeraiModels.length === 0 ? [own] : numeraiModels).map((slot, index) => ({
      name,
      nameAtNumerai: isNumeraiId(slot) ? (index === 0 ? own : `${own}_${index + 1}`) : slot,
      id: isNumeraiId(slot) ? slot : undefined,
      tournament: TOURNAMENTS[tournament],
      isFirst: index === 0,
    }));
  });
}

/** An account at Numerai that has all models of a models file. */
export const accountFor = (content: unknown): AccountOptions => ({
  username: 'demo',
  publicId: DEMO_PUBLIC_ID,
  secretKey: DEMO_SECRET_KEY,
  models: modelsAtNumerai(content).map(({ nameAtNumerai, id, tournament }) => ({
    name: nameAtNumerai,
    tournament,
    ...(id === undefined ? {} : { id }),
  })),
});
