// The shape of a model in `models.json`, with its defaults.

import * as z from 'zod/mini';
import { misplacements, NO_OPTIONS, optionsOfLastResort } from './container-options.ts';
import {
  type Container,
  type ContainerDefaults,
  command,
  container,
  cpu,
  env,
  imageName,
  locations,
  memoryGB,
  memoryLimit,
  registry,
  secrets,
} from './container-schema.ts';
import { attempts, name, paused, timeoutMinutes } from './entry-fields.ts';
import { amount, described, fault, optional, secretName } from './fields.ts';
import { numeraiModels } from './numerai-models.ts';

/** Numerai's tournaments, by the names that models.json uses. */
export const TOURNAMENTS = ['classic', 'signals', 'crypto'] as const;

/** What it leaves out, but for `command` and `priority`, is as in the model's own container, where that is an image. */
const lastResort = (defaults: ContainerDefaults) =>
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

/** An entry under `models`. */
export const modelSchema = (defaults: ContainerDefaults) =>
  z.pipe(
    z
      .strictObject(
        {
          name,
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
          timeoutMinutes,
          maxAttempts: described(
            'How many containers may fail in a round; default: 5, and more in a round that is open for hours. What was refused before anything ran is not counted.',
            optional(attempts),
          ),
          paused,
          fallback: described(
            'Whether the model is started by timer when the webhook did not come.',
            z._default(z.boolean('true or false'), true),
          ),
        },
        'an object: a model',
      )
      .check(({ value: { container, lastResort }, issues }) => {
        const hasPlace = container.kind === 'image' || defaults.containerLocation !== undefined;
        if (lastResort !== undefined && lastResort.locations === undefined && !hasPlace)
          issues.push(fault(undefined, ['lastResort', 'locations'], 'at least one region (or CONTAINER_LOCATION)'));
        // A last resort has no maxMemoryGB of its own.
        const merged = lastResort && lastResortOf(lastResort, container, {}, defaults).container;
        for (const { key, expected } of merged === undefined
          ? []
          : misplacements({ ...merged, maxMemoryGB: undefined }))
          issues.push(fault(merged?.[key], ['lastResort', key], expected));
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

type LastResort = z.output<ReturnType<typeof lastResort>>;

function lastResortOf(
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
