// HEAD: what monitors and `curl -I` ask with. The platform answers it with 404 where a function does not take it.

import { beforeAll, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, openFrontDoor } from './front-door.ts';

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ models: [groupNamed('nightly')], host: { auth: true } });
});

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${door.environment.host.url}${path}`, { method, headers });

test.each([
  '/api/health',
  '/api/health?deep=1',
  '/api/openapi.json',
  '/api/dashboard',
  '/api/dashboard/nightly',
  '/api/dashboard-page',
  '/api/dashboard-assets/dashboard.css',
  '/api/dashboard-assets/none',
  '/api/status',
  '/api/metrics',
  '/api/runs',
  '/api/runs/nightly/none',
  '/api/webhook/nightly',
])('HEAD %s is answered as GET is, without a body', async (path) => {
  for (const key of [{}, { 'x-functions-key': door.environment.host.masterKey }]) {
    const [get, head] = await Promise.all([ask('GET', path, key), ask('HEAD', path, key)]);
    expect(head.status).toBe(get.status);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(await head.text()).toBe('');
    await get.text();
  }
});

test('what only takes POST is not there for HEAD', async () => {
  const key = { 'x-functions-key': door.environment.host.masterKey };
  expect((await ask('HEAD', '/api/pause/nightly', key)).status).toBe(404);
});
