// Who may call what: keys as Azure Functions checks them.

import { beforeAll, describe, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, openFrontDoor } from './front-door.ts';

let door: FrontDoor;
let runId: string;

beforeAll(async () => {
  door = await openFrontDoor({ models: [groupNamed('mine')], host: { auth: true } });
  const { webhook } = door.environment.host.keys.functions;
  const answer = await door.call(`/api/webhook?code=${webhook?.default}`, { method: 'POST' });
  runId = JSON.parse(answer.text).runId;
});

/** Every route but the webhook and the anonymous health. */
const guarded = (): readonly (readonly ['GET' | 'POST', string])[] => [
  ['GET', '/api/status'],
  ['GET', '/api/status/mine'],
  ['GET', '/api/metrics'],
  ['GET', '/api/runs'],
  ['GET', `/api/runs/mine/${runId}`],
  ['GET', `/api/runs/mine/${runId}/logs`],
  ['POST', '/api/runs/mine'],
  ['POST', `/api/runs/mine/${runId}/cancel`],
  ['GET', '/api/metrics'],
  ['GET', '/api/health?deep=1'],
  ['GET', '/api/health/deep'],
];
const withCode = (path: string, key: string) => `${path}${path.includes('?') ? '&' : '?'}code=${key}`;

describe('keys', () => {
  test('without one, nothing is shown or done but the health', async () => {
    const paths = [...guarded(), ['POST', '/api/webhook/mine'], ['GET', '/api/webhook']] as const;
    for (const [method, path] of paths) {
      const answer = await door.call(path, { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
      expect(answer.text).not.toContain(runId);
    }
    const health = await door.call('/api/health');
    expect([health.status, JSON.parse(health.text)]).toEqual([200, { status: 'ok' }]);
  });

  test("Numerai's key opens the webhook, and the webhook alone", async () => {
    const key = door.environment.host.keys.functions.webhook?.default ?? '';
    for (const path of ['/api/webhook/mine', '/api/webhook']) {
      expect((await door.call(withCode(path, key), { method: 'POST' })).status).toBe(200);
      const headers = { 'x-functions-key': key };
      expect((await door.call(path, { method: 'POST', headers })).status).toBe(200);
    }
    for (const [method, path] of guarded()) {
      const answer = await door.call(withCode(path, key), { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  test('a host key opens everything, in the query or in a header', async () => {
    const key = door.environment.host.keys.functionKeys.default ?? '';
    for (const [method, path] of guarded().filter(([, path]) => !path.endsWith('/cancel'))) {
      const answers = [
        await door.call(withCode(path, key), { method }),
        await door.call(path, { method, headers: { 'x-functions-key': key } }),
      ];
      expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 200, 200]);
    }
  });

  test('a key in the query counts by any case of its name, also where the app asks itself', async () => {
    const key = door.environment.host.keys.functionKeys.default ?? '';
    for (const path of ['/api/status', '/api/health?deep=1', '/api/health/deep', '/api/dashboard/mine']) {
      const answer = await door.call(withCode(path, key).replace('code=', 'CODE='));
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.text).toContain('mine');
    }
  });

  test('what can be no key is none, and is not quoted, also where the app asks itself', async () => {
    const key = door.environment.host.keys.functionKeys.default ?? '';
    for (const wrong of [`${key}\r\nx: y`, `${key}\0`, `${key}ř`, `${key} ${key}`]) {
      for (const path of ['/api/health?deep=1', '/api/dashboard/mine', '/api/status']) {
        const answer = await door.call(withCode(path, encodeURIComponent(wrong)));
        expect([path, wrong, answer.status]).toEqual([path, wrong, 401]);
        expect(answer.text).not.toContain(key);
      }
    }
  });

  test('a key that was copied with a line end is the key, where the app asks itself', async () => {
    const key = door.environment.host.keys.functionKeys.default ?? '';
    for (const path of ['/api/health?deep=1', '/api/dashboard/mine'])
      expect((await door.call(withCode(path, `${encodeURIComponent(key)}%0a`))).status).toBe(200);
  });

  test('no key comes back in an answer', async () => {
    const { keys } = door.environment.host;
    const key = keys.functionKeys.default ?? '';
    await door.call(withCode('/api/runs?limit=1', key));
    await door.call(withCode('/api/health?deep=1', key));
    const secrets = [key, keys.masterKey, ...Object.values(keys.functions).map((k) => k.default)];
    for (const { text, headers } of door.answers) {
      for (const secret of secrets) expect(text + JSON.stringify([...headers])).not.toContain(secret);
    }
    for (const line of door.environment.host.output) for (const secret of secrets) expect(line).not.toContain(secret);
  });
});
