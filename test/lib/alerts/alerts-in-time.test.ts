// Alerts that come, or go, as time passes.

import { describe, expect, test } from 'vitest';
import { startSimulatedApp } from '../../simulation/app/simulated-app.ts';
import { messageIn } from '../../support/json-alert.ts';
import { roundsAtNoon } from '../../support/schedules.ts';

const MODEL_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';
/** Tuesday to Friday. */
const ROUNDS = roundsAtNoon([1000, '2026-04-06'], [1001, '2026-04-07'], [1002, '2026-04-08'], [1003, '2026-04-09']);

const model = (name: string, more: object = {}) => ({
  name,
  tournament: 'classic',
  container: { image: `example.org/${name}:1` },
  maxAttempts: 1,
  ...more,
});

/** All rounds are over, or yet to come, by the times that go with it. */
const NO_ROUND = { models: [model('idle')], schedule: ROUNDS };

describe('a round', () => {
  test('without a submission is reported 20 minutes before it closes, when missed, and when well again', async () => {
    const app = await startSimulatedApp('2026-04-07T11:50:00Z', {
      models: [
        model('left-out', { fallback: false }),
        model('well'),
        model('by-hand', { fallback: false, numeraiModels: [MODEL_ID] }),
      ],
      schedule: ROUNDS,
    });
    await app.pass(12);
    await app.start('well');
    app.world.numerai.submit({ modelId: MODEL_ID });
    await app.pass(37);
    expect(app.titles()).toEqual([]);

    await app.pass(6);
    expect(app.titles()).toEqual([
      expect.stringMatching(/^left-out: no submission, and round 1001 closes in (1\d|20) min$/),
    ]);
    const [alert] = app.world.alertReceivers.received.filter(({ format }) => format === 'json');
    expect(messageIn(alert?.body)).toMatchObject({
      kind: 'round-closing',
      text: expect.stringContaining('No run has been started for it.'),
      links: [
        { title: 'Dashboard', url: 'https://app.example/api/dashboard' },
        { title: 'Model', url: 'https://app.example/api/dashboard/left-out' },
      ],
    });

    await app.pass(30);
    expect(app.titles().slice(1)).toEqual(['left-out: round 1001 was missed']);
    await app.pass(60);
    expect(app.titles()).toHaveLength(2);

    await app.sleepUntil(new Date('2026-04-08T12:00:00Z'));
    await app.start('left-out');
    await app.pass(5);
    expect(app.titles().slice(2)).toEqual(['left-out: back to normal']);
  });

  test('is reported by the documented hours where Numerai does not answer', async () => {
    const app = await startSimulatedApp('2026-04-07T12:35:00Z', {
      models: [model('in-the-dark', { fallback: false })],
      schedule: ROUNDS,
    });
    app.world.numerai.emulator.faults.add({ kind: 'status', status: 400 });
    await app.pass(12);
    expect(app.titles()).toEqual([
      expect.stringMatching(/^in-the-dark: no submission known, and today's round closes in 1\d min$/),
    ]);
  });
});

describe('a timer that does not run', () => {
  test('is reported by the other one, once, and so is that it runs again', async () => {
    const app = await startSimulatedApp('2026-04-06T20:00:00Z', NO_ROUND);
    await app.pass(10);
    await app.pass(30, { watcher: false });
    expect(app.titles()).toEqual([expect.stringMatching(/^The watcher has not run since 2026-04-06 20:\d\d UTC$/)]);
    await app.pass(10);
    expect(app.titles().slice(1)).toEqual(['The watcher: back to normal']);

    await app.pass(30, { fallback: false });
    await app.pass(10);
    expect(app.titles().slice(2)).toEqual([
      expect.stringMatching(/^The fallback has not run since/),
      'The fallback: back to normal',
    ]);
  });

  test('is not reported where the whole app was down', async () => {
    const app = await startSimulatedApp('2026-04-06T20:00:00Z', NO_ROUND);
    await app.pass(10);
    await app.world.clock.advance(10 * 3600_000);
    await app.pass(20);
    expect(app.titles()).toEqual([]);
  });
});

test('an idle tick of the watcher makes one call, and every fifth minute looks into the outbox', async () => {
  const app = await startSimulatedApp('2026-04-06T20:00:00Z', NO_ROUND);
  await app.pass(6);
  const { calls } = app.world.tables.emulator;
  const counts: number[] = [];
  for (let minute = 0; minute < 10; minute += 1) {
    await app.world.clock.advance(60_000);
    const before = calls.length;
    await app.watch();
    counts.push(calls.length - before);
  }
  expect(counts.filter((count) => count > 1)).toEqual([expect.any(Number), expect.any(Number)]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(4);
});

describe('a secret', () => {
  test('is reported a week before it expires, looked at once a day, and reported as renewed', async () => {
    const app = await startSimulatedApp('2026-04-06T20:01:00Z', {
      schedule: ROUNDS,
      models: [
        model('with-key', {
          fallback: false,
          container: { image: 'a:1', secrets: { KEY: 'the-key' } },
        }),
      ],
      secrets: { 'the-key': 'value-of-the-key' },
    });
    const { keyVault } = app.world;
    const titles = () => app.titles().filter((title) => title.includes('secret'));
    keyVault.setSecret('the-key', 'value-of-the-key', {
      expires: new Date('2026-04-14T12:00:00Z'),
    });
    await app.pass(10);
    const reads = () => keyVault.emulator.calls.filter(({ url }) => url.pathname.includes('/secrets/the-key')).length;
    expect(reads()).toBeGreaterThan(0);
    const read = reads();
    expect(titles()).toEqual([]);
    await app.pass(30);
    expect(reads()).toBe(read);

    await app.sleepUntil(new Date('2026-04-08T00:00:00Z'));
    await app.pass(30);
    expect(titles()).toEqual(['The secret the-key expires within a week']);

    keyVault.setSecret('the-key', 'another-value', { expires: new Date('2027-04-14T12:00:00Z') });
    await app.sleepUntil(new Date('2026-04-09T00:00:00Z'));
    await app.pass(10);
    expect(titles().slice(1)).toEqual(['The secret the-key: back to normal']);
  });
});

describe('a delivery', () => {
  /** An app whose model's first run fails at once. */
  async function withFailure() {
    const app = await startSimulatedApp('2026-04-07T12:01:00Z', {
      models: [model('fails')],
      schedule: ROUNDS,
      settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key' },
    });
    app.world.runtime.behaviour = () => ({ exitCode: 1 });
    return app;
  }

  test('to a receiver that is down is tried again with longer and longer waits, and made once', async () => {
    const app = await withFailure();
    const { alertReceivers } = app.world;
    alertReceivers.emulator.faults.add({ kind: 'status', status: 400 });
    await app.start('fails');
    await app.pass(40);
    const tried = alertReceivers.emulator.calls.length;
    expect(tried).toBeGreaterThanOrEqual(4);
    expect(tried).toBeLessThanOrEqual(8);
    alertReceivers.emulator.faults.clear();
    await app.pass(40);
    expect(app.titles().filter((title) => title.includes('failed'))).toEqual(['fails: the run for round 1001 failed']);
  });

  test('that waited for a day is given up', async () => {
    const app = await withFailure();
    const { alertReceivers } = app.world;
    alertReceivers.emulator.faults.add({ kind: 'status', status: 400 });
    await app.start('fails');
    await app.pass(5);
    await app.world.clock.advance(25 * 3600_000);
    await app.pass(5);
    alertReceivers.emulator.faults.clear();
    await app.pass(40);
    expect(app.titles().filter((title) => title.startsWith('fails: the run'))).toEqual([]);
    expect(app.lines.join('\n')).toContain('alert given up');
  });

  test('that could not be noted is made again under the same id, after the wait', async () => {
    const app = await withFailure();
    await app.start('fails');
    // The first write of the alert decides who sends it, the second notes what came of it.
    app.world.tables.emulator.faults.add({
      kind: 'drop-before',
      match: { method: 'PATCH', path: "state.*PartitionKey='alerts'" },
      after: 1,
      times: 3,
    });
    await app.pass(10);
    const ids = app.world.alertReceivers.received.map(({ body }) => messageIn(body).id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('is not lost where the outbox is out of reach when the run ends', async () => {
    const app = await withFailure();
    await app.start('fails');
    const { faults } = app.world.tables.emulator;
    faults.add({ kind: 'status', status: 503, match: { path: '/state' } });
    await app.pass(3);
    expect(app.titles()).toEqual([]);
    faults.clear();
    await app.pass(1);
    expect(app.titles()).toEqual(['fails: the run for round 1001 failed']);
  });

  test('of what is well again is made once, also where what it ends could not be closed', async () => {
    const app = await withFailure();
    await app.start('fails');
    await app.pass(3);
    app.world.runtime.behaviour = () => ({ exitCode: 0 });
    app.world.tables.emulator.faults.add({
      kind: 'drop-before',
      match: { method: 'PATCH', path: "state.*PartitionKey='alerts'" },
      times: 3,
    });
    await app.start('fails');
    await app.pass(10);
    expect(app.titles()).toEqual(['fails: the run for round 1001 failed', 'fails: back to normal']);
  });

  test('is made once where two instances look at the same moment', async () => {
    const app = await withFailure();
    await app.start('fails');
    for (let minute = 0; minute < 6; minute += 1) {
      await app.world.clock.advance(60_000);
      await app.watch(2);
    }
    expect(app.titles()).toEqual(['fails: the run for round 1001 failed']);
  });
});

test('a day with too many starts is over with the day, and not with the first tick of the fallback', async () => {
  const app = await startSimulatedApp('2026-04-07T12:00:00Z', {
    models: [model('one'), model('two')],
    schedule: ROUNDS,
    settings: { MAX_STARTS_PER_DAY: '1', ALERT_WEBHOOKS: 'json:alert-json:alert-json-key' },
  });
  await app.start('one');
  await expect(app.start('two')).rejects.toThrow('The request was answered 503.');
  await app.pass(10);
  expect(app.titles()).toContain('No more containers are started today: 1 were');
  expect(app.titles()).not.toContain('The number of starts: back to normal');
  await app.sleepUntil(new Date('2026-04-07T23:59:00Z'));
  await app.pass(6);
  expect(app.titles()).toContain('The number of starts: back to normal');
});
