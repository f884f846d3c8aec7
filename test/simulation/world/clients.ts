// The ways out that an instance of the app has, the SDKs' HTTP client and `fetch`, as one way to send.

import { createHttpHeaders, type HttpClient, type PipelineResponse, RestError } from '@azure/core-rest-pipeline';
import type { Carrier, WireAnswer, WireRequest } from './carrier.ts';

/** Rejects with {@link ConnectionBroken}, or with an `AbortError` where the caller stops waiting. */
export type Send = (request: WireRequest, signal: Signal | undefined) => Promise<WireAnswer>;

/** What the SDKs and the platform have in common. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}

export class ConnectionBroken extends Error {}

export function httpClientOver(send: Send): HttpClient {
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const { method, headers, body } = request;
      try {
        const answer = await send(
          {
            method,
            url: new URL(request.url),
            headers: headers.toJSON(),
            body: textOf(body),
          },
          request.abortSignal,
        );
        return {
          request,
          status: answer.status,
          headers: createHttpHeaders(answer.headers),
          bodyAsText: answer.body,
        };
      } catch (error) {
        if (!(error instanceof ConnectionBroken)) throw error;
        throw new RestError('socket hang up', { code: RestError.REQUEST_SEND_ERROR, request });
      }
    },
  };
}

/** Straight to the emulators, past the gate: for who looks on. */
export function httpClientPastTheGate(carrier: Carrier): HttpClient {
  return httpClientOver(async (request) => {
    const carried = await carrier(request);
    if (typeof carried === 'string') throw new ConnectionBroken();
    return carried;
  });
}

export function fetchOver(send: Send): typeof fetch {
  return async (input, init = {}) => {
    try {
      const { status, headers, body } = await send(
        {
          method: init.method ?? 'GET',
          url: new URL(input instanceof Request ? input.url : input),
          headers: Object.fromEntries(new Headers(init.headers)),
          body: textOf(init.body),
        },
        init.signal ?? undefined,
      );
      return new Response(body === '' ? null : body, { status, headers });
    } catch (error) {
      throw error instanceof ConnectionBroken ? new TypeError('fetch failed') : error;
    }
  };
}

/** The app and its SDKs send texts; anything else would be new. */
function textOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  throw new Error('A request body of a kind that is not known here.');
}
