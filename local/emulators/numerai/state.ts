// What the emulator keeps from one start to the next.

import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from '../../files/replace-file.ts';
import type { Submission } from './submissions.ts';

const stateSchema = z.object({
  /** Webhook URLs by model id. */
  webhooks: z.record(z.string(), z.string().nullable()),
  submissions: z.array(
    z.object({
      id: z.string(),
      modelId: z.string(),
      tournament: z.number(),
      round: z.number(),
      triggerId: z.string().nullable(),
      filename: z.string(),
      insertedAt: z.string().transform((text) => new Date(text)),
      late: z.boolean(),
      rows: z.number(),
      source: z.string().nullable(),
      computeId: z.string().nullable(),
      status: z.string(),
      errorInfo: z.string().nullable(),
      listedAt: z
        .string()
        .transform((text) => new Date(text))
        .nullable(),
      dataDatestamp: z.number().nullable(),
    }),
  ),
});

export interface State {
  readonly webhooks: Readonly<Record<string, string | null>>;
  readonly submissions: readonly Submission[];
}

/** Reads the file; an empty state if there is none. Throws if it is not a state file. */
export function loadState(file: string | undefined): State {
  if (file === undefined || !existsSync(file)) return { webhooks: {}, submissions: [] };
  const parsed = stateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) {
    throw new Error(`${file} is not the Numerai emulator's state. Delete it and start again.`);
  }
  return parsed.data;
}

/** Replaces the file: after a crash the old one is still there. */
export function saveState(file: string | undefined, state: State): void {
  if (file !== undefined) replaceFile(file, JSON.stringify(state));
}
