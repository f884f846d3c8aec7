// Requests as no client sends them: written to a socket, byte by byte.

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Host } from '../../../local/host/host.ts';

export interface RawAnswer {
  /** Everything that came back, until the other side closed the connection. */
  readonly text: string;
  /** Of the first answer; NaN where there was none. */
  readonly status: number;
}

/** Sends lines of a head, and what follows it. With `half`, the connection is closed in this direction after that. */
export async function send(
  host: Pick<Host, 'url'>,
  head: readonly string[],
  { body = '', half = false }: { readonly body?: string; readonly half?: boolean } = {},
): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(host.url).port), allowHalfOpen: true });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  // A connection that is cut may be reset.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  const sent = `${head.join('\r\n')}\r\n\r\n${body}`;
  if (half) socket.end(sent, 'latin1');
  else socket.write(sent, 'latin1');
  await once(socket, 'close');
  return { text, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]) };
}
