// Parts of schemas. `expected` says what is expected: in messages, and to editors.

import * as z from 'zod/mini';

export const described = <T extends z.ZodMiniType>(description: string, schema: T) =>
  schema.check(z.meta({ description }));

/** A text of this form. */
export const matching = (pattern: RegExp, expected: string) =>
  described(expected, z.string(expected).check(z.regex(pattern, expected)));

export const atLeast = (min: number) => z.minimum(min, `at least ${min}`);
export const atMost = (max: number) => z.maximum(max, `at most ${max}`);
