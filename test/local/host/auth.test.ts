import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../local/host/host.ts';
import { send } from './raw-request.ts';
import { hostsForTests } from './setup.ts';

const hosts = hostsForTests();
let host: Host;

const start = () => hosts.start({ stateFolder: join(hosts.appFolder, 'state'), auth: true });
const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${host.url}${path}`, init)).status;

beforeAll(async () => {
  host = await start();
});

describe('with authentication on', () => {
  test('an anonymous function is open', async () => {
    expect(await statusOf('/api/hooked')).toBe(200);
  });

  test('a function requires its own key, a host key or the master key', async () => {
    const own = host.keys.functions.echo?.default ?? '';
    const another = host.keys.functions.other?.default ?? '';
    const hostKey = host.keys.functionKeys.default ?? '';
    const withKey = (key: string) => statusOf(`/api/echo?code=${encodeURIComponent(key)}`);
    expect(await statusOf('/api/echo')).toBe(401);
    expect(await withKey('wrong')).toBe(401);
    expect(await withKey(another)).toBe(401);
    expect(await withKey(own)).toBe(200);
    expect(await withKey(hostKey)).toBe(200);
    expect(await withKey(host.masterKey)).toBe(200);
    expect(await statusOf('/api/echo', { headers: { 'x-functions-key': own } })).toBe(200);
    expect(await statusOf('/api/other', { headers: { 'x-functions-key': own } })).toBe(401);
  });

  test('the header decides if there is a key in the query too', async () => {
    const own = host.keys.functions.echo?.default ?? '';
    const withBoth = (header: string, query: string) =>
      statusOf(`/api/echo?CODE=${encodeURIComponent(query)}`, {
        headers: { 'x-functions-key': header },
      });
    expect(await withBoth(own, 'wrong')).toBe(200);
    expect(await withBoth('wrong', own)).toBe(401);
    expect(await withBoth('', own)).toBe(401);
    expect(await statusOf(`/api/echo?CODE=${encodeURIComponent(own)}`)).toBe(200);
  });

  test('blanks around a key are ignored, and two headers are one list', async () => {
    const own = host.keys.functions.echo?.default ?? '';
    const blank = encodeURIComponent(` ${own} `);
    expect(await statusOf(`/api/echo?code=${blank}`)).toBe(200);
    const status = async (...lines: string[]) =>
      (await send(host, ['GET /api/echo HTTP/1.1', 'host: localhost', 'connection: close', ...lines])).status;
    expect(await status(`x-functions-key:   ${own}\t`)).toBe(200);
    expect(await status(`x-functions-key: ${own}`, 'x-functions-key: wrong')).toBe(401);
    expect(await status(`x-functions-key: ${own}`, `X-Functions-Key: ${own}`)).toBe(401);
  });

  test('a function of level admin requires the master key', async () => {
    expect(await statusOf(`/api/secret?code=${host.keys.functions.secret?.default}`)).toBe(401);
    expect(await statusOf(`/api/secret?code=${host.masterKey}`)).toBe(200);
  });

  test('the admin API requires the master key', async () => {
    const headers = { 'x-functions-key': host.masterKey };
    expect(await statusOf('/admin/host/ping')).toBe(200);
    expect(await statusOf('/admin/host/status')).toBe(401);
    expect(await statusOf('/admin/functions/tick', { method: 'POST' })).toBe(401);
    expect(await statusOf('/admin/host/status', { headers })).toBe(200);
    const status = await (await fetch(`${host.url}/admin/host/status`, { headers })).json();
    expect(status).toMatchObject({ state: 'Running' });
    const functions = await (await fetch(`${host.url}/admin/functions`, { headers })).json();
    expect(functions).toContainEqual(
      expect.objectContaining({
        name: 'echo',
        invoke_url_template: `${host.url}/api/echo/{model?}`,
      }),
    );
    const run = (name: string, body: string, type = 'application/json') =>
      statusOf(`/admin/functions/${name}`, { method: 'POST', headers: { ...headers, 'content-type': type }, body });
    expect(await run('tick', '{"input":""}')).toBe(202);
    expect(await run('tick', '{}', 'text/json; charset=utf-8')).toBe(202);
    for (const body of ['', 'no json', 'null', '[]', '"text"'])
      expect([body, await run('tick', body)]).toEqual([body, 400]);
    expect(await run('tick', '{}', 'text/plain')).toBe(415);
    expect(await run('tick', 'input=1', 'application/x-www-form-urlencoded')).toBe(415);
    expect(await run('nothing', '{}')).toBe(404);
    await expect.poll(() => host.output.join('\n')).toMatch(/Executed 'Functions.tick' \(Succeeded/);
  });

  test('the admin API lists keys, and knows a key of less', async () => {
    const read = async (path: string, key: string) => {
      const response = await fetch(`${host.url}${path}`, { headers: { 'x-functions-key': key } });
      return { status: response.status, ...JSON.parse((await response.text()) || '{}') };
    };
    const hostKey = host.keys.functionKeys.default ?? '';
    const own = host.keys.functions.echo?.default ?? '';
    const listed = { status: 200, keys: [{ name: 'default', value: hostKey }] };
    expect(await read('/admin/host/keys', host.masterKey)).toMatchObject(listed);
    expect(await read('/admin/host/functionkeys', host.masterKey)).toMatchObject(listed);
    expect(await read('/admin/host/systemkeys', host.masterKey)).toMatchObject({ status: 200, keys: [] });
    expect(await read('/admin/host/keys/default', host.masterKey)).toMatchObject({ status: 200, value: hostKey });
    expect(await read('/admin/functions/echo/keys', host.masterKey)).toMatchObject({ keys: [{ value: own }] });
    for (const path of ['/admin/host/nothing', '/admin/host/keys/none', '/admin/functions/none/keys', '/admin/%ff'])
      expect([path, await read(path, host.masterKey)]).toEqual([path, { status: 404 }]);
    for (const path of ['/admin/host/keys', '/admin/host/status', '/admin/functions', '/admin/functions/echo/keys']) {
      expect([path, await read(path, hostKey)]).toEqual([path, { status: 403 }]);
      for (const key of ['wrong', '', own]) expect([path, await read(path, key)]).toEqual([path, { status: 401 }]);
    }
  });

  test("the webhooks of extensions, which it has not, are nobody else's", async () => {
    for (const path of ['/runtime', '/runtime/webhooks/anything', '/RUNTIME/x'])
      expect([path, await statusOf(path)]).toEqual([path, 401]);
    expect(await statusOf('/runtime/webhooks/anything', { headers: { 'x-functions-key': host.masterKey } })).toBe(404);
    expect(await statusOf('/runtimes')).toBe(404);
  });

  test('the keys are the same after the next start', async () => {
    const before = host.keys;
    await host.stop();
    host = await start();
    expect(host.keys).toEqual(before);
  });
});
