// What can no longer be seen ends: after a bounded time, with its reason, and Numerai asked.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MODEL_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';
const IMAGE = 'docker.io/someone/model:1';

let app: TestApp;
beforeEach(async () => {
  const common = { tournament: 'classic', numeraiModels: [MODEL_ID], timeoutMinutes: 20 };
  app = await openApp([
    { ...common, name: 'model', container: { image: IMAGE } },
    { ...common, name: 'own', numeraiModels: ['bdabe000-3acf-47fd-8733-bad4ca505d89'], container: { group: 'own' } },
  ]);
  app.world.resourceManager.createGroup({ name: 'own', image: IMAGE });
});
afterEach(() => app.close());

const scope = () => app.world.resourceManager.scope;
const groups = () => app.world.resourceManager.groups;
const faults = () => app.world.resourceManager.emulator.faults;
const isRunning = ({ state }: Run) => state === 'running';
const minutesOf = (from: string, to: string | null | undefined) => (Date.parse(to ?? '') - Date.parse(from)) / 60_000;
/** Containers that never end; the first one submits after some minutes, where it does. */
function hang(submitsAfterMinutes: number | null = null): void {
  app.world.runtime.behaviour = () => ({
    steps:
      submitsAfterMinutes === null
        ? []
        : [
            {
              after: submitsAfterMinutes * 60_000,
              effect: () => void app.world.numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' }),
            },
          ],
    endsAfter: Number.POSITIVE_INFINITY,
  });
}

const BLINDED: readonly [string, () => void][] = [
  ['the role was taken away', () => (scope().roles = {})],
  ['the subscription is gone', () => (scope().subscription = 'missing')],
  ['Azure is down', () => faults().add({ kind: 'status', status: 503 })],
  ['Azure throttles', () => faults().add({ kind: 'status', status: 429, retryAfterSeconds: 60 })],
  ['Azure never answers', () => faults().add({ kind: 'hang' })],
  ['Azure answers nonsense', () => faults().add({ kind: 'status', status: 400, code: 'InvalidRequestContent' })],
];

describe.each(['model', 'own'])('a run of %s', (name) => {
  test.each(BLINDED)('whose container cannot be looked at, since %s, says so and ends', async (_, blind) => {
    hang();
    const { run } = await app.start(name);
    const { run: seen } = await app.until(run, isRunning);
    blind();
    await app.ticks(4);
    const { run: blinded } = await app.record(run);
    expect(blinded).toMatchObject({
      state: 'running',
      reason: expect.stringMatching(
        /^The app has not been able to see \S+ since [\d-]+ [\d:]+ UTC; it may still be running: Could not .* If that lasts/,
      ),
      attempt: { outOfSightSince: expect.any(String) },
    });
    const { run: over, earlier } = await app.until(run, (now) => !isRunning(now));
    const attempt = earlier[0] ?? over.attempt;
    expect(attempt).toMatchObject({
      outcome: 'failed',
      failure: 'out-of-sight',
      reason: expect.stringMatching(/^The app could not see \S+ any more from .*: Could not .* is over/),
    });
    // Its time limit was over, and not long.
    const took = minutesOf(seen.attempt?.startedAt ?? '', attempt?.finishedAt);
    expect(took).toBeGreaterThanOrEqual(20);
    expect(took).toBeLessThan(25);
    // No other beside it: it still runs, for all that is known.
    expect((await app.until(run, hasEnded)).run).toMatchObject({ state: 'failed', failure: 'out-of-sight' });
    expect(app.world.runtime.starts).toHaveLength(1);
  });
});

test('a run that cannot be seen has succeeded where its submission arrived meanwhile', async () => {
  hang(5);
  const { run } = await app.start('model');
  await app.until(run, isRunning);
  scope().roles = {};
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({
    state: 'succeeded',
    submission: 'accepted',
    failure: null,
    reason: expect.stringContaining('Numerai had its submission by then'),
  });
});

test('so has one that was never seen running', async () => {
  hang(2);
  const { run } = await app.start('model');
  expect(run.attempt).toMatchObject({ acceptedAt: expect.any(String), startedAt: null });
  scope().roles = {};
  expect((await app.until(run, hasEnded)).run).toMatchObject({ state: 'succeeded', submission: 'accepted' });
});

test('a start whose answer was lost, and that cannot be looked for, ends as well', async () => {
  hang(2);
  faults().add({ kind: 'drop-after', match: { method: 'PUT' }, times: 1 });
  const { run } = await app.start('model');
  scope().roles = {};
  expect((await app.until(run, hasEnded)).run).toMatchObject({ state: 'succeeded', submission: 'accepted' });
});

