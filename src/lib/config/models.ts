// The models: what `models.json` says, validated, with every default filled in.

import type * as z from 'zod/mini';
import { ConfigurationError, type ConfigurationFault, NotFoundError } from '../util/errors.ts';
import {
  type modelSchema,
  modelsFileSchema,
  RUN_VARIABLES,
  type TOURNAMENTS,
} from './model-schema.ts';

export type Tournament = (typeof TOURNAMENTS)[number];

/** Numerai's numbers of the tournaments. */
export const TOURNAMENT_NUMBERS = { classic: 8, signals: 11, crypto: 12 } as const satisfies Record<
  Tournament,
  number
>;

type ParsedModel = z.infer<typeof modelSchema>;
type ParsedImage = Extract<ParsedModel['container'], { image: string }>;

/** A container group that exists already and is started as it is. */
export interface GroupContainer {
  readonly kind: 'group';
  readonly group: string;
}

/** An image: a container group is created for each attempt. `locations` has at least one. */
export type ImageContainer = Readonly<Omit<ParsedImage, 'command' | 'registry'>> & {
  readonly kind: 'image';
  readonly command: readonly string[] | null;
  readonly registry: Readonly<NonNullable<ParsedImage['registry']>> | null;
};

/** An entry of `models.json` with every default filled in. */
export type Model = Readonly<
  Omit<ParsedModel, 'numeraiModelId' | 'numeraiModelName' | 'numeraiKeys' | 'container'>
> & {
  readonly numeraiModelId: string | null;
  readonly numeraiModelName: string | null;
  /** Names of the secrets with the account's API key. */
  readonly numeraiKeys: Readonly<NonNullable<ParsedModel['numeraiKeys']>>;
  readonly container: GroupContainer | ImageContainer;
};

/** Whether Numerai can be asked about this model at all. */
export function isKnownToNumerai(model: Model): boolean {
  return model.numeraiModelId !== null || model.numeraiModelName !== null;
}

export interface ModelDefaults {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly containerLocation: string | undefined;
  readonly containerIdentityId: string | undefined;
}

/**
 * Reads the text of `models.json`.
 * @throws {ConfigurationError} with every fault found, each with its path in the file.
 */
export function parseModels(text: string, defaults: ModelDefaults): readonly Model[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const got = error instanceof Error ? error.message : 'something else';
    throw new ConfigurationError([{ key: defaults.file, got, want: 'valid JSON' }]);
  }
  const parsed = modelsFileSchema.safeParse(content);
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.flatMap((issue) => faultsOf(issue, content, defaults.file)),
    );
  }
  const faults = parsed.data.models.flatMap((model, index) =>
    faultsBeyondShape(model, index, parsed.data.models, defaults),
  );
  if (faults.length > 0) throw new ConfigurationError(faults);
  return parsed.data.models.map((model) => toModel(model, defaults));
}

/**
 * The model of that name; without a name the only one there is.
 * @throws {NotFoundError} that lists the names there are.
 */
export function findModel(models: readonly Model[], name: string | undefined): Model {
  const [only] = models;
  if (name === undefined) {
    if (models.length === 1 && only !== undefined) return only;
    throw new NotFoundError(
      `The URL names no model, and there are ${models.length}: ${namesOf(models)}.`,
    );
  }
  const model = models.find((candidate) => candidate.name === name);
  if (model === undefined) {
    throw new NotFoundError(
      `There is no model ${JSON.stringify(name.slice(0, 80))}. models.json has: ${namesOf(models)}.`,
    );
  }
  return model;
}

function namesOf(models: readonly Model[]): string {
  return models.map((model) => model.name).join(', ');
}

type Issue = z.core.$ZodIssue;

function toModel(parsed: ParsedModel, defaults: ModelDefaults): Model {
  const secrets = 'image' in parsed.container ? parsed.container.secrets : {};
  return {
    name: parsed.name,
    numeraiModelId: parsed.numeraiModelId ?? null,
    numeraiModelName: parsed.numeraiModelName ?? null,
    numeraiKeys: parsed.numeraiKeys ?? {
      publicId: secrets.NUMERAI_PUBLIC_ID ?? 'numerai-public-id',
      secretKey: secrets.NUMERAI_SECRET_KEY ?? 'numerai-secret-key',
    },
    tournament: parsed.tournament,
    container: toContainer(parsed.container, defaults),
    timeoutMinutes: parsed.timeoutMinutes,
    maxAttempts: parsed.maxAttempts,
    fallback: parsed.fallback,
  };
}

