// What the host makes of a request before a function sees it: as the real host, whose server is Kestrel.

import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../local/host/host.ts';
import { send } from './raw-request.ts';
import { hostsForTests } from './setup.ts';

const hosts = hostsForTests();
let host: Host;

beforeAll(async () => {
  host = await hosts.start();
});

const get = (path: string, ...headers: string[]) =>
  send(host, [`GET ${path} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers]);
/** What the function saw of the request. */
const seen = (text: string) => JSON.parse(text.slice(text.indexOf('\r\n\r\n')));

describe('a body', () => {
  const chunked = ['content-type: application/json', 'transfer-encoding: chunked'];
  const post = ['POST /api/echo HTTP/1.1', 'host: localhost'];

  test('that comes in chunks is dropped, and the next request of the connection is read', async () => {
    const next = 'GET /api/echo/next HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    const { text } = await send(host, [...post, ...chunked], { body: `5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n${next}` });
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(text).toContain('"body":""');
    expect(text).toContain('"transfer-encoding":"chunked"');
    expect(text).toContain('"model":"next"');
  });

  test('that is shorter than announced cuts the connection; no function is called', async () => {
    const before = host.output.length;
    const { text } = await send(host, [...post, 'content-length: 100'], { body: '{"a":1}', half: true });
    expect(text).toBe('');
    expect((await get('/api/echo')).status).toBe(200);
    expect(host.output.slice(before).filter((line) => line.includes("Executing 'Functions.echo'"))).toHaveLength(1);
  });

  test('of more than 100 MB is answered 500', async () => {
    const answer = await send(host, [...post, 'connection: close', `content-length: ${100 * 1024 * 1024 + 1}`]);
    expect(answer.status).toBe(500);
  });
});

describe('a head', () => {
  test('has a request line of 8 KB at most', async () => {
    const rest = 'GET /api/echo?x= HTTP/1.1\r\n'.length;
    const path = (length: number) => `/api/echo?x=${'y'.repeat(length - rest)}`;
    expect((await get(path(8 * 1024))).status).toBe(200);
    expect((await get(path(8 * 1024 + 1))).status).toBe(414);
    expect((await get(path(100 * 1024))).status).toBe(414);
  });

  test('has 32 KB of header lines at most, and 100 of them', async () => {
    expect((await get('/api/echo', `x-long: ${'y'.repeat(30 * 1024)}`)).status).toBe(200);
    expect((await get('/api/echo', `x-long: ${'y'.repeat(33 * 1024)}`)).status).toBe(431);
    expect((await get('/api/echo', ...Array(4).fill(`x-long: ${'y'.repeat(9 * 1024)}`))).status).toBe(431);
    const many = (count: number) => Array.from({ length: count - 2 }, (_, index) => `x-${index}: y`);
    expect((await get('/api/echo', ...many(100))).status).toBe(200);
    expect((await get('/api/echo', ...many(101))).status).toBe(431);
  });

  test('may expect what nobody knows', async () => {
    expect((await get('/api/echo', 'expect: the unexpected')).status).toBe(200);
  });

  test('has a header that is empty, and one list of a header that comes twice', async () => {
    const { text } = await get(
      '/api/echo',
      'x-empty:',
      'x-twice: a',
      'x-twice: b',
      'content-type: a',
      'content-type: b',
    );
    expect(seen(text).headers).toMatchObject({ 'x-empty': '', 'x-twice': 'a,b', 'content-type': 'a,b' });
  });
});

describe('an address', () => {
  test.each(['%', '%zz', '%4', 'a%2', '%00', 'a%20%'])('with %s in its path is answered 400', async (part) => {
    expect((await get(`/api/echo/${part}`)).status).toBe(400);
    expect((await get(`/nowhere/${part}`)).status).toBe(400);
  });

  test.each([
    ['/api/echo/a%20b', 'a b'],
    ['/api/echo/%C3%A4', 'ä'],
    ['/api/echo/a%ffb', 'a%ffb'],
    ['/api/echo/a%2Fb%2fc', 'a%2Fb%2fc'],
    ['/api/echo/a%252Fb', 'a%2Fb'],
  ])('%s has the parameter %s', async (path, model) => {
    expect(seen((await get(path)).text).params).toEqual({ model });
  });

  test('may have any percent sign in its query', async () => {
    expect(seen((await get('/api/echo?a=%zz&b=%')).text).query).toEqual({ a: '%zz', b: '%' });
  });

  test('is all path after its first slash', async () => {
    expect((await get('//api/echo')).status).toBe(404);
    expect((await get('//localhost/api/echo')).status).toBe(404);
    expect((await get('/\xe4')).status).toBe(400);
    expect((await get('*')).status).toBe(400);
  });

  test('may name the host, where that is the one of the header', async () => {
    expect((await get('http://localhost/api/echo/whole')).text).toContain('"url":"http://localhost/api/echo/whole"');
    expect((await get('http://other.example/api/echo')).status).toBe(400);
  });

  test.each([
    ...['', 'a b', '[', '[::1', '[::1]x', ':80', 'a:b', 'a:', 'a/b', 'a@b', 'a?b', 'a#b', 'a\\b', '\xe4', 'a,b', '<a>'],
    ...['localhost:99999', '1.2.3.4.5', '[1:2]'],
  ])('with the host %j is answered 400', async (name) => {
    const answer = await send(host, ['GET /api/echo HTTP/1.1', `host: ${name}`, 'connection: close']);
    expect(answer.status).toBe(400);
  });

  test('has one host', async () => {
    expect((await get('/api/echo', 'host: localhost')).status).toBe(400);
    expect((await send(host, ['GET /api/echo HTTP/1.1', 'connection: close'])).status).toBe(400);
    expect((await send(host, ['GET /api/echo HTTP/1.0'])).status).toBe(200);
    for (const name of ['my_host.example', '[::1]:7071', '127.0.0.1:80']) {
      const { text } = await send(host, ['GET /api/echo HTTP/1.1', `host: ${name}`, 'connection: close']);
      expect(seen(text).headers.host).toBe(name);
    }
  });

  test.each([
    ['https', 'https:'],
    ['HTTPS', 'https:'],
    ['http', 'http:'],
    ['https, http', 'http:'],
    ['javascript', 'http:'],
    ['', 'http:'],
  ])('was reached by what X-Forwarded-Proto says: %s', async (forwarded, protocol) => {
    const { text } = await get('/api/echo', `x-forwarded-proto: ${forwarded}`);
    expect(new URL(seen(text).url).protocol).toBe(protocol);
  });
});

test('the start page is HTML', async () => {
  const page = await fetch(`${host.url}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
  expect(await page.text()).toContain('Your Functions 4.0 app is up and running');
});
