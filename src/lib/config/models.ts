// The models and the jobs: what `models.json` says, validated, with every default filled in.

import type * as z from 'zod/mini';
import { ConfigurationError, type ConfigurationFault, NotFoundError } from '../util/errors.ts';
import { parseJson, shown } from '../util/json.ts';
import { someOf } from '../util/sentences.ts';
import { adviceInside, adviceOnExisting, CONTAINER_KINDS, type ContainerDefaults } from './container-schema.ts';
import { jsonFault } from './json-fault.ts';
import type { TOURNAMENTS } from './model-schema.ts';
import { modelsFileSchema } from './models-file-schema.ts';

export type Tournament = (typeof TOURNAMENTS)[number];

/** Numerai's numbers of the tournaments. */
export const TOURNAMENT_NUMBERS = { classic: 8, signals: 11, crypto: 12 } as const satisfies Record<Tournament, number>;

/** What `models.json` has. */
export type ModelsFile = Pick<z.output<ReturnType<typeof modelsFileSchema>>, 'models' | 'jobs'>;

/** An entry under `models`. */
export type Model = Readonly<ModelsFile['models'][number]>;

/** An entry under `jobs`. Nothing at Numerai is its: it has no tournament, and no slots. */
export type Job = Readonly<ModelsFile['jobs'][number]>;

/** A model or a job: what has a container, and runs. Where both are treated alike, either is called the model of a run. */
export type Entry = Model | Job;

/** Whether an entry, or the run of one, is a job's: what has no tournament has no rounds. */
export function isJob<T extends { readonly tournament: Tournament | null }>(
  of: T,
): of is T & { readonly tournament: null } {
  return of.tournament === null;
}

/** What an entry, or that of a run, is called in sentences: `model ensemble`, `job retrain`. */
export function calledIn(of: { readonly tournament: Tournament | null }, name: string): string {
  return `${isJob(of) ? 'job' : 'model'} ${name}`;
}

/** An image: a container group is created for each attempt. `locations` has at least one. */
export type ImageContainer = Extract<Model['container'], { kind: 'image' }>;
export type ExistingGroup = Extract<Model['container'], { kind: 'group' }>;
export type MachineLearning = Extract<Model['container'], { kind: 'machineLearning' }>;

/** Whether Numerai can be asked about this model at all. */
export function hasSlots({ numeraiModels }: Entry): boolean {
  return numeraiModels.length > 0;
}

export interface ModelDefaults extends ContainerDefaults {
  /** Name of the file, for messages. */
  readonly file: string;
}

/**
 * Reads the text of `models.json`.
 * @throws {ConfigurationError} with every fault found, each with its path in the file.
 */
export function parseModels(text: string, { file, ...defaults }: ModelDefaults): ModelsFile {
  const json = text.replace(/^\uFEFF/, '');
  const content = parseJson(json);
  if (content === undefined)
    throw new ConfigurationError([{ key: file, got: jsonFault(json), expected: 'valid JSON, in UTF-8' }]);
  const parsed = modelsFileSchema(defaults).safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues
      .flatMap((issue) => faultsOf(issue, content))
      .map((fault) => ({ ...fault, key: `${file}: ${fault.key}` })),
  );
}

/**
 * The model or job of that name; without a name the only model there is.
 * @throws {NotFoundError} that says which names there are.
 */
export function findEntry<T extends Entry>(entries: readonly T[], name: string | undefined): T {
  const models = entries.filter((entry) => !isJob(entry));
  const [only] = models;
  if (name === undefined && models.length === 1 && only !== undefined) return only;
  const found = entries.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const names = someOf(entries.map((candidate) => candidate.name)).join(', ');
  throw new NotFoundError(
    name === undefined
      ? `The URL names no model or job, and there are ${entries.length}: ${names}.`
      : `There is no model or job ${JSON.stringify(name.slice(0, 80))}. models.json has: ${names}.`,
  );
}

/** What is said of a key that there is not. */
export const NOT_KNOWN = 'a key that is not known';

/** Turns what the validator found into faults; a container is judged by the kind that it seems to be, others by their type. */
function faultsOf(issue: z.core.$ZodIssue, content: unknown): ConfigurationFault[] {
  const { path } = issue;
  const value = valueAt(content, path);
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.filter((errors, index) =>
      path.at(-1) === 'container'
        ? valueAt(value, [CONTAINER_KINDS[index] ?? '']) !== undefined
        : !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
    );
    if (inner.length === 1)
      return inner.flat().flatMap((error) => faultsOf({ ...error, path: [...path, ...error.path] }, content));
  }
  if (issue.code === 'unrecognized_keys') {
    const kind = path.at(-1) === 'container' ? kindOf(value) : undefined;
    return issue.keys.map((key) => {
      if (path.at(-1) === 'container' && isKind(key))
        return { key: pathText([...path, key]), got: 'a second kind of container', expected: 'one kind alone' };
      const advice = adviceOnExisting(kind, key);
      const inside = adviceInside(path.at(-1), key);
      return {
        key: pathText([...path, key]),
        got: advice !== null ? 'what only an `image` can have' : inside === null ? NOT_KNOWN : `${NOT_KNOWN} here`,
        expected: advice ?? inside ?? 'none of that name (is it misspelt?)',
      };
    });
  }
  const ofKey = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return [
    {
      key: pathText(path) || 'the whole file',
      got: described(value, path),
      expected: ofKey ?? issue.message,
    },
  ];
}

const isKind = (key: string): boolean => CONTAINER_KINDS.some((kind) => kind === key);

/** The first kind of container that it seems to be. */
function kindOf(container: unknown): (typeof CONTAINER_KINDS)[number] | undefined {
  return CONTAINER_KINDS.find((kind) => valueAt(container, [kind]) !== undefined);
}

/** Below these keys somebody may have put a secret where its name belongs. */
const MAY_HOLD_SECRETS: ReadonlySet<PropertyKey> = new Set([
  'numeraiKeys',
  'secrets',
  'registry',
  'account',
  'accountKeySecret',
  'env',
  'command',
]);

/** What a message says of a value: of an object only the keys, of a list the length, of a secret its kind. */
function described(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object with the keys \`${shown(Object.keys(value))}\``;
  if (value === null || !path.some((key) => MAY_HOLD_SECRETS.has(key))) return `\`${shown(value)}\``;
  if (typeof value !== 'string') return `a ${typeof value}`;
  return value.length === 1 ? 'a text of one character' : `a text of ${value.length} characters`;
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    content,
  );
}

/** A place in the file as messages name it: `models[0].container.cpu`. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).replace(/=.*/s, '=…')}`));
  return text.join('').slice(1);
}
