// What the demo consists of: an account at Numerai's emulator, the secrets with its key, and the image
// that the demo model of models.json runs.

import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { LocalImage } from '../containers/process.ts';
import type { AccountOptions } from '../emulators/numerai/accounts.ts';
import { TOURNAMENTS } from '../emulators/numerai/schedules.ts';

/** In the form of Numerai's own keys: 32 characters and 64. They open the emulator and nothing else. */
export const DEMO_PUBLIC_ID = 'DEMO7QKXW2NRJ5ZB4VHLT6MCYGAPSE3D';
export const DEMO_SECRET_KEY = 'DEMOSECRETX4W7ZQK2M9VJ5RB8NTHC3LYGP6FADSE1UOQ7XKZ2WM4RV9JNB5TH8C';

/** The secrets that models use where `models.json` names no others. */
export const DEMO_SECRETS: Readonly<Record<string, string>> = {
  'numerai-public-id': DEMO_PUBLIC_ID,
  'numerai-secret-key': DEMO_SECRET_KEY,
};

export const DEMO_IMAGE = 'docker.io/numerai-demo/submission:1';

/** What stands for the demo's image on this machine, with what the image would hold: variables as of `ENV` lines. */
export const demoImage = (env: Readonly<Record<string, string>>): LocalImage => ({
  command: ['node', fileURLToPath(new URL('../submission/main.ts', import.meta.url))],
  env,
});

/** The part of a models file that says which models these are at Numerai; the app checks the rest. */
const modelsFile = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      numeraiModelId: z.optional(z.string()),
      numeraiModelName: z.optional(z.string()),
      tournament: z._default(z.enum(['classic', 'signals', 'crypto']), 'classic'),
    }),
  ),
});

export interface ModelAtNumerai {
  /** In `models.json`. */
  readonly name: string;
  readonly nameAtNumerai: string;
  readonly id: string | undefined;
  readonly tournament: number;
}

/** The models of a models file as Numerai has them; none where the file is not one. */
export function modelsAtNumerai(content: unknown): ModelAtNumerai[] {
  const parsed = modelsFile.safeParse(content);
  if (!parsed.success) return [];
  return parsed.data.models.map((model) => ({
    name: model.name,
    // Numerai's names have no hyphens.
    nameAtNumerai: model.numeraiModelName ?? model.name.replaceAll('-', '_'),
    id: model.numeraiModelId,
    tournament: TOURNAMENTS[model.tournament],
  }));
}

/** One account at Numerai that has all the models of a models file. */
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
