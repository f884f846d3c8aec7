// Parts that the schemas of models.json and of the settings share. `want` says what is expected, for messages.

import * as z from 'zod/mini';

/** A text of this form. */
export const matching = (pattern: RegExp, want: string, description?: string) =>
  z.string(want).check(z.regex(pattern, want), z.meta({ description }));

export const atLeast = (min: number) => z.minimum(min, `at least ${min}`);
export const atMost = (max: number) => z.maximum(max, `at most ${max}`);
