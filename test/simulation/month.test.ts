// The month that `npm run cost -- --measure` counts, cut down to its first day: that it can be counted at all.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { simulateMonth } from '../../bench/month/simulate.ts';
import { buildApp } from '../../scripts/build.ts';

const folder = await mkdtemp(join(tmpdir(), 'month-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a day of two models has each tick, each look and one run for each model', async () => {
  await buildApp({
    entry: fileURLToPath(new URL('../../bench/month/entry.ts', import.meta.url)),
    folder: join(folder, 'dist'),
  });
  const bundle = join(folder, 'dist/main.cjs');
  const { tally, ...day } = await simulateMonth({ bundle, models: 2, alerts: true, days: 1 });
  expect(day).toMatchObject({ rounds: 1, submissions: 2 });
  expect(tally.executions).toEqual({
    watcher: 24 * 60,
    fallback: 24 * 12,
    webhook: 2,
    dashboardDoor: 4,
    dashboard: 4,
    status: 3,
  });
  expect(tally.callsTo('tables')).toBeGreaterThan(tally.executions.watcher ?? 0);
});
