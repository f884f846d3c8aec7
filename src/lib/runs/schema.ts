// Fields of a record that may be absent: what a row lacks, or has in a form that this version does not
// know, reads as null instead of making the row unreadable.

import * as z from 'zod/mini';

/** A field that may be null; anything that does not fit reads as null. */
export function optional<T extends z.core.SomeType>(schema: T) {
  return z.catch(z.nullable(schema), null);
}

/** An optional text. */
export const text = optional(z.string());

/** A time as records have it: ISO 8601 in UTC. */
export const time = z.iso.datetime();
export const optionalTime = optional(time);
