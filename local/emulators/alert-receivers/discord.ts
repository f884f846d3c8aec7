// Discord's "Execute Webhook". The limits come from its documentation of the webhook and the message resource
// ("Embed Limits"). Lengths are counted in UTF-16 units, the stricter of the two ways in use.

import { z } from 'zod';
import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';
import { type Failure, jsonBody, lines, type Receiver, type Verdict } from './receiver.ts';

const ID = '1399999999999999999';
const EMBED_CHARACTERS = 6000;

const link = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//);
const embedSchema = z.object({
  title: z.string().max(256).optional(),
  description: z.string().max(4096).optional(),
  url: link.optional(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  color: z.number().int().min(0).max(0xff_ff_ff).optional(),
  footer: z.object({ text: z.string().max(2048) }).optional(),
  author: z.object({ name: z.string().max(256), url: link.optional() }).optional(),
  fields: z
    .array(
      z.object({
        name: z.string().min(1).max(256),
        value: z.string().min(1).max(1024),
        inline: z.boolean().optional(),
      }),
    )
    .max(25)
    .optional(),
});
const messageSchema = z.object({
  content: z.string().max(2000).nullish(),
  username: z.string().min(1).max(80).nullish(),
  avatar_url: link.nullish(),
  tts: z.boolean().optional(),
  embeds: z.array(embedSchema).max(10).nullish(),
  allowed_mentions: z.object({ parse: z.array(z.enum(['roles', 'users', 'everyone'])) }).optional(),
  flags: z.number().int().optional(),
});

type Embed = z.infer<typeof embedSchema>;

/** Discord with one webhook, whose token is `secret`. */
export function discord(secret: string): Receiver {
  return {
    path: `/api/webhooks/${ID}/${secret}`,
    isMeant: (call) => /^\/api\/(v\d+\/)?webhooks\//.test(call.url.pathname),
    receive: (call) => receive(call, secret),
    failureBody,
  };
}

function receive(call: EmulatorCall, secret: string): Verdict {
  const [id, token] = call.url.pathname.split('/').slice(-2);
  if (call.method !== 'POST') return refuse(405, 0, '405: Method Not Allowed');
  if (id !== ID) return refuse(404, 10015, 'Unknown Webhook');
  if (token !== secret) return refuse(401, 50027, 'Invalid Webhook Token');
  const body = jsonBody(call);
  if (body === undefined) return refuse(400, 50109, 'The request body contains invalid JSON.');
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) return refuseForm(parsed.error.issues);
  const { content, embeds } = parsed.data;
  if (!content && !embeds?.length) return refuse(400, 50006, 'Cannot send an empty message');
  const texts = (embeds ?? []).map(textsOf);
  if (texts.flat().join('').length > EMBED_CHARACTERS) {
    return refuseForm([
      {
        path: ['embeds'],
        code: 'MAX_EMBED_SIZE_EXCEEDED',
        message: `Embed size exceeds maximum size of ${EMBED_CHARACTERS}`,
      },
    ]);
  }
  return { answer: { status: 204 }, text: lines(content ?? undefined, ...texts.flat()) };
}

const textsOf = (embed: Embed): string[] =>
  [
    embed.author?.name,
    embed.title,
    embed.description,
    ...(embed.fields ?? []).flatMap((field) => [field.name, field.value]),
    embed.footer?.text,
  ].filter((text) => text !== undefined);

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'> & {
  readonly code?: string;
  readonly maximum?: number | bigint;
};

/** Discord's nested list of the errors in a form. */
function refuseForm(issues: readonly Issue[]): Verdict {
  const errors: Record<string, unknown> = {};
  for (const issue of issues) {
    let place = errors;
    for (const key of issue.path) {
      const next = place[String(key)] ?? {};
      place[String(key)] = next;
      // Only objects have been put in.
      place = next as Record<string, unknown>;
    }
    const { maximum } = issue;
    place._errors = [
      issue.code === 'too_big' && maximum !== undefined
        ? { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${maximum} or fewer in length.` }
        : {
            code: issue.code === 'MAX_EMBED_SIZE_EXCEEDED' ? issue.code : 'BASE_TYPE_BAD_VALUE',
            message: issue.message,
          },
    ];
  }
  return { answer: answer(400, { message: 'Invalid Form Body', code: 50035, errors }) };
}

function failureBody({ status, message, retryAfterSeconds }: Failure): object {
  return status === 429
    ? {
        message: 'You are being rate limited.',
        retry_after: retryAfterSeconds ?? 1,
        global: false,
      }
    : { message, code: 0 };
}

const answer = (status: number, body: object): EmulatorAnswer => ({ status, body });
const refuse = (status: number, code: number, message: string): Verdict => ({
  answer: answer(status, { message, code }),
});
