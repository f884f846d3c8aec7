// What models and jobs have in common in `models.json`.

import * as z from 'zod/mini';
import { atLeast, atMost, described, matching } from './fields.ts';

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const NAME_MAX = 36;

/** Whether a text from outside can be the name of a model or a job. */
export function isEntryName(text: string): boolean {
  return text.length <= NAME_MAX && NAME.test(text);
}

export const name = matching(
  NAME,
  'a name of lower-case letters, digits and single hyphens, neither first nor last a hyphen',
).check(z.maxLength(NAME_MAX, `at most ${NAME_MAX} characters`));

export const timeoutMinutes = described(
  'After this the container is stopped.',
  z._default(z.number('a number of minutes').check(atLeast(1), atMost(2880)), 60),
);

export const attempts = z.int('a whole number').check(atLeast(1), atMost(10));

export const paused = described(
  'Whether nothing of it is started: neither by a webhook nor by a timer. An operator still may.',
  z._default(z.boolean('true or false'), false),
);
