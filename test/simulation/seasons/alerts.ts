// The alerts of a season, as a receiver of plain JSON got them.

import * as z from 'zod';
import type { World } from '../world/world.ts';

const alertSchema = z.object({
  kind: z.string(),
  title: z.string(),
  model: z.string().nullable(),
  round: z.number().nullable(),
});

export interface SeasonAlert extends z.infer<typeof alertSchema> {
  /** When it arrived. */
  readonly at: number;
}

/** Alerts of something that is wrong, oldest first. */
export function alertsOf({ alertReceivers }: World): readonly SeasonAlert[] {
  return alertReceivers.received.flatMap(({ body, receivedAt }) => {
    const { kind, title, model, round } = alertSchema.parse(body);
    return kind === 'back-to-normal' ? [] : [{ kind, title, model, round, at: receivedAt.getTime() }];
  });
}
