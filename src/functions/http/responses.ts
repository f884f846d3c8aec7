// The shapes of answers. Errors are problem details (RFC 9457).

import type { HttpResponseInit } from '@azure/functions';
import type { ConfigurationFault } from '../../lib/util/errors.ts';

type ResponseHeaders = Readonly<Record<string, string>>;

/** An answer that nobody keeps, or takes for something else. */
export function textOf(type: string, status: number, body: string, headers: ResponseHeaders) {
  return {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  };
}

export function json(status: number, body: unknown, headers: ResponseHeaders = {}): HttpResponseInit {
  return textOf('application/json', status, JSON.stringify(body), headers);
}

export function text(status: number, body: string, headers: ResponseHeaders = {}): HttpResponseInit {
  return textOf('text/plain; charset=utf-8', status, body, headers);
}

export interface Problem {
  readonly status: number;
  /** A few words, the same for every problem of this kind. */
  readonly title: string;
  /** What happened, to what, and what to do. */
  readonly detail: string;
  readonly headers?: Record<string, string>;
  /** What is wrong with the configuration. */
  readonly faults?: readonly ConfigurationFault[];
}

/** Problem details; `requestId` names the request in the log. */
export function problem({ headers, ...members }: Problem, requestId: string): HttpResponseInit {
  const instance = `urn:uuid:${requestId}`;
  const body = { type: 'about:blank', ...members, instance, requestId };
  return textOf('application/problem+json', members.status, JSON.stringify(body), {
    'x-request-id': requestId,
    ...headers,
  });
}
