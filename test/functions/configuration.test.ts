// An app whose configuration is wrong; and the schema of models.json.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
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

describe('models.schema.json', () => {
  test('is what the validator says (npm run schema writes it anew)', async () => {
    expect(await readFile(join(ROOT, 'models.schema.json'), 'utf8')).toBe(modelsJsonSchema());
  });
});
