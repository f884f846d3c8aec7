// An alert as plain JSON, for receivers of the user's own. docs/alert.schema.json is generated from here.

import * as z from 'zod/mini';
import { PROBLEM_KINDS } from '../alert.ts';
import type { Message } from '../message.ts';
import { within } from './escape.ts';

const described = (description: string) => z.meta({ description });

/** What a receiver gets; members may be added, so a receiver ignores those that it does not know. */
export const alertMessageSchema = z.object({
  version: z.literal(1),
  id: z
    .string()
    .check(
      described(
        'Names the event. A message that arrives twice, after a lost answer, has the same.',
      ),
    ),
  kind: z.enum([...PROBLEM_KINDS, 'back-to-normal']),
  severity: z.enum(['problem', 'warning', 'normal']),
  at: z.string().check(described('When the app noticed, ISO 8601 in UTC.')),
  title: z.string().check(z.maxLength(256), described('One line for a person.')),
  text: z.string().check(z.maxLength(4000), described('A few sentences for a person.')),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  links: z.array(z.object({ title: z.string(), url: z.string() })),
  model: z.nullable(z.string()),
  round: z.nullable(z.number()),
  runId: z.nullable(z.string()),
});

/** The body for a receiver of plain JSON. */
export function json(message: Message): z.infer<typeof alertMessageSchema> {
  const { at, title, text, facts, links, ...rest } = message;
  return {
    version: 1,
    ...rest,
    at: at.toISOString(),
    title: within(title, 256),
    text: within(text, 4000),
    facts: [...facts],
    links: [...links],
  };
}
