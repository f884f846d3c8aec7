import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, type HostOptions, startHost } from '../../../local/host/host.ts';
import { buildHostApp, HOST_APP } from '../../fixtures/host-app.ts';

/** The fixture, built, in a folder of this file's own. */
let appFolder: string;
const hosts: Host[] = [];

beforeAll(async () => {
  appFolder = await buildHostApp();
});

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.kill()));
  await rm(appFolder, { recursive: true, force: true });
});

async function start(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await startHost({
    appFolder,
    environment: { EVERY_SECOND: '* * * * * *', SHOWN: 'to the app' },
    ...options,
  });
  hosts.push(host);
  return host;
}

const get = (host: Host, path: string, init?: RequestInit) => fetch(`${host.url}${path}`, init);
const getJson = async (host: Host, path: string, init?: RequestInit) =>
  (await get(host, path, init)).json();

describe('a request', () => {
  let host: Host;
  beforeAll(async () => {
    host = await start();
  });

  test('reaches its function with method, parameters, query, headers and body', async () => {
    const seen = await getJson(host, '/api/echo/big%20model?a=1&a=2&b=x%26y', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-own': 'ä'.normalize('NFC') },
      body: '{"roundNumber":"1"}',
    });
    expect(seen).toMatchObject({
      function: 'echo',
      method: 'POST',
      url: `${host.url}/api/echo/big%20model?a=1&a=2&b=x%26y`,
      params: { model: 'big model' },
      query: { a: '1,2', b: 'x&y' },
      headers: { 'content-type': 'application/json', host: new URL(host.url).host },
      body: '{"roundNumber":"1"}',
    });
  });

  test('may leave an optional parameter out, with or without the slash', async () => {
    expect(await getJson(host, '/api/echo')).toMatchObject({ function: 'echo', params: {} });
    expect(await getJson(host, '/api/ECHO/')).toMatchObject({ function: 'echo', params: {} });
  });

  test('is matched by constraints and catch-alls', async () => {
    expect(await getJson(host, '/api/items/12')).toMatchObject({ params: { id: '12' } });
    expect(await getJson(host, '/api/items/abc')).toMatchObject({ params: { name: 'abc' } });
    expect((await get(host, '/api/items/abcdef')).status).toBe(404);
    expect(await getJson(host, '/api/files/a/b%2Fc')).toMatchObject({
      params: { path: 'a/b%2Fc' },
    });
  });

  test('goes to the first fitting function by name, not to the most specific route', async () => {
    expect(await getJson(host, '/api/order/literal')).toMatchObject({ function: 'a-parameter' });
  });

  test('that no route or method takes is answered 404 with no body', async () => {
    for (const [path, method] of [
      ['/api/nothing', 'GET'],
      ['/echo', 'GET'],
      ['/api/echo', 'DELETE'],
      ['/api/other', 'HEAD'],
    ] as const) {
      const response = await get(host, path, { method });
      expect([response.status, await response.text()]).toEqual([404, '']);
    }
    expect((await get(host, '/api/echo', { method: 'HEAD' })).status).toBe(200);
  });

  test('carries on the trace of its caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(await getJson(host, '/api/echo', { headers: { traceparent } })).toMatchObject({
      traceParent: traceparent,
    });
  });

  test('gets 500 and no detail when the function throws; the log has it', async () => {
    const response = await get(host, '/api/answers/throws');
    expect([response.status, await response.text()]).toEqual([500, '']);
    await expect
      .poll(() => host.output.join('\n'))
      .toMatch(/Executed 'Functions.answers' \(Failed, Id=.*the handler failed/s);
  });

  test('gets 500 when the function takes longer than host.json allows, and the process is replaced', async () => {
    const short = await start({ restart: true });
    const response = await get(short, '/api/answers/never');
    expect([response.status, await response.text()]).toEqual([500, '']);
    await expect
      .poll(async () => (await get(short, '/api/echo').catch(() => undefined))?.status, {
        timeout: 10_000,
      })
      .toBe(200);
    expect(short.output.join('\n')).toContain(
      'Timeout value of 2 s was exceeded by function: Functions.answers',
    );
  });
});

