// What is noted of an attempt before anything is sent: by it alone a start is found again whose answer was lost. No secret
// is in it.

import * as z from 'zod/mini';
import type { MachineLearning } from '../../config/models.ts';
import type { Attempt } from '../../runs/attempt.ts';
import { optional, text } from '../../runs/schema.ts';
import type { Json } from '../platform.ts';
import type { Compute } from './job.ts';

const preparedSchema = z.object({
  workspace: z.string(),
  /** Null: the attempt is a job of its own. */
  endpoint: text,
  /** What its nodes are, where that could be asked for: its price. */
  vmSize: text,
  isLowPriority: z.catch(z.boolean(), false),
  /** Where the cluster is. */
  location: optional(z.string()),
});
export type Prepared = z.infer<typeof preparedSchema>;

/** Null for an attempt that is not prepared. */
export function preparedOf({ prepared }: Pick<Attempt, 'prepared'>): Prepared | null {
  return preparedSchema.safeParse(prepared).data ?? null;
}

/** @param compute null where there is none, or it cannot be asked for. */
export function noteOf({ workspace, work }: MachineLearning, compute: Compute | null): Json {
  return {
    workspace,
    endpoint: work.kind === 'endpoint' ? work.endpoint : null,
    vmSize: compute?.vmSize ?? null,
    isLowPriority: compute?.isLowPriority ?? false,
    location: compute?.location ?? null,
  };
}
