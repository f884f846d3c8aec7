// The containers of `models.json`: a group that exists, a Container Apps job, a job of Machine Learning, a group that the app
// creates, and a model's last resort.

import * as z from 'zod/mini';
import { containerAppsJob } from './container-apps-schema.ts';
import {
  cpu,
  imageName,
  memoryGB,
  misplacements,
  NO_OPTIONS,
  optionsOfContainer,
  optionsOfLastResort,
  registryIdentity,
  registryServer,
  variableName,
} from './container-options.ts';
import { across, amount, described, fault, hasKeys, matching, optional, secretName, text } from './fields.ts';
import { machineLearning } from './machine-learning-schema.ts';
import { region } from './regions.ts';
import { foreignRegistry } from './registry-of.ts';

/** Environment variables that the app sets for every run; a model cannot set them itself. */
export const RUN_VARIABLES: readonly string[] = [
  'TRIGGER_ID',
  'MODEL_ID',
  'NUMERAI_MODELS',
  'NUMERAI_ROUND',
  'NUMERAI_TOURNAMENT',
  'RUN_ID',
  'NUMERAI_TRIGGER',
  'NUMERAI_IS_TEST',
  'ATTEMPT_ID',
];

/** The kinds of container, by the key that only they have, in the order of the union below. */
export const CONTAINER_KINDS = ['group', 'containerAppsJob', 'machineLearning', 'image'] as const;
type ContainerKind = (typeof CONTAINER_KINDS)[number];

/** What the settings say for models that leave it open. */
export interface ContainerDefaults {
  readonly containerLocation: string | undefined;
  readonly containerIdentityId: string | undefined;
}

const ownVariable = variableName.check(
  z.refine((name) => !RUN_VARIABLES.includes(name), 'another name: the app sets this one itself'),
);

const existingGroup = z.pipe(
  z.strictObject({
    group: matching(
      /^(?!.*--)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
      'the name of a container group that exists: 1 to 63 lower-case letters, digits and single hyphens',
    ),
    container: described(
      'Name of the container in the group that submits; default: the one named `submission`, else the first.',
      optional(
        matching(
          /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
          'the name of a container of that group: 1 to 63 lower-case letters, digits and hyphens',
        ),
      ),
    ),
  }),
  z.transform((given) => ({ kind: 'group' as const, ...given })),
);

const command = optional(
  z.array(text('a word of the command'), 'a list of words').check(z.minLength(1, 'at least one word')),
);
const env = z.record(ownVariable, z.string('a string'), 'an object of variables');

const registry = ({ containerIdentityId }: ContainerDefaults) =>
  z.pipe(
    z
      .strictObject(
        {
          server: registryServer,
          username: z.optional(text('a user name')),
          passwordSecret: z.optional(secretName),
          identity: z.optional(registryIdentity),
        },
        'an object with `server`',
      )
      .check(
        across(({ value, issues }) => {
          const { username, passwordSecret, identity } = value;
          const refuse = (expected: string) => issues.push(fault(value, [], expected));
          if ((username === undefined) !== (passwordSecret === undefined))
            refuse('`username` and `passwordSecret` together, or neither');
          if (username !== undefined && identity !== undefined)
            refuse('either `username` and `passwordSecret`, or `identity`');
          if (username === undefined && passwordSecret === undefined && (identity ?? containerIdentityId) === undefined)
            refuse('a `username` or an `identity` (or the setting CONTAINER_IDENTITY_ID)');
        }),
      ),
    z.transform(({ identity = containerIdentityId, ...given }) =>
      given.username === undefined ? { ...given, identity } : { ...given, identity: undefined },
    ),
  );

const secretNames = z.record(ownVariable, secretName, 'an object of variables');
const secrets = described(
  'Environment variable → name of the secret in Key Vault. Given to the container as secure values.',
  secretNames,
);
const locations = z.array(region, 'a list of regions').check(z.maxLength(20, 'at most 20 regions'));

/** Where maxMemoryGB is left out: twice the memory, up to what most regions have for a group. */
const memoryLimit = (gigabytes: number): number => Math.max(gigabytes, Math.min(2 * gigabytes, 16));

/** What only a container that the app creates can have. */
const fieldsOfImage = (defaults: ContainerDefaults) => ({
  command,
  cpu: z._default(cpu, 1),
  memoryGB: z._default(memoryGB, 1.5),
  maxMemoryGB: described(
    'After an attempt that ran out of memory the next one has half as much again, up to this; default: twice memoryGB, at most 16.',
    z.optional(memoryGB),
  ),
  env: z._default(env, {}),
  secrets: z._default(secrets, {}),
  registry: optional(registry(defaults)),
  ...optionsOfContainer,
  locations: described(
    'Regions, tried in order when one has no capacity; default: the setting CONTAINER_LOCATION.',
    z._default(locations, []),
  ),
});

