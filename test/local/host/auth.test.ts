import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../local/host/host.ts';
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
    const run = (name: string, body: string) => statusOf(`/admin/functions/${name}`, { method: 'POST', headers, body });
    expect(await run('tick', '{"input":""}')).toBe(202);
    expect(await run('tick', 'no json')).toBe(400);
    expect(await run('nothing', '{}')).toBe(404);
    await expect.poll(() => host.output.join('\n')).toMatch(/Executed 'Functions.tick' \(Succeeded/);
  });

  test('the keys are the same after the next start', async () => {
    const before = host.keys;
    await host.stop();
    host = await start();
    expect(host.keys).toEqual(before);
  });
});
