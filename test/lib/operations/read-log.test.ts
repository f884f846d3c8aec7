// The log of an attempt for a person: its own, never that of another attempt.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLog, whyNoLog } from '../../../src/lib/operations/read-log.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { acceptedRun, REQUESTED } from '../../support/runs.ts';

const MODEL = 'some-model';

let app: TestApp;
beforeEach(async () => {
  app = await openApp([{ name: MODEL, tournament: 'classic', container: { group: 'own' } }]);
  app.world.resourceManager.createGroup({ name: 'own', image: 'docker.io/someone/model:1' });
});
afterEach(() => app.close());

test('the live log is that of the current attempt only', async () => {
  app.world.runtime.behaviour = () => ({
    steps: [{ after: 0, line: 'hello' }],
    endsAfter: Number.POSITIVE_INFINITY,
  });
  const { run } = await app.start(MODEL);
  const record = await app.until(run, ({ state }) => state === 'running');
  const { attempt } = record.run;
  if (attempt === null) throw new Error('It runs.');
  const read = (number: number) =>
    app.live(readLog(app.services, record, { ...attempt, number }, app.services.models[0]));
  expect(await read(attempt.number)).toBe('hello\n');
  // As the row of an earlier attempt whose outcome cannot be read.
  expect(await read(attempt.number + 1)).toBe(null);
});

test.each([
  ['nothing was started', null],
  ['Nothing has been written yet', {}],
  ['the start was refused', { acceptedAt: null, refusals: 1 }],
  ['Nothing has been written yet', { acceptedAt: null }],
  ['the start was not accepted', { acceptedAt: null, outcome: 'failed' }],
  ['still being fetched', { outcome: 'failed', logKept: false }],
  ['the container never ran', { startedAt: null, outcome: 'failed', logKept: true }],
  ['the container wrote none', { startedAt: REQUESTED.toISOString(), outcome: 'succeeded', logKept: true }],
] as const)('without a log it is said why: %s', (why, changes) => {
  const { attempt } = acceptedRun('image');
  expect(whyNoLog(changes === null ? null : { ...attempt, ...changes })).toContain(why);
});

test.each([
  ['that was not accepted', { acceptedAt: null }],
  ['that has ended', { outcome: 'failed' }],
] as const)('the log of an attempt %s is not what its group has now', async (_, changes) => {
  app.world.runtime.behaviour = () => ({
    steps: [{ after: 90_000, line: 'of another start' }],
    endsAfter: Number.POSITIVE_INFINITY,
  });
  const { run } = await app.start(MODEL);
  const record = await app.until(run, ({ state }) => state === 'running');
  // Written since the watcher has read the log last.
  await app.pass(2);
  if (record.run.attempt === null) throw new Error('It runs.');
  const attempt = { ...record.run.attempt, ...changes };
  const changed = { ...record, run: { ...record.run, attempt } };
  expect(await app.live(readLog(app.services, record, record.run.attempt, app.services.models[0]))).toBe(
    'of another start\n',
  );
  expect(await app.live(readLog(app.services, changed, attempt, app.services.models[0]))).toBeNull();
});
