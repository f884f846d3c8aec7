// The webhook of a Microsoft Teams workflow ("When a Teams webhook request is received"). The real one answers
// 202 to nearly everything, and the flow then fails where nobody looks; this one refuses at once what the flow
// could not post. The limits come from Teams' page on webhooks and the Adaptive Card schema 1.5.

import { z } from 'zod';
import type { EmulatorCall } from '../emulator.ts';
import { type Failure, jsonBody, lines, type Receiver, type Verdict } from './receiver.ts';

const WORKFLOW = '00000000000000000000000000000000';
const LARGEST_BYTES = 28 * 1024;

const textBlock = z.object({ type: z.literal('TextBlock'), text: z.string().min(1) });
const factSet = z.object({
  type: z.literal('FactSet'),
  facts: z.array(z.object({ title: z.string(), value: z.string() })).min(1),
});
/** Unlike text blocks and facts it is not read as Markdown. */
const richTextBlock = z.object({
  type: z.literal('RichTextBlock'),
  inlines: z.array(z.object({ type: z.literal('TextRun'), text: z.string().min(1) })).min(1),
});
const action = z.object({
  type: z.literal('Action.OpenUrl'),
  title: z.string().min(1),
  url: z.url(),
});
const actionSet = z.object({ type: z.literal('ActionSet'), actions: z.array(action).min(1) });
const simpleElement = z.discriminatedUnion('type', [textBlock, richTextBlock, factSet, actionSet]);
const container = z.object({
  type: z.literal('Container'),
  items: z.array(simpleElement).min(1),
});
const element = z.discriminatedUnion('type', [textBlock, richTextBlock, factSet, actionSet, container]);
const messageSchema = z.object({
  type: z.literal('message'),
  attachments: z
    .array(
      z.object({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null().optional(),
        content: z.object({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json').optional(),
          type: z.literal('AdaptiveCard'),
          version: z.enum(['1.0', '1.1', '1.2', '1.3', '1.4', '1.5']),
          body: z.array(element).min(1),
          actions: z.array(action).optional(),
        }),
      }),
    )
    .min(1),
});

type Element = z.infer<typeof element>;
type Action = z.infer<typeof action>;

/** Teams with one workflow, whose signature is `secret`. */
export function teams(secret: string): Receiver {
  const query = new URLSearchParams({
    'api-version': '1',
    sp: '/triggers/manual/run',
    sv: '1.0',
    sig: secret,
  });
  return {
    path: `/powerautomate/automations/direct/workflows/${WORKFLOW}/triggers/manual/paths/invoke?${query}`,
    isMeant: (call) => call.url.pathname.includes('/workflows/'),
    receive: (call) => receive(call, secret),
    failureBody,
  };
}

function receive(call: EmulatorCall, secret: string): Verdict {
  const { pathname, searchParams } = call.url;
  const id = /\/workflows\/([^/]+)\/triggers\/manual\/paths\/invoke\/?$/.exec(pathname)?.[1];
  if (call.method !== 'POST') return refuse(405, 'MethodNotAllowed', 'Only POST is allowed.');
  if (id !== WORKFLOW) {
    return refuse(404, 'WorkflowNotFound', `The workflow '${id ?? ''}' could not be found.`);
  }
  if (!searchParams.has('api-version')) {
    return refuse(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (searchParams.get('sig') !== secret) {
    return refuse(
      401,
      'DirectApiAuthorizationRequired',
      'The request must be authenticated only by Shared Access scheme.',
    );
  }
  if (call.body.length > LARGEST_BYTES) {
    return refuse(413, 'RequestEntityTooLarge', 'The message is larger than 28 KB.');
  }
  const message = messageSchema.safeParse(jsonBody(call));
  if (!message.success) {
    const reason = z.prettifyError(message.error);
    return refuse(400, 'TriggerInputSchemaMismatch', `The body is not an adaptive card: ${reason}`);
  }
  const cards = message.data.attachments.map(({ content }) => content);
  const text = lines(
    ...cards.flatMap((card) => [...card.body.flatMap(textsOf), ...(card.actions ?? []).map(textOfAction)]),
  );
  return { answer: { status: 202 }, text };
}

function textsOf(part: Element): string[] {
  switch (part.type) {
    case 'TextBlock':
      return [part.text];
    case 'RichTextBlock':
      return [part.inlines.map((run) => run.text).join('')];
    case 'FactSet':
      return part.facts.map((fact) => `${fact.title}: ${fact.value}`);
    case 'ActionSet':
      return part.actions.map(textOfAction);
    case 'Container':
      return part.items.flatMap(textsOf);
  }
}

const textOfAction = (button: Action): string => `${button.title}: ${button.url}`;
const failureBody = ({ code, message }: Failure): object => ({ error: { code, message } });
const refuse = (status: number, code: string, message: string): Verdict => ({
  answer: { status, body: { error: { code, message } } },
});
