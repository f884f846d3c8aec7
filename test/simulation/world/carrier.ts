// How a request gets to an emulator and its answer back: in this process, without a network, or over real
// TLS connections. Both carry the same bytes.

import { createDefaultHttpClient, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { Emulator, EmulatorAnswer } from '../../../local/emulators/emulator.ts';

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `dropped`: the connection broke. `no-answer`: nothing ever comes. */
type Carried = WireAnswer | 'dropped' | 'no-answer';
export type Carrier = (request: WireRequest) => Promise<Carried>;

/** Hands requests to emulators in this process. @param emulators by the origin of their URL. */
export function carryInProcess(emulators: ReadonlyMap<string, Pick<Emulator, 'answer'>>): Carrier {
  return async ({ method, url, headers, body }) => {
    const emulator = emulators.get(url.origin);
    if (emulator === undefined) throw new Error(`Nobody answers at ${url.origin}.`);
    const answer = await emulator.answer({ method, url, headers, body: Buffer.from(body) });
    return typeof answer === 'string' ? answer : wireAnswerOf(answer);
  };
}

/** An emulator's answer as it goes over the wire. */
export function wireAnswerOf(answer: EmulatorAnswer): WireAnswer {
  return { status: answer.status, headers: answer.headers ?? {}, body: textOf(answer) };
}

/** Sends requests over real connections, with the SDKs' own client. */
export function carryOverSockets(): Carrier {
  const client = createDefaultHttpClient();
  return async ({ method, url, headers, body }) => {
    try {
      const request = createPipelineRequest({
        url: url.href,
        // What came as a request's method goes out as one.
        method: method as 'GET',
        timeout: 0,
        ...(body === '' ? {} : { body }),
      });
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      const answer = await client.sendRequest(request);
      return {
        status: answer.status,
        headers: answer.headers.toJSON(),
        body: answer.bodyAsText ?? '',
      };
    } catch {
      return 'dropped';
    }
  };
}

function textOf({ body }: EmulatorAnswer): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
}