describe('a response', () => {
  let host: Host;
  beforeAll(async () => {
    host = await start();
  });

  test('has the status, headers and body that the function gave', async () => {
    const text = await get(host, '/api/answers/text');
    expect([text.status, text.headers.get('x-own'), await text.text()]).toEqual([
      201,
      'yes',
      'ärger',
    ]);
    expect(text.headers.get('x-content-type-options')).toBe('nosniff');
    const bytes = await get(host, '/api/answers/bytes');
    expect(bytes.headers.get('content-type')).toBe('application/x');
    expect([...(await bytes.bytes())]).toEqual([0, 255, 1]);
    expect(await (await get(host, '/api/answers/stream')).text()).toBe('stream');
  });

  test('carries cookies', async () => {
    expect((await get(host, '/api/answers/cookie')).headers.getSetCookie()).toEqual([
      'c=a%20b; max-age=60; samesite=strict; httponly',
    ]);
  });

  test('is 204 when the function returns nothing', async () => {
    expect((await get(host, '/api/answers/nothing')).status).toBe(204);
    const empty = await get(host, '/api/answers/empty');
    expect([empty.status, await empty.text()]).toEqual([204, '']);
  });
});

describe('the app', () => {
  test('sees its settings, what the platform sets, and nothing else of this machine', async () => {
    process.env.NOT_FOR_THE_APP = 'x';
    const host = await start({ environment: (url) => ({ SHOWN: 'yes', PUBLIC_URL: url }) });
    const environment = await getJson(host, '/api/answers/environment');
    expect(environment).toMatchObject({
      SHOWN: 'yes',
      PUBLIC_URL: host.url,
      WEBSITE_HOSTNAME: new URL(host.url).host,
      FUNCTIONS_WORKER_RUNTIME: 'node',
      cwd: appFolder,
    });
    expect(environment).not.toHaveProperty('NOT_FOR_THE_APP');
    expect(await (await get(host, '/api/answers/vault')).text()).toBe('127.0.0.1');
  });

  test('logs through its context and the console, down to the level of host.json', async () => {
    const host = await start();
    await get(host, '/api/answers/logs');
    await expect.poll(() => host.output.join('\n')).toContain('to the console');
    expect(host.output.join('\n')).toContain('for the log { answer: 42 }');
    expect(host.output.join('\n')).not.toContain('too much detail');
  });

  test('has its hooks called, and can change a result in them', async () => {
    const host = await start();
    expect(await getJson(host, '/api/hooked')).toEqual({
      hooks: ['appStart'],
      seen: 'preInvocation',
      result: { body: 'mine' },
    });
    await host.stop();
    expect(host.output.join('\n')).toContain('appTerminate ran');
  });

  test('may be several files, and modules', async () => {
    const host = await start({ appFolder: join(HOST_APP, 'modules') });
    expect(host.functions).toEqual(['first', 'second']);
    expect(await (await get(host, '/first')).text()).toBe('from a module');
  });

  test('that cannot be loaded keeps the host from starting, with the reason', async () => {
    await expect(start({ appFolder: join(HOST_APP, 'unbuilt') })).rejects.toThrow(
      'Worker was unable to load entry point "nothing.cjs": File does not exist',
    );
  });

  test('is told when its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    taken.close();
  });
});

describe('the end of a host', () => {
  test('waits for what is under way when it is stopped', async () => {
    const host = await start();
    const slow = get(host, '/api/answers/slow');
    await expect.poll(() => host.output.join('\n')).toContain("Executing 'Functions.answers'");
    await host.stop();
    expect(await (await slow).text()).toBe('slow but there');
  });

  test('is at once when it is killed', async () => {
    const host = await start();
    const slow = get(host, '/api/answers/slow');
    await expect.poll(() => host.output.join('\n')).toContain("Executing 'Functions.answers'");
    const dropped = expect(slow).rejects.toThrow();
    await host.kill();
    await dropped;
    await expect(host.runTimer('tick')).rejects.toThrow('The host ended');
  });

  test('follows when the app crashes, unless it is to be restarted', async () => {
    const host = await start();
    await get(host, '/api/answers/crash').catch(() => undefined);
    await host.exited;
    expect(host.output.join('\n')).toContain('crashed outside of any invocation');
  });
});
