// Parts of schemas. `want` says what is expected: in messages, and to editors.

import * as z from 'zod/mini';

export const described = <T extends z.ZodMiniType>(description: string, schema: T) =>
  schema.check(z.meta({ description }));

/** A text of this form. */
export const matching = (pattern: RegExp, want: string) =>
  described(want, z.string(want).check(z.regex(pattern, want)));

export const atLeast = (min: number) => z.minimum(min, `at least ${min}`);
export const atMost = (max: number) => z.maximum(max, `at most ${max}`);
