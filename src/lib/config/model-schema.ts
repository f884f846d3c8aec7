// The shape of a model in `models.json`, with its defaults.

import * as z from 'zod/mini';
import { faultsOfMadeJob, withJobName } from './container-apps-schema.ts';
import { aboutOf } from './container-kinds.ts';
import { misplacements } from './container-options.ts';
import { type ContainerDefaults, container, lastResort, lastResortOf } from './container-schema.ts';
import { attempts, name, paused, timeoutMinutes } from './entry-fields.ts';
import { across, described, fault, hasKeys, optional, secretName } from './fields.ts';
import { numeraiModels } from './numerai-models.ts';
import { foreignRegistry } from './registry-of.ts';

/** Numerai's tournaments, by the names that models.json uses. */
export const TOURNAMENTS = ['classic', 'signals', 'crypto'] as const;

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
      .check(
        across(({ value, issues }) => {
          issues.push(...faultsOfMadeJob(value));
          const { container, lastResort } = value;
          if (!hasKeys(lastResort) || !hasKeys(container)) return;
          const hasPlace = 'image' in container || defaults.containerLocation !== undefined;
          if (lastResort.locations === undefined && !hasPlace)
            issues.push(fault(undefined, ['lastResort', 'locations'], 'at least one region (or CONTAINER_LOCATION)'));
          const merged = lastResortOf(lastResort, container, {}, defaults).container;
          // A last resort has no maxMemoryGB of its own.
          for (const { key, expected } of misplacements({ ...merged, maxMemoryGB: undefined }))
            issues.push(fault(merged[key], ['lastResort', key], expected));
          const other = foreignRegistry(merged);
          // Where it is that of the container, which says so itself.
          const isOwn = lastResort.registry != null || !('image' in container) || foreignRegistry(container) === null;
          if (other !== null && isOwn)
            issues.push(fault(other.server, ['lastResort', 'registry', 'server'], other.expected));
        }),
      ),
    z.transform(({ numeraiKeys, lastResort, ...given }) => {
      const { secrets } = aboutOf(given.container);
      const publicId = secrets.NUMERAI_PUBLIC_ID ?? 'numerai-public-id';
      const secretKey = secrets.NUMERAI_SECRET_KEY ?? 'numerai-secret-key';
      const keys = numeraiKeys ?? { publicId, secretKey };
      // An existing group has its secrets already; what submits in its place has the app's key.
      const plain = { NUMERAI_PUBLIC_ID: keys.publicId, NUMERAI_SECRET_KEY: keys.secretKey };
      return {
        ...given,
        container: withJobName(given.container, given.name),
        numeraiKeys: keys,
        lastResort: lastResort === undefined ? null : lastResortOf(lastResort, given.container, plain, defaults),
      };
    }),
  );
