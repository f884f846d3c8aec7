// An app whose configuration is wrong; and the schema of models.json.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { LogEntry } from '../../local/host/log.ts';
import { modelsJsonSchema } from '../../scripts/schema.ts';
import { MODEL } from './configured-app.ts';
import { groupNamed, openFrontDoor, problemOf } from './front-door.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('an app whose configuration is wrong', () => {
  test('says so in its log and in every answer, with all faults, and is not healthy', async () => {
    const door = await openFrontDoor({
      models: [groupNamed('Not A Name'), { ...MODEL, numeraiKeys: { publicId: 'hunter2!', secretKey: 'hunter2!' } }],
      settings: { LOG_LEVEL: '' },
    });
    const health = await door.call('/api/health');
    expect([health.status, health.text]).toEqual([503, '{"status":"error"}']);
    const called = await door.call('/api/webhook/mine', { method: 'POST' });
    expect(problemOf(called, 500)).toContain('/api/health?deep=1');
    expect(called.text).not.toMatch(/faults|Not A Name/);
    const page = await door.call('/api/dashboard-page');
    expect(page.text).toContain('Got a text of 8 characters.');
    expect(page.text).not.toContain('hunter2');
    for (const [path, method] of [
      ['/api/status', 'GET'],
      ['/api/runs', 'GET'],
      ['/api/health?deep=1', 'GET'],
    ] as const) {
      const answer = await door.call(path, { method });
      const detail = problemOf(answer, 500);
      expect(detail).toContain('models[0].name: got `"Not A Name"`');
      expect(answer.text).not.toContain('hunter2');
      expect(JSON.parse(answer.text).faults.length).toBeGreaterThan(1);
    }
    const output = door.environment.host.output.join('\n');
    expect(output).toContain('models[0].container.group: got `"Not A Name"`');
    expect(output).not.toContain('hunter2');
    expect((await door.environment.host.runTimer('watcher')).succeeded).toBe(false);
  });

  test('with a schedule that the host cannot read has no such timer, and does not answer as if it had', async () => {
    const door = await openFrontDoor({ models: [MODEL], settings: { WATCH_SCHEDULE: '0 99 * * * *' } });
    const { host } = door.environment;
    expect(host.timers).toEqual(['fallback']);
    expect((await door.call('/api/health')).status).toBe(503);
    expect(problemOf(await door.call('/api/health?deep=1'), 500)).toContain(
      'WATCH_SCHEDULE: got `0 99 * * * *`; expected an NCRONTAB expression such as `0 */5 * * * *`: a number from 0 to 59 at position 3 (minute)',
    );
    problemOf(await door.call('/api/webhook/mine', { method: 'POST', body: '{}' }), 500);
    expect((await host.runTimer('fallback')).succeeded).toBe(false);
  });
});

describe('what is wrong at start', () => {
  test('is an error in the log, whatever words are in it', async () => {
    const logged: LogEntry[] = [];
    await openFrontDoor({
      // The host takes a line of stderr with "warn" in it for a warning, and one without certain words for news.
      settings: { LOG_LEVEL: 'loud', WATCH_SCHEDULE: 'often' },
      host: { onLog: (entry) => logged.push(entry) },
    });
    const [entry, ...more] = logged.filter(({ message }) => message.includes('LOG_LEVEL'));
    expect(entry).toMatchObject({
      source: 'system',
      level: 'error',
      message: expect.stringMatching(/warn.*WATCH_SCHEDULE|WATCH_SCHEDULE.*warn/s),
    });
    expect(more).toEqual([]);
  });
});

describe('the app calling itself', () => {
  test.each([
    ['the settings are wrong', { LOG_LEVEL: 'loud' }],
    ['the settings are right', {}],
    ['only its own address is wrong', { PUBLIC_URL: 'https://name:password@example.org' }],
  ])('sends the key to no address that came with the request, where %s', async (_what, settings) => {
    let requests = 0;
    const stranger = createServer((_request, response) => {
      requests += 1;
      response.end('{}');
    }).listen(0, 'localhost');
    onTestFinished(() => void stranger.close());
    await once(stranger, 'listening');
    const { port } = z.object({ port: z.number() }).parse(stranger.address());
    const door = await openFrontDoor({ models: [MODEL] });
    // Nothing says where it is reached: the platform does not either.
    const host = await door.environment.addHost({
      environment: { ...door.environment.settings, WEBSITE_HOSTNAME: '', ...settings },
    });
    const headers = { host: `localhost:${port}`, 'x-functions-key': 'hunter2' };
    const health = await door.call('/api/health?deep=1', { host, headers });
    expect(problemOf(health, 503)).toBe(
      'The app does not know its own address: PUBLIC_URL is not set. Ask /api/health/deep directly, or fix PUBLIC_URL.',
    );
    const page = await door.call('/api/dashboard/mine?code=hunter2', { host, headers });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).not.toContain('hunter2');
    expect(requests).toBe(0);
  });
});

describe('models.schema.json', () => {
  test('is what the validator says (npm run schema writes it anew)', async () => {
    expect(await readFile(join(ROOT, 'models.schema.json'), 'utf8')).toBe(modelsJsonSchema());
  });
});
