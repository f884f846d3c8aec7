// The slots of an entry of `models.json`: the models at Numerai that its container submits for, by name or id.

import * as z from 'zod/mini';
import { described, matching } from './fields.ts';

/** How many there may be: what the record of a run, and a container's environment, hold. */
export const MAX_SLOTS = 100;

export const numeraiModels = described(
  'The models at Numerai that the container submits for, by name or id.',
  z._default(
    z
      .array(
        z.pipe(
          matching(/^\S{1,64}$/, 'the name or the id of a model at Numerai'),
          // Numerai writes ids in small letters.
          z.transform((slot) => (isNumeraiId(slot) ? slot.toLowerCase() : slot)),
        ),
        'a list of names or ids of models at Numerai',
      )
      .check(
        z.minLength(1, 'at least one; leave it out where the container submits for none'),
        z.maxLength(MAX_SLOTS, `at most ${MAX_SLOTS}`),
      ),
    [],
  ),
);

/** Whether a slot is named by its id at Numerai, which is a UUID. Names hold no hyphens. */
export function isNumeraiId(slot: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(slot);
}
