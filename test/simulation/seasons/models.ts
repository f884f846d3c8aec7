// The models of a season, in the app, at Numerai and in Azure.

import { TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import { pick } from '../world/random.ts';
import { draw, MINUTE, SECOND } from './draw.ts';

export const REGIONS = ['westus2', 'eastus', 'westeurope', 'northeurope', 'centralus'] as const;
/** Throttled as one: what `docker.io` is to those who do not pay. */
export const THROTTLED_REGISTRY = 'docker.io';

export interface SeasonModel {
  readonly index: number;
  readonly name: string;
  readonly id: string;
  readonly tournament: keyof typeof TOURNAMENTS;
  readonly kind: 'image' | 'group';
  /** In the order in which they are tried; one for an existing group. */
  readonly locations: readonly string[];
  readonly image: string;
  readonly cpu: number;
  readonly memoryGB: number;
  /** What the memory may grow to after an out-of-memory; null where it may not. */
  readonly maxMemoryGB: number | null;
  readonly timeoutMinutes: number;
  /** From the data to the submission, when all goes well. */
  readonly workMs: number;
  /** How its program ends when the data is not there yet. */
  readonly notReadyExit: 1 | 75;
}

/** Quick and slow programs: minutes. Most need some minutes, one in ten a third of an hour. */
const WORK_MINUTES = [
  [1, 4],
  [2, 8],
  [4, 12],
  [4, 12],
  [15, 22],
] as const;

export function modelOf(seed: number, index: number): SeasonModel {
  const random = draw(seed, 'model', index);
  const name = `model-${String(index + 1).padStart(2, '0')}`;
  // Two of five are groups that exist.
  const kind = index % 5 === 1 || index % 5 === 4 ? 'group' : 'image';
  const first = Math.floor(random() * REGIONS.length);
  const regions = kind === 'group' ? 1 : pick(random, [1, 1, 2, 3]);
  const [low, high] = WORK_MINUTES[Math.floor(random() * WORK_MINUTES.length)] ?? [2, 8];
  const workMs = Math.round((low + random() * (high - low)) * 60) * SECOND;
  const memoryGB = pick(random, [1.5, 2, 4, 8]);
  return {
    index,
    name,
    id: `00000000-0000-4000-a000-${String(index + 1).padStart(12, '0')}`,
    tournament: index % 10 < 6 ? 'classic' : index % 10 < 8 ? 'signals' : 'crypto',
    kind,
    locations: Array.from({ length: regions }, (_, offset) => REGIONS[(first + offset) % REGIONS.length] ?? ''),
    image: `${index % 3 === 0 ? 'ghcr.io' : THROTTLED_REGISTRY}/someone/${name}:1`,
    cpu: pick(random, [1, 1, 2, 4]),
    memoryGB,
    maxMemoryGB: kind === 'image' && random() < 0.8 ? 2 * memoryGB : null,
    // Twice the usual, as the documentation advises; or what is the default.
    timeoutMinutes: random() < 0.6 ? Math.max(10, 2 * Math.ceil(workMs / MINUTE)) : 60,
    workMs,
    notReadyExit: random() < 0.5 ? 75 : 1,
  };
}

export const atNumerai = ({ id, name, tournament }: SeasonModel) => ({
  id,
  name: name.replaceAll('-', '_'),
  tournament: TOURNAMENTS[tournament],
});

/** The group that exists for a model; for all models where somebody knows no other kind. */
export const ownGroup = ({ name }: SeasonModel): string => `own-${name}`;

/** An entry of `models.json`. @param knows whether the version of the app has a field. */
export function entryOf(model: SeasonModel, knows: (field: string) => boolean): object {
  const { name, id, tournament, timeoutMinutes, kind, image, cpu, memoryGB, maxMemoryGB, locations } = model;
  const grows = maxMemoryGB !== null && knows('maxMemoryGB') ? { maxMemoryGB } : {};
  return {
    name,
    ...(knows('numeraiModels') ? { numeraiModels: [id] } : { numeraiModelId: id }),
    tournament,
    timeoutMinutes,
    container:
      kind === 'group'
        ? { group: ownGroup(model) }
        : {
            image,
            cpu,
            memoryGB,
            ...grows,
            locations,
            secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
          },
  };
}