function toContainer(
  parsed: ParsedModel['container'],
  defaults: ModelDefaults,
): Model['container'] {
  if ('group' in parsed) return { kind: 'group', group: parsed.group };
  const { registry } = parsed;
  const pullsByIdentity = registry !== undefined && registry.username === undefined;
  return {
    kind: 'image',
    image: parsed.image,
    command: parsed.command ?? null,
    cpu: parsed.cpu,
    memoryGB: parsed.memoryGB,
    env: parsed.env,
    secrets: parsed.secrets,
    registry:
      registry === undefined
        ? null
        : {
            ...registry,
            ...(pullsByIdentity
              ? { identity: registry.identity ?? defaults.containerIdentityId }
              : {}),
          },
    locations:
      parsed.locations.length > 0
        ? parsed.locations
        : [defaults.containerLocation].filter((l) => l !== undefined),
  };
}

/** What the schema cannot say: names that must differ, defaults that must exist. */
function faultsBeyondShape(
  model: ParsedModel,
  index: number,
  all: readonly ParsedModel[],
  defaults: ModelDefaults,
): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const at = (path: string) => `${defaults.file}: models[${index}].${path}`;
  const earlier = all.slice(0, index);
  if (earlier.some((other) => other.name === model.name)) {
    faults.push({
      key: at('name'),
      got: `\`${model.name}\` a second time`,
      want: 'a name of its own for each model',
    });
  }
  const { container } = model;
  if ('group' in container) {
    if (
      earlier.some(
        (other) => 'group' in other.container && other.container.group === container.group,
      )
    ) {
      faults.push({
        key: at('container.group'),
        got: `\`${container.group}\`, which another model has`,
        want: 'a container group of its own for each model',
      });
    }
    return faults;
  }
  for (const name of RUN_VARIABLES) {
    if (name in container.env || name in container.secrets) {
      faults.push({
        key: at(`container.${name in container.env ? 'env' : 'secrets'}.${name}`),
        got: `\`${name}\``,
        want: 'another name: the app sets this one for every run',
      });
    }
  }
  for (const name of Object.keys(container.secrets)) {
    if (name in container.env) {
      faults.push({
        key: at(`container.env.${name}`),
        got: `\`${name}\` in env and in secrets`,
        want: 'it in one of them',
      });
    }
  }
  if (container.locations.length === 0 && defaults.containerLocation === undefined) {
    faults.push({
      key: at('container.locations'),
      got: 'nothing',
      want: 'at least one region (or the setting CONTAINER_LOCATION)',
    });
  }
  const { registry } = container;
  if (
    registry !== undefined &&
    registry.username === undefined &&
    (registry.identity ?? defaults.containerIdentityId) === undefined
  ) {
    faults.push({
      key: at('container.registry'),
      got: 'neither `username` nor `identity`',
      want: 'one of them (or the setting CONTAINER_IDENTITY_ID)',
    });
  }
  return faults;
}

/** Turns what the validator found into faults; a container is judged by the kind that it seems to be. */
function faultsOf(issue: Issue, content: unknown, file: string): ConfigurationFault[] {
  const path = issue.path;
  if (issue.code === 'invalid_union') {
    const value = valueAt(content, path);
    const kind = typeof value === 'object' && value !== null && 'image' in value ? 1 : 0;
    const both =
      typeof value === 'object' && value !== null && 'image' in value && 'group' in value;
    const neither =
      typeof value !== 'object' || value === null || !('image' in value || 'group' in value);
    const inner = issue.errors[kind];
    if (!both && !neither && inner !== undefined) {
      return inner.flatMap((error) =>
        faultsOf({ ...error, path: [...path, ...error.path] }, content, file),
      );
    }
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      key: `${file}: ${pathText([...path, key])}`,
      got: 'a key that is not known',
      want: 'none of that name (is it misspelt?)',
    }));
  }
  const want =
    issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ key: `${file}: ${pathText(path)}`, got: shown(valueAt(content, path)), want }];
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    content,
  );
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole file';
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
