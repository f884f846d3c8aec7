// An alert as a receiver of plain JSON got it.

import type { Message } from '../../src/lib/alerts/alert.ts';
import { jsonSchema } from '../../src/lib/alerts/formats/json.ts';

/** The message in a body. Throws where it is not as docs/alert.schema.json says. */
export function messageIn(body: unknown): Message {
  const { type: kind, timestamp: at, data } = jsonSchema.parse(body);
  return { kind, at, ...data };
}
