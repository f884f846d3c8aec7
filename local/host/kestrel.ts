// What Kestrel, the HTTP server of the real host, makes of a request before anything else sees it: its limits, the
// address, the body. The limits are Kestrel's defaults (dotnet/aspnetcore, KestrelServerLimits), but for the size of
// bodies, which the host raises to 100 MB.

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Node's own limit on headers, far above Kestrel's: which of its limits was exceeded is decided here. */
export const NODE_HEADER_BYTES = 1024 * 1024;

const REQUEST_LINE_BYTES = 8 * 1024;
const HEADERS_TOTAL_BYTES = 32 * 1024;
const HEADERS = 100;
const BODY_BYTES = 104_857_600;
/** A body that comes more slowly, once it has had some time, is given up. */
const BODY_BYTES_PER_SECOND = 240;
const BODY_GRACE_SECONDS = 5;

/** A name or an IPv4 address, or an IPv6 address; and a port (HttpUtilities.IsHostHeaderValid). */
const HOST = /^(?:[\w!$&'()\-.~]+|\[[\da-f:.]{3,}\])(?::\d+)?$/i;

/** The status with which a request is refused that no function may see; null where nothing is wrong with it. */
export function refusalOf(request: IncomingMessage): 400 | 414 | 431 | null {
  const { method = '', url = '', httpVersion, rawHeaders } = request;
  if (`${method} ${url} HTTP/${httpVersion}\r\n`.length > REQUEST_LINE_BYTES) return 414;
  // Names and values by turns; ": " and a line's end between them.
  const total = rawHeaders.reduce((bytes, text) => bytes + text.length + 2, 0);
  if (total > HEADERS_TOTAL_BYTES || rawHeaders.length / 2 > HEADERS) return 431;
  return originOf(request) === null || !isPath(url, request.headers.host) ? 400 : null;
}

/** The address that the request was sent to, as functions see it; null where it is not a valid one. */
export function urlOf(request: IncomingMessage): URL | null {
  const origin = originOf(request);
  // Joined and not resolved: of `//other/path`, all is the path.
  return origin === null ? null : URL.parse(`${origin}${pathOf(request.url ?? '/')}`);
}

/** On Azure the front end speaks TLS, and says so in a header (AppServiceHeaderFixupMiddleware). */
function originOf({ headers, headersDistinct, httpVersion }: IncomingMessage): string | null {
  const hosts = headersDistinct.host ?? (httpVersion === '1.0' ? ['localhost'] : []);
  const [host = ''] = hosts;
  const scheme = headers['x-forwarded-proto']?.toString().toLowerCase() === 'https' ? 'https' : 'http';
  return hosts.length === 1 && HOST.test(host) && URL.canParse(`${scheme}://${host}`) ? `${scheme}://${host}` : null;
}

/** What a client, such as one that takes this for its proxy, sends before the path. */
const ORIGIN = /^https?:\/\/(?<host>[^/?]*)(?=[/?]|$)/i;

const pathOf = (target: string): string => target.replace(ORIGIN, '') || '/';

/** Whether all of it is ASCII, every percent sign of the path begins an octet, none of them null, and the host is the header's. */
function isPath(target: string, host: string | undefined): boolean {
  const [path = ''] = pathOf(target).split('?');
  const named = ORIGIN.exec(target)?.groups?.host ?? host;
  return named === host && path.startsWith('/') && /^[!-~]*$/.test(target) && !/%(?![\da-f]{2})|%00/i.test(path);
}

/** The body was larger than the host takes. */
export class BodyTooLargeError extends Error {}

/**
 * Reads the body to its end.
 * @throws {BodyTooLargeError} where it is too large; another error where it ended too early, or was too slow.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) throw new BodyTooLargeError();
  const chunks: Buffer[] = [];
  let size = 0;
  let seconds = 0;
  const pace = setInterval(() => {
    seconds += 1;
    if (seconds > BODY_GRACE_SECONDS && size < seconds * BODY_BYTES_PER_SECOND) request.destroy();
  }, 1000);
  try {
    for await (const chunk of request) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > BODY_BYTES) throw new BodyTooLargeError();
      chunks.push(bytes);
    }
  } finally {
    clearInterval(pace);
  }
  return Buffer.concat(chunks);
}

/** Whether a function is given the body: one that comes in chunks, without a length, is dropped (GrpcMessageConversionExtensions). */
export const hasLength = (request: IncomingMessage): boolean => Number(request.headers['content-length'] ?? 0) > 0;

/** Answers what is no HTTP. A body that is shorter than announced gets no answer: the connection is cut. */
export function answerBroken(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'HPE_INVALID_EOF_STATE' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
