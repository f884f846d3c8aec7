// Any other service that accepts a JSON object: a receiver of the user's own.

import type { EmulatorCall } from '../emulator.ts';
import { jsonBody, type Receiver, type Verdict } from './receiver.ts';

/** A receiver of plain JSON objects, whose path ends in `secret`. */
export function json(secret: string): Receiver {
  const path = `/json/${secret}`;
  return {
    path,
    isMeant: (call) => call.url.pathname.startsWith('/json/'),
    receive: (call) => (call.url.pathname === path ? receive(call) : refuse(404, 'Not found.')),
    failureBody: ({ message }) => ({ error: message }),
  };
}

function receive(call: EmulatorCall): Verdict {
  if (call.method !== 'POST') return refuse(405, 'Only POST is allowed.');
  const body = jsonBody(call);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(400, 'The body must be a JSON object with content type application/json.');
  }
  return { answer: { status: 200, body: { ok: true } }, text: JSON.stringify(body, null, 2) };
}

const refuse = (status: number, message: string): Verdict => ({
  answer: { status, body: { error: message } },
});
