// A receiver of the user's own, by Standard Webhooks: it takes what is signed with its key and was sent a moment ago.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Clock } from '../../../src/lib/util/clock.ts';
import type { EmulatorCall } from '../emulator.ts';
import { jsonBody, type Receiver, type Verdict } from './receiver.ts';

const bodySchema = z.strictObject({ type: z.string().min(1), timestamp: z.iso.datetime(), data: z.looseObject({}) });
/** A full stop would end it in what is signed. */
const headersSchema = z.object({
  'webhook-id': z.string().regex(/^[^.]+$/),
  'webhook-timestamp': z.string().regex(/^\d{1,12}$/),
  'webhook-signature': z.string(),
});

const TOLERANCE_MS = 5 * 60_000;

/** A receiver whose path ends in `secret`. @param key with `whsec_` before it. */
export function json(secret: string, key: string, clock: Clock): Receiver {
  const path = `/json/${secret}`;
  return {
    path,
    isMeant: (call) => call.url.pathname.startsWith('/json/'),
    receive: (call) => (call.url.pathname === path ? receive(call, key, clock.now()) : refuse(404, 'Not found.')),
    failureBody: ({ message }) => ({ error: message }),
  };
}

function receive(call: EmulatorCall, key: string, now: Date): Verdict {
  if (call.method !== 'POST') return refuse(405, 'Only POST is allowed.');
  const body = bodySchema.safeParse(jsonBody(call));
  if (!body.success) return refuse(400, 'The body must be JSON with `type`, `timestamp` and `data`.');
  const headers = headersSchema.safeParse(call.headers);
  if (!headers.success) return refuse(400, 'Missing required headers.');
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures } = headers.data;
  const sentAt = new Date(Number(seconds) * 1000);
  if (Math.abs(now.getTime() - sentAt.getTime()) > TOLERANCE_MS) return refuse(401, 'Message timestamp too old.');
  const expected = new Webhook(key).sign(id, sentAt, call.body.toString('utf8'));
  if (!signatures.split(' ').includes(expected)) return refuse(401, 'No matching signature found.');
  return { answer: { status: 200, body: { ok: true } }, text: JSON.stringify(body.data, null, 2) };
}

const refuse = (status: number, message: string): Verdict => ({
  answer: { status, body: { error: message } },
});
