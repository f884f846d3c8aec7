// The shape of `models.json`, with its defaults: one schema for the app, for its types, and for the JSON Schema that
// editors use.

import * as z from 'zod/mini';
import { misplacements } from './container-options.ts';
import { type ContainerDefaults, container, lastResort, lastResortOf } from './container-schema.ts';
import { atLeast, atMost, described, fault, matching, optional, secretName } from './fields.ts';
import { numeraiModels } from './numerai-models.ts';
import { shared } from './shared.ts';

/** Numerai's tournaments, by the names that models.json uses. */
export const TOURNAMENTS = ['classic', 'signals', 'crypto'] as const;

const MODEL_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MODEL_NAME_MAX = 36;

/** Whether a text from outside can be the name of a model. */
export function isModelName(text: string): boolean {
  return text.length <= MODEL_NAME_MAX && MODEL_NAME.test(text);
}

const modelSchema = (defaults: ContainerDefaults) =>
  z.pipe(
    z
      .strictObject(
        {
          name: matching(
            MODEL_NAME,
            'a name of lower-case letters, digits and single hyphens, neither first nor last a hyphen',
          ).check(z.maxLength(MODEL_NAME_MAX, `at most ${MODEL_NAME_MAX} characters`)),
          numeraiModels,
          numeraiKeys: described(
            "Names of the secrets with the account's API key; default: those of the container, else numerai-public-id and numerai-secret-key.",
            z.optional(
              z.strictObject(
                { publicId: secretName, secretKey: secretName },
                'an object with `publicId` and `secretKey`',
              ),
            ),
          ),
          tournament: z.enum(TOURNAMENTS, `one of ${TOURNAMENTS.join(', ')}`),
          container: container(defaults),
          lastResort: z.optional(lastResort(defaults)),
          timeoutMinutes: described(
            'After this the container is stopped.',
            z._default(z.number('a number of minutes').check(atLeast(1), atMost(2880)), 60),
          ),
          maxAttempts: described(
            'How many containers may fail in a round; default: 5, and more in a round that is open for hours. What was refused before anything ran is not counted.',
            optional(z.int('a whole number').check(atLeast(1), atMost(10))),
          ),
          fallback: described(
            'Whether the model is started by timer when the webhook did not come.',
            z._default(z.boolean('true or false'), true),
          ),
        },
        'an object: a model',
      )
      .check(({ value: { container, lastResort }, issues }) => {
        if (lastResort === undefined) return;
        const hasPlace = container.kind === 'image' || defaults.containerLocation !== undefined;
        if (lastResort.locations === undefined && !hasPlace)
          issues.push(fault(undefined, ['lastResort', 'locations'], 'at least one region (or CONTAINER_LOCATION)'));
        const merged = lastResortOf(lastResort, container, {}, defaults).container;
        // A last resort has no maxMemoryGB of its own.
        for (const { key, expected } of misplacements({ ...merged, maxMemoryGB: undefined }))
          issues.push(fault(merged[key], ['lastResort', key], expected));
      }),
    z.transform(({ numeraiKeys, lastResort, ...given }) => {
      const secrets = given.container.kind === 'image' ? given.container.secrets : {};
      const publicId = secrets.NUMERAI_PUBLIC_ID ?? 'numerai-public-id';
      const secretKey = secrets.NUMERAI_SECRET_KEY ?? 'numerai-secret-key';
      const keys = numeraiKeys ?? { publicId, secretKey };
      // An existing group has its secrets already; what submits in its place has the app's key.
      const plain = { NUMERAI_PUBLIC_ID: keys.publicId, NUMERAI_SECRET_KEY: keys.secretKey };
      return {
        ...given,
        numeraiKeys: keys,
        lastResort: lastResort === undefined ? null : lastResortOf(lastResort, given.container, plain, defaults),
      };
    }),
  );

/** The whole file. */
export const modelsFileSchema = (defaults: ContainerDefaults) =>
  z.strictObject(
    {
      $schema: z.optional(z.string('a text')),
      models: z
        .array(modelSchema(defaults), 'a list of models')
        .check(z.minLength(1, 'at least one model'), ({ value: models, issues }) => {
          for (const { input, path, expected } of shared(models)) issues.push(fault(input, path, expected));
        }),
    },
    'an object with `models`',
  );
