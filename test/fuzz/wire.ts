// One request over a socket of its own, byte for byte as it is given: what no HTTP client would send can be sent as well.

import { connect } from 'node:net';

export interface WireRequest {
  readonly method: string;
  /** Path and query, as they stand in the request line. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export interface WireAnswer {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  /** Names in lower case, one a line. */
  readonly head: string;
  readonly body: string;
}

/** What is sent: the length of the body is added, and the connection ends with the answer. */
export function bytesOf({ method, path, headers, body }: WireRequest): Buffer {
  const lines = [...headers, ['connection', 'close'], ['content-length', String(body.length)]];
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** @returns null where there is no end of the answer within `withinMs`. */
export function send(url: string, request: WireRequest, withinMs: number): Promise<WireAnswer | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    const timer = setTimeout(() => {
      resolve(null);
      socket.destroy();
    }, withinMs);
    const end = () => {
      clearTimeout(timer);
      resolve(read(Buffer.concat(parts).toString('utf8')));
      socket.destroy();
    };
    socket.on('data', (part) => parts.push(part));
    // A server that refuses early resets the connection while the rest of the body is on its way.
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytesOf(request));
  });
}

function read(text: string): WireAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const isChunked = /\r\ntransfer-encoding: chunked/i.test(head);
  const body = rest.join('\r\n\r\n');
  // The sizes of chunks stand between them, and could hide what goes over their border.
  return { status, head: head.toLowerCase(), body: isChunked ? body.replace(/(^|\r\n)[0-9a-f]+\r\n/g, '') : body };
}
