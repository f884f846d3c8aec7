// Parts of schemas. `expected` says what is expected: in messages, and to editors.

import * as z from 'zod/mini';

export const described = <T extends z.ZodMiniType>(description: string, schema: T) =>
  schema.check(z.meta({ description }));

/** A text of this form. */
export const matching = (pattern: RegExp, expected: string) =>
  described(expected, z.string(expected).check(z.regex(pattern, expected)));

export const atLeast = (min: number) => z.minimum(min, `at least ${min}`);
export const atMost = (max: number) => z.maximum(max, `at most ${max}`);

export const text = (expected: string) => described(expected, z.string(expected).check(z.minLength(1, expected)));
export const amount = (expected: string, max: number) =>
  described(expected, z.number(expected).check(z.gt(0, 'more than 0'), atMost(max)));

/** An amount of so many decimals at most. */
export const decimal = (expected: string, max: number, decimals: number) =>
  amount(expected, max).check(
    z.refine((value) => Number(value.toFixed(decimals)) === value, `${expected} with at most ${decimals} decimals`),
  );

/** Whether it is an object with keys. */
export const hasKeys = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A check of what goes together in an object. It is made also where a part of that is wrong, so that all faults are told
 * at once: such a part is as it was written, whatever its type says.
 */
export const across = <T>(check: z.core.CheckFn<T>) => z.check<T>(check, { when: ({ value }) => hasKeys(value) });

/** One of several that a check may find. */
export const fault = (input: unknown, path: PropertyKey[], message: string) =>
  ({ code: 'custom', input, path, message, continue: true }) as const;

/** What is left out is null. */
export const optional = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.optional(schema),
    z.transform((value) => value ?? null),
  );

export const secretName = matching(
  /^[0-9A-Za-z-]{1,127}$/,
  'the name of a secret: letters, digits and hyphens, at most 127',
);
