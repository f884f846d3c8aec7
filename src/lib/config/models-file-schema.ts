// The shape of `models.json`: one schema for the app, for its types, and for the JSON Schema that editors use.

import * as z from 'zod/mini';
import type { ContainerDefaults } from './container-schema.ts';
import { across, described, fault } from './fields.ts';
import { jobSchema } from './job-schema.ts';
import { modelSchema } from './model-schema.ts';
import { takenTwice } from './taken-twice.ts';

/** The whole file. */
export const modelsFileSchema = (defaults: ContainerDefaults) =>
  z
    .strictObject(
      {
        $schema: z.optional(z.string('a text')),
        models: z.array(modelSchema(defaults), 'a list of models').check(z.minLength(1, 'at least one model')),
        jobs: described(
          'Containers that run on a schedule or on request, such as a training. They have no round.',
          z._default(z.array(jobSchema(defaults), 'a list of jobs'), []),
        ),
      },
      'an object with `models`',
    )
    .check(
      across(({ value, issues }) => {
        for (const { input, path, expected } of takenTwice(value)) issues.push(fault(input, path, expected));
      }),
    );
