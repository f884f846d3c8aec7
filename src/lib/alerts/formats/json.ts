// An alert as plain JSON, for receivers of the user's own. docs/alert.schema.json is generated from here.

import * as z from 'zod/mini';
import { type Message, messageSchema } from '../alert.ts';
import { within } from './escape.ts';

/** What a receiver gets; members may be added, so a receiver ignores those that it does not know. */
export const alertMessageSchema = z.extend(z.object({ version: z.literal(1) }), {
  ...messageSchema.shape,
  title: messageSchema.shape.title.check(z.maxLength(256)),
  text: messageSchema.shape.text.check(z.maxLength(4000)),
});

/** The body for a receiver of plain JSON. */
export function json(message: Message): z.infer<typeof alertMessageSchema> {
  const { title, text } = message;
  return { version: 1, ...message, title: within(title, 256), text: within(text, 4000) };
}
