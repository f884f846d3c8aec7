// What runs: the container of an entry of `models.json`, an existing container group or an image.

import * as z from 'zod/mini';
import { misplacements, optionsOfContainer } from './container-options.ts';
import { amount, described, fault, matching, optional, secretName, text } from './fields.ts';

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
];

/** What the settings say for models that leave it open. */
export interface ContainerDefaults {
  readonly containerLocation: string | undefined;
  readonly containerIdentityId: string | undefined;
}

const variableName = matching(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'the name of an environment variable: letters, digits and `_`',
).check(z.refine((name) => !RUN_VARIABLES.includes(name), 'another name: the app sets this one itself'));

const existingGroup = z.pipe(
  z.strictObject({
    group: matching(
      /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
      'the name of a container group that exists: 1 to 63 lower-case letters, digits and hyphens',
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

export const registry = ({ containerIdentityId }: ContainerDefaults) =>
  z.pipe(
    z
      .strictObject(
        {
          server: text('the host name of a registry, such as `docker.io`'),
          username: z.optional(text('a user name')),
          passwordSecret: z.optional(secretName),
          identity: z.optional(
            text('the resource id of a user-assigned identity that pulls; default: the setting CONTAINER_IDENTITY_ID'),
          ),
        },
        'an object with `server`',
      )
      .check(
        z.refine(
          ({ username, passwordSecret }) => (username === undefined) === (passwordSecret === undefined),
          '`username` and `passwordSecret` together, or neither',
        ),
        z.refine(
          ({ username, identity }) => username === undefined || identity === undefined,
          'either `username` and `passwordSecret`, or `identity`',
        ),
        z.refine(
          ({ username, identity = containerIdentityId }) => (username ?? identity) !== undefined,
          'a `username` or an `identity` (or the setting CONTAINER_IDENTITY_ID)',
        ),
      ),
    z.transform(({ identity = containerIdentityId, ...given }) =>
      given.username === undefined ? { ...given, identity } : { ...given, identity: undefined },
    ),
  );

export const imageName = matching(/^\S+$/, 'the name of an image, such as `docker.io/someone/ensemble:1.4`');
export const command = optional(
  z.array(text('a word of the command'), 'a list of words').check(z.minLength(1, 'at least one word')),
);
export const cpu = amount('a number of CPU cores', 31);
export const memoryGB = amount('a number of gigabytes', 240);
export const env = z.record(variableName, z.string('a string'), 'an object of variables');
export const secrets = described(
  'Environment variable → name of the secret in Key Vault. Given to the container as secure values.',
  z.record(variableName, secretName, 'an object of variables'),
);
export const locations = z
  .array(matching(/^[a-z0-9]+$/, 'a region such as `westus2`'), 'a list of regions')
  .check(z.maxLength(20, 'at most 20 regions'));

/** Where maxMemoryGB is left out: twice the memory, up to what most regions have for a group. */
export const memoryLimit = (gigabytes: number): number => Math.max(gigabytes, Math.min(2 * gigabytes, 16));

const createdGroup = (defaults: ContainerDefaults) =>
  z.pipe(
    z
      .strictObject({
        image: imageName,
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
      })
      .check(({ value, issues }) => {
        for (const [name, input] of Object.entries(value.secrets)) {
          if (Object.hasOwn(value.env, name))
            issues.push(fault(input, ['secrets', name], 'a variable that is not in `env` as well'));
        }
        if (value.maxMemoryGB !== undefined && value.maxMemoryGB < value.memoryGB)
          issues.push(fault(value.maxMemoryGB, ['maxMemoryGB'], `at least memoryGB, which is ${value.memoryGB}`));
        for (const { key, expected } of misplacements(value)) issues.push(fault(value[key], [key], expected));
        if (value.locations.length === 0 && defaults.containerLocation === undefined) {
          const expected = 'at least one region (or the setting CONTAINER_LOCATION)';
          issues.push(fault(value.locations, ['locations'], expected));
        }
      }),
    z.transform(({ locations, maxMemoryGB, ...given }) => ({
      kind: 'image' as const,
      ...given,
      maxMemoryGB: maxMemoryGB ?? memoryLimit(given.memoryGB),
      /** At least one, in the order in which they are tried. */
      locations: locations.length > 0 ? locations : [defaults.containerLocation ?? ''],
    })),
  );

/** The kinds of container, by the key that only they have, in the order of the schema's union. */
export const CONTAINER_KINDS = ['group', 'image'] as const;

/** Either kind. */
export const container = (defaults: ContainerDefaults) =>
  z.union([existingGroup, createdGroup(defaults)], 'either `group` (an existing container group) or `image`');
export type Container = z.output<ReturnType<typeof container>>;