test('a short outage changes nothing but the reason, for as long as it lasts', async () => {
  hang();
  const { run } = await app.start('model');
  await app.until(run, isRunning);
  faults().add({ kind: 'status', status: 503 });
  await app.tick();
  expect((await app.record(run)).run).toMatchObject({ state: 'running', reason: null });
  await app.ticks(2);
  expect((await app.record(run)).run.reason).toContain('The app has not been able to see model-r1-a1 since ');
  faults().clear();
  await app.tick();
  expect((await app.record(run)).run).toMatchObject({
    state: 'running',
    reason: null,
    attempt: { number: 1, outOfSightSince: null },
  });
});

test('a role that comes back after the end of the attempt lets the next one start, after the first is gone', async () => {
  app.world.runtime.behaviour = (_, start) =>
    start === 1
      ? { endsAfter: Number.POSITIVE_INFINITY }
      : {
          steps: [
            {
              after: 1_000,
              effect: () => {
                app.world.numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' });
                expect(groups().names).not.toContain('model-r1-a1');
              },
            },
          ],
        };
  const { run } = await app.start('model');
  await app.until(run, isRunning);
  scope().roles = {};
  const { run: waiting } = await app.until(run, ({ state }) => state === 'waiting');
  await app.ticks(3);
  expect((await app.record(run)).run).toMatchObject({
    state: 'waiting',
    waitingFor: expect.stringMatching(/^Azure to say whether attempt 1 still runs, .*AuthorizationFailed/),
  });
  expect(waiting.attempt?.failure).toBe('out-of-sight');
  scope().roles = undefined;
  expect((await app.until(run, hasEnded)).run).toMatchObject({
    state: 'succeeded',
    submission: 'accepted',
    attempt: { number: 2 },
  });
});

test.each(['model', 'own'])(
  'where the resource group of %s is gone nothing runs, which a few minutes show',
  async (name) => {
    hang();
    const { run } = await app.start(name);
    await app.until(run, isRunning);
    for (const group of groups().names) await groups().deleteByHand(group);
    scope().resourceGroups.clear();
    const before = app.world.clock.now().toISOString();
    const { run: over, earlier } = await app.until(run, (now) => !isRunning(now));
    expect(earlier[0] ?? over.attempt).toMatchObject({
      failure: 'configuration',
      reason: expect.stringMatching(/^The resource group of container group \S+ does not exist any more/),
    });
    expect(minutesOf(before, app.world.clock.now().toISOString())).toBeGreaterThanOrEqual(2);
    expect(minutesOf(before, app.world.clock.now().toISOString())).toBeLessThan(15);
  },
);

test('a container whose end is known is verified, seen or not', async () => {
  app.world.runtime.behaviour = () => ({
    steps: [
      { after: 1_000, effect: () => void app.world.numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' }) },
    ],
  });
  app.world.numerai.emulator.faults.add({ kind: 'drop-before' });
  const { run } = await app.start('model');
  await app.until(run, ({ submission }) => submission === 'pending');
  scope().roles = {};
  await app.ticks(3);
  app.world.numerai.emulator.faults.clear();
  await app.tick();
  expect((await app.record(run)).run).toMatchObject({ state: 'succeeded', submission: 'accepted', reason: null });
});

test('an operator who cancels what cannot be seen need not wait for its time limit', async () => {
  hang();
  const { run } = await app.start('model');
  await app.until(run, isRunning);
  scope().roles = {};
  await app.cancel(run);
  await app.ticks(11);
  expect((await app.record(run)).run).toMatchObject({
    state: 'cancelled',
    reason: expect.stringMatching(/^An operator cancelled the run\. The app could not see .* It may still be running/),
  });
});

test.each(['drop-before', 'drop-after'] as const)(
  'an end that is recorded with trouble (%s) is one end',
  async (kind) => {
    hang(5);
    const { run } = await app.start('model');
    await app.until(run, isRunning);
    scope().roles = {};
    await app.ticks(15);
    const { faults: ofTables } = app.world.tables.emulator;
    ofTables.add({ kind, match: { method: 'PATCH', path: '/runs' } });
    await app.ticks(10);
    ofTables.clear();
    await app.ticks(2);
    expect((await app.record(run)).run).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      attempt: { number: 1 },
    });
    expect(app.world.runtime.starts).toHaveLength(1);
  },
);
