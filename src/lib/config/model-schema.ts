// The shape of `models.json`: one schema for the validator and for the JSON Schema that editors use.

import * as z from 'zod/mini';

/** Environment variables that the app sets for every run; a model cannot set them itself. */
export const RUN_VARIABLES = [
  'TRIGGER_ID',
  'MODEL_ID',
  'NUMERAI_ROUND',
  'NUMERAI_TOURNAMENT',
  'RUN_ID',
  'NUMERAI_TRIGGER',
  'NUMERAI_IS_TEST',
] as const;

/** Numerai's tournaments, by the names that models.json uses. */
export const TOURNAMENTS = ['classic', 'signals', 'crypto'] as const;

const describe = (description: string) => z.meta({ description });

const slug = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const secretName = () =>
  z
    .string('the name of a secret')
    .check(
      z.regex(
        /^[0-9A-Za-z-]{1,127}$/,
        'the name of a secret: letters, digits and hyphens, at most 127',
      ),
    );
const variableName = () =>
  z
    .string()
    .check(
      z.regex(
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        'the name of an environment variable: letters, digits and `_`',
      ),
    );
const text = (want: string) => z.string(want).check(z.minLength(1, want));

const existingGroup = z.strictObject({
  group: z
    .string('the name of a container group')
    .check(
      z.regex(
        /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
        'the name of a container group: 1 to 63 lower-case letters, digits and hyphens',
      ),
      describe('A container group that exists already. It is started as it is.'),
    ),
});

const registry = z
  .strictObject({
    server: text('the host name of a registry, such as `docker.io`'),
    username: z.optional(text('a user name')),
    passwordSecret: z.optional(
      secretName().check(describe('Name of the secret that holds the password or token.')),
    ),
    identity: z.optional(
      text('the resource id of a user-assigned identity').check(
        describe(
          'Resource id of the user-assigned identity that pulls; default: the setting CONTAINER_IDENTITY_ID.',
        ),
      ),
    ),
  })
  .check(
    z.refine((value) => (value.username === undefined) === (value.passwordSecret === undefined), {
      error: '`username` and `passwordSecret` together, or neither',
    }),
    z.refine((value) => value.username === undefined || value.identity === undefined, {
      error: 'either `username` and `passwordSecret`, or `identity`',
    }),
  );

const createdGroup = z.strictObject({
  image: z
    .string('the name of an image, such as `docker.io/someone/ensemble:1.4`')
    .check(
      z.regex(/^\S+$/, 'the name of an image, such as `docker.io/someone/ensemble:1.4`'),
      describe('The image. A container group is created for each run and removed after it.'),
    ),
  command: z.optional(
    z.array(text('a word of the command')).check(z.minLength(1, 'at least one word')),
  ),
  cpu: z._default(
    z
      .number('a number of CPU cores')
      .check(z.gt(0, 'more than 0'), z.maximum(31, 'at most 31'), describe('CPU cores.')),
    1,
  ),
  memoryGB: z._default(
    z
      .number('a number of gigabytes')
      .check(z.gt(0, 'more than 0'), z.maximum(240, 'at most 240'), describe('Memory in GB.')),
    1.5,
  ),
  env: z._default(z.record(variableName(), z.string('a string')), {}),
  secrets: z._default(
    z
      .record(variableName(), secretName())
      .check(
        describe(
          'Environment variable → name of the secret in Key Vault. Given to the container as secure values.',
        ),
      ),
    {},
  ),
  registry: z.optional(registry),
  locations: z._default(
    z
      .array(z.string('a region').check(z.regex(/^[a-z0-9]+$/, 'a region such as `westus2`')))
      .check(
        describe(
          'Regions, tried in order when one has no capacity; default: the setting CONTAINER_LOCATION.',
        ),
      ),
    [],
  ),
});

const container = z.union(
  [existingGroup, createdGroup],
  'either `group` (an existing container group) or `image`',
);

export const modelSchema = z.strictObject({
  name: z
    .string('a name')
    .check(
      z.maxLength(36, 'at most 36 characters'),
      z.regex(slug, 'lower-case letters, digits and hyphens, neither first nor last a hyphen'),
      describe('The name in URLs and in the names of container groups.'),
    ),
  numeraiModelId: z.optional(
    text('the id of a model at Numerai').check(describe("Numerai's id of the model.")),
  ),
  numeraiModelName: z.optional(
    text('the name of a model at Numerai').check(
      describe("Numerai's name of the model, instead of its id."),
    ),
  ),
  numeraiKeys: z.optional(
    z
      .strictObject({ publicId: secretName(), secretKey: secretName() })
      .check(
        describe(
          "Names of the secrets with the account's API key; default: those of the container, else numerai-public-id and numerai-secret-key.",
        ),
      ),
  ),
  tournament: z.enum(TOURNAMENTS, `one of ${TOURNAMENTS.join(', ')}`),
  container,
  timeoutMinutes: z._default(
    z
      .number('a number of minutes')
      .check(
        z.minimum(1, 'at least 1'),
        z.maximum(2880, 'at most 2880'),
        describe('After this the run is stopped.'),
      ),
    60,
  ),
  maxAttempts: z._default(
    z
      .int('a whole number')
      .check(
        z.minimum(1, 'at least 1'),
        z.maximum(10, 'at most 10'),
        describe('How often a round is tried.'),
      ),
    3,
  ),
  fallback: z._default(
    z
      .boolean('true or false')
      .check(describe('Whether the model is started by timer when the webhook did not come.')),
    true,
  ),
});

/** The whole file. */
export const modelsFileSchema = z.strictObject({
  $schema: z.optional(z.string()),
  models: z.array(modelSchema, 'a list of models').check(z.minLength(1, 'at least one model')),
});
