// Reading what Resource Manager answers, where the form is the same on each platform.

import * as z from 'zod/mini';
/** A page of a list, and the link to the next one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.catch(z.nullable(z.string()), null) });

/** A page of an answer: an item that cannot be read hides no other. Throws where the answer is no page. */
export function readPage<T>(answer: unknown, item: z.ZodMiniType<T>): Page<T> {
  const { value, nextLink } = pageSchema.parse(answer);
  return { items: value.flatMap((each) => item.safeParse(each).data ?? []), next: nextLink };
}

/** The name of a region in requests, by the one for people or by itself: `West Europe`. */
export const regionOf = (shown: string | null): string | null => shown?.toLowerCase().replaceAll(' ', '') ?? null;
