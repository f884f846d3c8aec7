// Converts between Node's HTTP and the form in which the real host and worker exchange requests and responses
// (RpcHttp, with the capabilities RpcHttpBodyOnly, RawHttpBodyBytes and nullable values).

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RpcCookie, RpcHttp, TypedData } from './core-api.ts';

/** The real host's limit, set for Kestrel: 100 MB. */
const LARGEST_BODY_BYTES = 104_857_600;

/** The server itself sets the hop-by-hop headers and the length. */
const SERVER_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);
const SAME_SITE = { lax: 'lax', strict: 'strict', explicitNone: 'none', none: undefined } as const;

/** The body; undefined if it exceeds the limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function toRpcRequest(
  request: { method: string; url: URL; headers: IncomingMessage['headers']; body: Buffer },
  params: Readonly<Record<string, string>>,
): RpcHttp {
  const query: Record<string, string> = {};
  for (const name of new Set(request.url.searchParams.keys())) {
    // The real host passes repeated parameters as one, joined by commas.
    query[name] = request.url.searchParams.getAll(name).join(',');
  }
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ]);
  return {
    method: request.method,
    url: request.url.href,
    nullableHeaders: nullable(Object.fromEntries(headers.filter(([, value]) => value !== ''))),
    nullableParams: nullable(params),
    nullableQuery: nullable(query),
    ...(request.body.length === 0 ? {} : { body: { bytes: request.body } }),
  };
}

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

function formatCookie(cookie: RpcCookie): string {
  const expires = cookie.expires?.value?.seconds;
  const maxAge = cookie.maxAge?.value;
  const sameSite = SAME_SITE[cookie.sameSite ?? 'none'];
  return [
    `${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`,
    expires === undefined ? [] : `expires=${new Date(expires * 1000).toUTCString()}`,
    maxAge === undefined ? [] : `max-age=${maxAge}`,
    cookie.domain === undefined ? [] : `domain=${cookie.domain}`,
    cookie.path === undefined ? [] : `path=${cookie.path}`,
    cookie.secure?.value === true ? 'secure' : [],
    sameSite === undefined ? [] : `samesite=${sameSite}`,
    cookie.httpOnly?.value === true ? 'httponly' : [],
  ]
    .flat()
    .join('; ');
}
