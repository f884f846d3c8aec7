import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Host } from '../../../local/host/host.ts';
import { HOST_APP } from '../../fixtures/host-app.ts';
import { hostsForTests } from './setup.ts';

const hosts = hostsForTests();
/** Shared by all tests that do not end it. */
let host: Host;

beforeAll(async () => {
  process.env.NOT_FOR_THE_APP = 'x';
  host = await hosts.start({
    environment: (url) => ({ EVERY_SECOND: '* * * * * *', SHOWN: 'yes', PUBLIC_URL: url }),
  });
});

const get = (path: string, init?: RequestInit) => fetch(`${host.url}${path}`, init);
const getJson = async (path: string, init?: RequestInit) => (await get(path, init)).json();

describe('a request', () => {
  test('reaches its function with method, parameters, query, headers and body', async () => {
    const seen = await getJson('/api/echo/big%20model?a=1&a=2&b=x%26y', {
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

  test('may omit an optional parameter, with or without the slash', async () => {
    expect(await getJson('/api/echo')).toMatchObject({ function: 'echo', params: {} });
    expect(await getJson('/api/ECHO/')).toMatchObject({ function: 'echo', params: {} });
  });

  test('is matched by constraints and catch-alls', async () => {
    expect(await getJson('/api/items/12')).toMatchObject({ params: { id: '12' } });
    expect(await getJson('/api/items/abc')).toMatchObject({ params: { name: 'abc' } });
    expect((await get('/api/items/abcdef')).status).toBe(404);
    expect(await getJson('/api/files/a/b%2Fc')).toMatchObject({
      params: { path: 'a/b%2Fc' },
    });
  });

  test('goes to the first matching function by name, not to the most specific route', async () => {
    expect(await getJson('/api/order/literal')).toMatchObject({ function: 'a-parameter' });
  });

  test('that matches no route or method is answered 404 without a body', async () => {
    for (const [path, method] of [
      ['/api/nothing', 'GET'],
      ['/echo', 'GET'],
      ['/api/echo', 'DELETE'],
      ['/api/other', 'HEAD'],
    ] as const) {
      const response = await get(path, { method });
      expect([response.status, await response.text()]).toEqual([404, '']);
    }
    expect((await get('/api/echo', { method: 'HEAD' })).status).toBe(200);
  });

  test('continues the trace of its caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(await getJson('/api/echo', { headers: { traceparent } })).toMatchObject({
      traceParent: traceparent,
    });
  });

  test('gets 500 and no detail when the function throws; the detail is in the log', async () => {
    const response = await get('/api/answers/throws');
    expect([response.status, await response.text()]).toEqual([500, '']);
    await expect
      .poll(() => host.output.join('\n'))
      .toMatch(/Executed 'Functions.answers' \(Failed, Id=.*the handler failed/s);
  });
});

describe('a response', () => {
  test('has the status, headers and body that the function returned', async () => {
    const text = await get('/api/answers/text');
    expect([text.status, text.headers.get('x-own'), await text.text()]).toEqual([201, 'yes', 'ärger']);
    expect(text.headers.get('x-content-type-options')).toBe('nosniff');
    const bytes = await get('/api/answers/bytes');
    expect(bytes.headers.get('content-type')).toBe('application/x');
    expect([...(await bytes.bytes())]).toEqual([0, 255, 1]);
    expect(await (await get('/api/answers/stream')).text()).toBe('stream');
  });

  test('carries cookies', async () => {
    expect((await get('/api/answers/cookie')).headers.getSetCookie()).toEqual([
      'c=a%20b; max-age=60; path=/; samesite=strict; httponly',
      'd=; expires=Fri, 01 Jan 2027 00:00:00 GMT; domain=mine.example; path=/api; secure; samesite=none',
    ]);
  });

  test('is 204 when the function returns nothing', async () => {
    expect((await get('/api/answers/nothing')).status).toBe(204);
    const empty = await get('/api/answers/empty');
    expect([empty.status, await empty.text()]).toEqual([204, '']);
  });
});

describe('the app', () => {
  test('sees its settings, what the platform sets, and nothing else of this machine', async () => {
    const environment = await getJson('/api/answers/environment');
    expect(environment).toMatchObject({
      SHOWN: 'yes',
      PUBLIC_URL: host.url,
      WEBSITE_HOSTNAME: new URL(host.url).host,
      FUNCTIONS_WORKER_RUNTIME: 'node',
      cwd: hosts.appFolder,
    });
    expect(environment).not.toHaveProperty('NOT_FOR_THE_APP');
    expect(await (await get('/api/answers/vault')).text()).toBe('127.0.0.1');
  });

  test('logs through its context and the console, from the level of host.json on', async () => {
    await get('/api/answers/logs');
    await expect.poll(() => host.output.join('\n')).toContain('to the console');
    expect(host.output.join('\n')).toContain('for the log { answer: 42 }');
    expect(host.output.join('\n')).not.toContain('too much detail');
  });

  test('has its hooks called, and can change a result in them', async () => {
    expect(await getJson('/api/hooked')).toEqual({
      hooks: ['appStart'],
      seen: 'preInvocation',
      result: { body: 'mine' },
    });
  });

  test('may consist of several files, and of modules', async () => {
    const modules = await hosts.start({ appFolder: join(HOST_APP, 'modules') });
    expect(modules.functions).toEqual(['first', 'second']);
    expect(await (await fetch(`${modules.url}/first`)).text()).toBe('from a module');
  });
});

describe.concurrent('a host does not start', () => {
  test('if the app cannot be loaded; the error says why', async () => {
    await expect(hosts.start({ appFolder: join(HOST_APP, 'unbuilt') })).rejects.toThrow(
      'Worker was unable to load entry point "nothing.cjs": File does not exist',
    );
  });

  test('if there is no such folder', async () => {
    const appFolder = join(hosts.appFolder, 'missing');
    await expect(hosts.start({ appFolder })).rejects.toThrow('ENOENT');
  });

  test('if its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(hosts.start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    other.close();
  });
});

/** Starts a host and calls its function that answers only after a while. */
async function withSlowCall(): Promise<{ stoppable: Host; slow: Promise<Response> }> {
  const stoppable = await hosts.start();
  const slow = fetch(`${stoppable.url}/api/answers/slow`);
  await vi.waitFor(() => expect(stoppable.output.join('\n')).toContain("Executing 'Functions.answers'"));
  return { stoppable, slow };
}

describe.concurrent('the end of a host', () => {
  test('waits for calls under way when it is stopped, then runs the hooks', async ({ expect }) => {
    const { stoppable, slow } = await withSlowCall();
    await stoppable.stop();
    expect(await (await slow).text()).toBe('slow but there');
    expect(stoppable.output.join('\n')).toContain('appTerminate ran');
  });

  test('is immediate when it is killed', async ({ expect }) => {
    const { stoppable, slow } = await withSlowCall();
    const dropped = expect(slow).rejects.toThrow();
    await stoppable.kill();
    await dropped;
    await expect(stoppable.runTimer('tick')).rejects.toThrow('The host ended');
  });

  test('follows a crash of the app, unless it is to be restarted', async () => {
    const crashing = await hosts.start();
    await fetch(`${crashing.url}/api/answers/crash`).catch(() => undefined);
    await crashing.exited;
    expect(crashing.output.join('\n')).toContain('crashed outside of any invocation');
  });

  test('a function that exceeds the time limit is answered 500, and the process is replaced', async ({ expect }) => {
    const short = await hosts.start({ restart: true });
    const response = await fetch(`${short.url}/api/answers/never`);
    expect([response.status, await response.text()]).toEqual([500, '']);
    await expect
      .poll(async () => (await fetch(`${short.url}/api/echo`).catch(() => undefined))?.status, {
        timeout: 10_000,
      })
      .toBe(200);
    expect(short.output.join('\n')).toContain('Timeout value of 2 s was exceeded by function: Functions.answers');
  });

  /** A host that was just started, whose app then crashes; `second` is given to the next start of the app. */
  async function crashedHost(second: () => Record<string, string>): Promise<Host> {
    let starts = 0;
    const crashed = await hosts.start({
      restart: true,
      environment: () => {
        starts += 1;
        return { EVERY_SECOND: '* * * * * *', ...(starts === 2 ? second() : {}) };
      },
    });
    await fetch(`${crashed.url}/api/answers/crash`).catch(() => undefined);
    return crashed;
  }
  const answers = async (of: Host) => (await fetch(`${of.url}/api/echo`).catch(() => undefined))?.status;

  test.for([
    ['is killed', () => ({ KILLED_WHILE_IT_STARTS: 'yes' }), 'ended while it started (killed)'],
    [
      'cannot be started',
      () => {
        throw new Error('no settings');
      },
      'no settings',
    ],
  ] as const)('an app that %s while it starts again is started once more', async ([, second, why], { expect }) => {
    const crashed = await crashedHost(second);
    await expect.poll(() => crashed.output.join('\n'), { timeout: 10_000 }).toContain('could not be started again');
    expect(crashed.output.join('\n')).toContain(why);
    await expect.poll(() => answers(crashed), { timeout: 15_000 }).toBe(200);
  });

  test.for(['kill', 'stop'] as const)(
    'by %s reaches a process that is just starting again',
    async (end, { expect }) => {
      const { promise: isStarting, resolve } = Promise.withResolvers<void>();
      const crashed = await crashedHost(() => {
        resolve();
        return {};
      });
      await isStarting;
      await crashed[end]();
      expect(await answers(crashed)).toBeUndefined();
      expect(crashed.output.filter((line) => line.includes('Host started'))).toHaveLength(1);
    },
  );
});
