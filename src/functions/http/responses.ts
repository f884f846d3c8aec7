// The shapes of answers. Errors are problem details (RFC 9457).

import type { HttpResponseInit } from '@azure/functions';

/** An answer of JSON, which nobody keeps. */
export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer of plain text, which nobody keeps or takes for something else. */
export function text(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): HttpResponseInit {
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  };
}

export interface Problem {
  readonly status: number;
  /** A few words, the same for every problem of this kind. */
  readonly title: string;
  /** What happened, to what, and what to do. */
  readonly detail: string;
  readonly headers?: Record<string, string>;
  /** Members beyond RFC 9457's. */
  readonly extra?: Record<string, unknown>;
}

/** Problem details; `requestId` names the request in the log. */
export function problem(
  { status, title, detail, headers, extra }: Problem,
  requestId: string,
): HttpResponseInit {
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...headers,
    },
    body: JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail,
      instance: `urn:uuid:${requestId}`,
      requestId,
      ...extra,
    }),
  };
}
