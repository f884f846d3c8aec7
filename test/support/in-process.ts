// Carries the app's requests to emulators in the same process, without a network, and knows how many are
// under way: so a simulation can move its clock when, and only when, everybody waits for the clock.

import {
  createHttpHeaders,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { EmulatorAnswer, EmulatorCall } from '../../local/emulators/emulator.ts';
import type { HttpClient } from '../../src/lib/azure/sdk-types.ts';

type Request = Pick<EmulatorCall, 'method' | 'url' | 'headers' | 'body'>;
/** As `Emulator.answer`. */
export type Answerer = (request: Request) => Promise<EmulatorAnswer | 'no-answer' | 'dropped'>;

export interface InProcess {
  readonly httpClient: HttpClient;
  readonly fetch: typeof fetch;
  /** Requests that have not been answered yet. */
  readonly pending: number;
}

/** @param routes by origin: `https://localhost:1234`. */
export function connectInProcess(routes: ReadonlyMap<string, Answerer>): InProcess {
  let pending = 0;
  const send = async (request: Request): Promise<EmulatorAnswer> => {
    const answerer = routes.get(request.url.origin);
    if (answerer === undefined) throw new Error(`Nobody answers at ${request.url.origin}.`);
    pending += 1;
    try {
      const answer = await answerer(request);
      if (typeof answer === 'string') throw new TypeError('fetch failed');
      return answer;
    } finally {
      pending -= 1;
    }
  };
  const httpClient: HttpClient = {
    async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      pending += 1;
      try {
        const answer = await send({
          method: request.method,
          url: new URL(request.url),
          headers: request.headers.toJSON(),
          body: await bodyOf(request.body),
        });
        return {
          request,
          status: answer.status,
          headers: createHttpHeaders({ ...answer.headers }),
          bodyAsText: textOf(answer),
        };
      } finally {
        pending -= 1;
      }
    },
  };
  return {
    httpClient,
    async fetch(input, init = {}) {
      const answer = await send({
        method: init.method ?? 'GET',
        url: new URL(String(input)),
        headers: Object.fromEntries(new Headers(init.headers)),
        body: Buffer.from(typeof init.body === 'string' ? init.body : ''),
      });
      return new Response(textOf(answer) || null, {
        status: answer.status,
        headers: { ...answer.headers },
      });
    },
    get pending() {
      return pending;
    },
  };
}

/** The SDKs give texts, bytes, streams, and functions that make streams. */
async function bodyOf(body: unknown): Promise<Buffer> {
  const value: unknown = typeof body === 'function' ? body() : body;
  if (value === undefined || value === null) return Buffer.alloc(0);
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  const chunks: Uint8Array[] = [];
  if (typeof value === 'object' && Symbol.asyncIterator in value) {
    // A stream of bytes or text, as Node.js has them.
    for await (const chunk of value as AsyncIterable<Uint8Array | string>)
      chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return Buffer.concat(chunks);
  }
  throw new Error('A request body of a kind that is not known here.');
}

function textOf({ body }: EmulatorAnswer): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
}
