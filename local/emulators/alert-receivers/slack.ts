// Slack's incoming webhooks. The limits come from its reference of Block Kit. The answers are single words of
// plain text, as listed on its page on incoming webhooks.

import { z } from 'zod';
import type { EmulatorCall } from '../emulator.ts';
import { type Failure, jsonBody, lines, type Receiver, type Verdict } from './receiver.ts';

const TEAM = 'T00000000';
const SERVICE = 'B00000000';

const textObject = (longest: number) =>
  z
    .object({
      type: z.enum(['plain_text', 'mrkdwn']),
      text: z.string().min(1).max(longest),
      emoji: z.boolean().optional(),
      verbatim: z.boolean().optional(),
    })
    .strict()
    .refine((object) => object.type === 'plain_text' || object.emoji === undefined);
const plainText = (longest: number) => textObject(longest).refine((object) => object.type === 'plain_text');
const blockId = { block_id: z.string().max(255).optional() };

const button = z
  .object({
    type: z.literal('button'),
    text: plainText(75),
    action_id: z.string().max(255).optional(),
    url: z.url().max(3000).optional(),
    value: z.string().max(2000).optional(),
    style: z.enum(['primary', 'danger']).optional(),
  })
  .strict();
const blockSchema = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('section'),
      text: textObject(3000).optional(),
      fields: z.array(textObject(2000)).min(1).max(10).optional(),
      accessory: button.optional(),
      expand: z.boolean().optional(),
      ...blockId,
    })
    .strict()
    .refine((block) => block.text !== undefined || block.fields !== undefined),
  z.object({ type: z.literal('header'), text: plainText(150), ...blockId }).strict(),
  z.object({ type: z.literal('divider'), ...blockId }).strict(),
  z
    .object({
      type: z.literal('context'),
      elements: z.array(textObject(2000)).min(1).max(10),
      ...blockId,
    })
    .strict(),
  z
    .object({
      type: z.literal('actions'),
      elements: z.array(button).min(1).max(25),
      ...blockId,
    })
    .strict(),
]);
const blocksSchema = z.array(blockSchema).max(50);
const messageSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z
    .array(z.object({ text: z.string().optional() }))
    .max(100)
    .optional(),
});

type Block = z.infer<typeof blockSchema>;

/** Slack with one incoming webhook, whose last part is `secret`. */
export function slack(secret: string): Receiver {
  return {
    path: `/services/${TEAM}/${SERVICE}/${secret}`,
    isMeant: (call) => call.url.pathname.startsWith('/services/'),
    receive: (call) => receive(call, secret),
    failureBody,
  };
}

function receive(call: EmulatorCall, secret: string): Verdict {
  const [, , team, service, token, ...rest] = call.url.pathname.split('/');
  if (call.method !== 'POST') return say(400, 'invalid_payload');
  if (team !== TEAM) return say(404, 'no_team');
  if (service !== SERVICE || rest.length > 0) return say(404, 'no_service');
  if (token !== secret) return say(403, 'invalid_token');
  const message = messageSchema.safeParse(jsonBody(call));
  if (!message.success) return say(400, 'invalid_payload');
  const { text, blocks: unread, attachments } = message.data;
  const blocks = blocksSchema.safeParse(unread ?? []);
  if (!blocks.success) return say(400, 'invalid_blocks');
  if (!text && blocks.data.length === 0 && !attachments?.length) return say(400, 'no_text');
  const shown = blocks.data.length > 0 ? blocks.data.flatMap(textsOf) : [text];
  return { ...say(200, 'ok'), text: lines(...shown, ...(attachments ?? []).map((a) => a.text)) };
}

function textsOf(block: Block): (string | undefined)[] {
  switch (block.type) {
    case 'section':
      return [block.text?.text, ...(block.fields ?? []).map((field) => field.text)];
    case 'header':
      return [block.text.text];
    case 'divider':
      return [];
    case 'context':
      return block.elements.map((element) => element.text);
    case 'actions':
      return block.elements.map((element) => lines(element.text.text, element.url));
  }
}

const failureBody = ({ status }: Failure): string => (status === 429 ? 'rate_limited' : 'rollup_error');
const say = (status: number, body: string): Verdict => ({
  answer: { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body },
});
