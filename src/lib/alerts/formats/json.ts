// An alert for a receiver of the user's own, as Standard Webhooks have it: what happened, when, and the rest.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import * as z from 'zod/mini';
import { described } from '../../config/fields.ts';
import { type Message, messageSchema } from '../alert.ts';

const { kind, at } = messageSchema.shape;

/**
 * The body. Members may be added, so a receiver ignores those that it does not know. docs/alert.schema.json is generated
 * from here.
 */
export const jsonSchema = z.object({
  type: kind,
  timestamp: at,
  data: described('What there is to say.', z.omit(messageSchema, { kind: true, at: true })),
});

/** The body for a receiver of plain JSON. */
export function json({ kind: type, at: timestamp, ...data }: Message): z.input<typeof jsonSchema> {
  return { type, timestamp, data };
}
