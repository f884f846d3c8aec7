// What the commands say where something else than the app answers: one line with what to do, and the exit code.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { emptyFolder, expectNeverPrinted, numerai } from './command-line.ts';

const folder = emptyFolder();
const KEY = 'operator-key-that-nobody-sees';
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

async function elsewhere(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  return `http://localhost:${typeof address === 'object' ? address?.port : 0}`;
}

const page =
  (status: number, text = '<html><body>Web App - Unavailable</body></html>', headers = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(text);
  };
const problem = (detail: string): RequestListener =>
  page(400, JSON.stringify({ type: 'about:blank', title: 'Bad', status: 400, detail }));

test.each<[string, RequestListener, number, string]>([
  ['a page', page(200), 1, 'is not this app, or another version of it. Check the address'],
  ['JSON of something else', page(200, '{"ok":true}'), 1, 'is not this app'],
  ['nothing in the answer', page(200, ''), 1, 'is not this app'],
  ['404 in other words', page(404), 1, 'answered 404 to /api/status. Those are not the words of this app: check'],
  ['503 of the platform', page(503), 3, 'answered 503 to /api/status. Try again in a minute'],
  ['429', page(429), 3, 'answered 429 to /api/status. Try again in a minute'],
  ['a sign-in', page(302, '', { location: 'https://login.example/' }), 3, 'or to a sign-in'],
  ['a key that it refuses', page(401), 2, 'does not accept the one in OPERATOR_KEY'],
  ['characters that move the cursor', problem('\u001b[2Jno\u0007\nsuch'), 1, 'to /api/status: no such.'],
  ['a connection that is cut', (request) => void request.socket.destroy(), 3, 'does not answer'],
  [
    'an answer that is cut',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"at":', () => response.destroy());
    },
    3,
    'does not answer',
  ],
])('%s', async (_what, answer, code, says) => {
  const url = await elsewhere(answer);
  const ended = await numerai(['status', '--url', url], { OPERATOR_KEY: KEY }, { folder });
  expect(ended.err).toContain(says);
  expect(ended).toMatchObject({ code, out: '', err: expect.stringMatching(/^[^\p{Cc}]+\n$/u) });
});

test('the key is in none of it', () => expectNeverPrinted([KEY]));
