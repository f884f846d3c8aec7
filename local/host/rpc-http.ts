// Converts between Node's HTTP and the form in which the real host and worker exchange requests and responses
// (RpcHttp, with the capabilities RpcHttpBodyOnly, RawHttpBodyBytes and nullable values).

import type { ServerResponse } from 'node:http';
import type { RpcCookie, RpcHttp, TypedData } from './core-api.ts';

/** The server itself sets the hop-by-hop headers and the length. */
const SERVER_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);
const SAME_SITE = { lax: 'lax', strict: 'strict', explicitNone: 'none', none: undefined } as const;

export function toRpcRequest(
  request: { method: string; url: URL; headers: NodeJS.ReadOnlyDict<string | readonly string[]>; body: Buffer },
  params: Readonly<Record<string, string>>,
): RpcHttp {
  const { searchParams } = request.url;
  return {
    method: request.method,
    url: request.url.href,
    // What comes several times is one, joined by commas; what is empty is there, and empty.
    nullableHeaders: nullable(joined(Object.entries(request.headers))),
    nullableParams: nullable(params),
    nullableQuery: nullable(joined([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]))),
    ...(request.body.length === 0 ? {} : { body: { bytes: request.body } }),
  };
}

const joined = (
  values: readonly (readonly [string, string | readonly string[] | undefined])[],
): Record<string, string> => Object.fromEntries(values.map(([name, texts = []]) => [name, [texts].flat().join(',')]));

const nullable = (values: Readonly<Record<string, string>>): Record<string, { value: string }> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

/** Sends what a function returned. If it returned nothing, the answer is 204, as in the real host. */
export function sendRpcResponse(
  response: ServerResponse,
  returned: TypedData | null | undefined,
  customHeaders: Readonly<Record<string, string>>,
): number {
  for (const [name, value] of Object.entries(customHeaders)) response.setHeader(name, value);
  const http = returned?.http;
  if (http === undefined) {
    response.writeHead(204).end();
    return 204;
  }
  for (const [name, value] of Object.entries(http.headers ?? {})) {
    if (!SERVER_HEADERS.has(name.toLowerCase())) response.setHeader(name, value);
  }
  if (http.cookies !== undefined && http.cookies.length > 0)
    response.appendHeader('set-cookie', http.cookies.map(formatCookie));
  const status = Number(http.statusCode ?? 200);
  const body = Buffer.from(http.body?.bytes ?? http.body?.string ?? http.body?.json ?? '');
  const bodiless = status === 204 || status === 304;
  if (!bodiless) response.setHeader('content-length', body.length);
  response.writeHead(status).end(bodiless ? undefined : body);
  return status;
}

/** As ASP.NET Core writes it (SetCookieHeaderValue): a cookie is for the whole app, unless it says for what part of it. */
function formatCookie(cookie: RpcCookie): string {
  const expires = cookie.expires?.value?.seconds;
  const maxAge = cookie.maxAge?.value;
  const domain = cookie.domain?.value;
  const path = cookie.path?.value ?? '/';
  const sameSite = SAME_SITE[cookie.sameSite ?? 'none'];
  return [
    `${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`,
    expires === undefined ? [] : `expires=${new Date(expires * 1000).toUTCString()}`,
    maxAge === undefined ? [] : `max-age=${Math.trunc(maxAge)}`,
    domain === undefined || domain === '' ? [] : `domain=${domain}`,
    path === '' ? [] : `path=${path}`,
    cookie.secure?.value === true ? 'secure' : [],
    sameSite === undefined ? [] : `samesite=${sameSite}`,
    cookie.httpOnly?.value === true ? 'httponly' : [],
  ]
    .flat()
    .join('; ');
}