/** By the kinds of container that are no image: what is said of a field that only an image has, and what stands beside their own object. */
const ADVICE: {
  readonly [Kind in Exclude<ContainerKind, 'image'>]: {
    readonly instead: (key: string) => string;
    readonly beside: readonly string[];
  };
} = {
  group: {
    instead: (key) =>
      `no \`${key}\` beside \`group\`: an existing container group keeps what it was created with. Create it with that, or name its \`image\` in the place of \`group\``,
    beside: [],
  },
  containerAppsJob: {
    instead: (key) =>
      key === 'secrets'
        ? 'no `secrets` beside `containerAppsJob`: the job has references to Key Vault of its own, which belong into the object that describes it (docs/containers.md)'
        : `no \`${key}\` beside \`containerAppsJob\`: that belongs to the template of the job itself. Create or update it with that, or describe the job: \`containerAppsJob: { image, … }\``,
    beside: ['env'],
  },
  machineLearning: {
    instead: (key) =>
      key === 'command'
        ? 'no `command` beside `machineLearning`: it belongs into it, as a shell takes it'
        : `no \`${key}\` beside \`machineLearning\`: the size is that of the cluster's machines, and all else belongs to the environment of the workspace (docs/containers.md)`,
    beside: ['env', 'secrets'],
  },
};

function adviceOf(kind: PropertyKey | undefined) {
  return Object.entries(ADVICE).find(([known]) => known === kind)?.[1];
}

const isOfImage = (key: string): boolean =>
  Object.hasOwn(fieldsOfImage({ containerLocation: undefined, containerIdentityId: undefined }), key);

/** Why the object that a kind of container has as its value cannot have this; null where that is not known. */
export function adviceInside(kind: PropertyKey | undefined, key: string): string | null {
  const advice = adviceOf(kind);
  if (advice === undefined) return null;
  if (advice.beside.includes(key)) return `\`${key}\` beside \`${String(kind)}\`, and not in it`;
  return isOfImage(key) ? `no \`${key}\`: a container group has that, and this is none (docs/containers.md)` : null;
}

/** Why a container of the kind, which exists already, cannot have this; null where that is not known. */
export function adviceOnExisting(kind: string | undefined, key: string): string | null {
  return isOfImage(key) ? (adviceOf(kind)?.instead(key) ?? null) : null;
}

const createdGroup = (defaults: ContainerDefaults) =>
  z.pipe(
    z.strictObject({ image: imageName, ...fieldsOfImage(defaults) }).check(
      across(({ value, issues }) => {
        const { env, secrets, memoryGB, maxMemoryGB, locations } = value;
        for (const [name, input] of Object.entries(hasKeys(secrets) ? secrets : {})) {
          if (hasKeys(env) && Object.hasOwn(env, name))
            issues.push(fault(input, ['secrets', name], 'a variable that is not in `env` as well'));
        }
        if (maxMemoryGB !== undefined && maxMemoryGB < memoryGB)
          issues.push(fault(maxMemoryGB, ['maxMemoryGB'], `at least memoryGB, which is ${memoryGB}`));
        for (const { key, expected } of misplacements(value)) issues.push(fault(value[key], [key], expected));
        const other = foreignRegistry(value);
        if (other !== null) issues.push(fault(other.server, ['registry', 'server'], other.expected));
        if (Array.isArray(locations) && locations.length === 0 && defaults.containerLocation === undefined) {
          const expected = 'at least one region (or the setting CONTAINER_LOCATION)';
          issues.push(fault(locations, ['locations'], expected));
        }
      }),
    ),
    z.transform(({ locations, maxMemoryGB, ...given }) => ({
      kind: 'image' as const,
      ...given,
      maxMemoryGB: maxMemoryGB ?? memoryLimit(given.memoryGB),
      /** At least one, in the order in which they are tried. */
      locations: locations.length > 0 ? locations : [defaults.containerLocation ?? ''],
    })),
  );

/** The container of a model or a job. */
export const container = (defaults: ContainerDefaults) =>
  z.union(
    [
      existingGroup,
      containerAppsJob({ command, env, secrets: secretNames, registry: optional(registry(defaults)) }),
      machineLearning({ env, secrets: secretNames }),
      createdGroup(defaults),
    ],
    'either `group` (an existing container group), `containerAppsJob` (a job), `machineLearning` or `image`',
  );

/** What it leaves out, but for `command` and `priority`, is as in the model's own container, where that is an image. */
export const lastResort = (defaults: ContainerDefaults) =>
  described(
    'A cheaper container that is started when no ordinary attempt can end before the close any more.',
    z.strictObject(
      {
        minutes: described('How long it needs, its start included.', amount('a number of minutes', 1440)),
        image: imageName,
        command,
        cpu: z.optional(cpu),
        memoryGB: z.optional(memoryGB),
        env: z.optional(env),
        secrets: z.optional(secrets),
        registry: z.optional(registry(defaults)),
        ...optionsOfLastResort,
        locations: z.optional(locations.check(z.minLength(1, 'at least one region'))),
      },
      'an object with `image` and `minutes`',
    ),
  );

type LastResort = z.output<ReturnType<typeof lastResort>>;
export type Container = z.output<ReturnType<typeof container>>;

/** The container of a last resort, whole. @param secrets those that it has where its model's container is a group. */
export function lastResortOf(
  { minutes, ...given }: LastResort,
  container: Container,
  secrets: Record<string, string>,
  defaults: ContainerDefaults,
) {
  const plain = {
    cpu: 1,
    memoryGB: 1.5,
    env: {},
    secrets,
    registry: null,
    ...NO_OPTIONS,
    locations: [defaults.containerLocation ?? ''],
  };
  // What Azure may take away at any time is no last resort, unless that is asked for.
  const base = { ...(container.kind === 'image' ? container : plain), priority: NO_OPTIONS.priority };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const merged = { ...base, ...stated, kind: 'image' as const, image: given.image, command: given.command };
  return { minutes, container: { ...merged, maxMemoryGB: memoryLimit(merged.memoryGB) } };
}
