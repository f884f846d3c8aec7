// What is kept of failed attempts is asked for only where something may be.

import { afterEach, expect, test } from 'vitest';
import { readKept } from '../../../src/lib/operations/kept.ts';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { exitInTurn } from '../../support/containers.ts';

const MODEL = {
  name: 'model',
  tournament: 'classic',
  container: { image: 'docker.io/someone/model:1', keepFailed: true },
};
const DAY = 24 * 60;

let app: TestApp;
afterEach(() => app.close());

test.each<[string, exitCodes: number[], minutes: number, calls: number, kept: number]>([
  ['of a run without a failure', [0], 0, 0, 0],
  ['of a run with one that ended well', [1, 0], 0, 1, 1],
  ['of a run that failed a day ago, whose removal may still be on the way', [1, 0], DAY, 1, 1],
  ['of a run that failed long ago', [1, 0], DAY + 4 * 60, 0, 0],
])('%s', async (_what, exitCodes, minutes, expectedCalls, expectedKept) => {
  let calls = 0;
  app = await openApp([MODEL], {}, () => {
    calls += 1;
  });
  exitInTurn(app.world, ...exitCodes);
  const { run } = await app.start('model');
  const record = await app.until(run, hasEnded);
  await app.ticks(2);
  await app.pass(minutes);
  calls = 0;
  const kept = await app.live(readKept(app.services, [record]));
  expect({ calls, kept: kept.length }).toEqual({ calls: expectedCalls, kept: expectedKept });
});
