// Attempts that were burnt early in a round, or not made although it could be won: as they were seen, each with another
// of its kind.

import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { run as runFunction } from '../../../src/functions/run.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import {
  behave,
  executions,
  MINUTE,
  minutesOf,
  modelOf,
  open,
  type Plan,
  ROUND,
  recordOf,
  SATURDAY,
  TUESDAY,
  WON,
} from '../../support/one-model.ts';

describe('a container whose data is late', () => {
  test.each([
    ['exits 1 for 15 minutes of a weekend', SATURDAY, 1, 15, 5, 1],
    ['exits 1 for three hours of a weekend', SATURDAY, 1, 180, 9, 4],
    ['exits 75 for eight minutes', TUESDAY, 75, 8, 6, 0.2],
    ['exits 75 for 40 minutes', TUESDAY, 75, 40, 14, 0.2],
    ['exits 75 for five hours of a weekend', SATURDAY, 75, 300, 40, 1],
  ])('and that %s submits soon after', async (_, start, exitCode, minutes, atMost, hours) => {
    const app = await open(modelOf(), { start });
    const readyAt = Date.parse(start) + minutes * MINUTE;
    behave(app, () => (app.world.clock.now().getTime() < readyAt ? { exitCode } : {}));
    await app.start('m');
    await app.pass(minutes + hours * 60 + 3);
    const run = await recordOf(app);
    expect(run).toMatchObject(WON);
    expect(executions(app)).toBeLessThanOrEqual(atMost);
    if (exitCode === 75) expect(run.countedFailures).toBe(0);
  });

  test('says what it waits for, and until when', async () => {
    const app = await open(modelOf());
    behave(app, () => ({ exitCode: 75 }));
    await app.start('m');
    await app.pass(7);
    const { state, waitingFor, nextAttemptAt } = await recordOf(app);
    expect({ state, waitingFor }).toEqual({ state: 'waiting', waitingFor: 'the data to be ready' });
    expect(Date.parse(nextAttemptAt ?? '')).toBeGreaterThan(app.world.clock.now().getTime());
  });
});

test('a container that fails again and again is tried at once, after 2, 5 and so late that it is just in time', async () => {
  const app = await open(modelOf());
  behave(app, () => ({ exitCode: 1 }));
  await app.start('m');
  await app.pass(65);
  const [first = 0, ...others] = await minutesOf(app);
  expect(first).toBeLessThan(0.2);
  const [second = 0, third = 0, fourth = 0, last = 0] = others;
  expect(others).toHaveLength(4);
  expect(second - first).toBeLessThanOrEqual(2);
  expect(third - second).toBeGreaterThanOrEqual(2);
  expect(fourth - third).toBeGreaterThanOrEqual(5);
  expect(last).toBeGreaterThan(35);
  expect(last).toBeLessThan(55);
  expect(await recordOf(app)).toMatchObject({ state: 'failed', failure: 'exit-code', countedFailures: 5 });
});

describe('what only a person can fix', () => {
  const SECRETS = { KEY: 'some-key' };
  const secrets = { 'some-key': 'a-wrong-value' };

  test.each([
    ['a container that exits with 78', () => undefined, 78],
    [
      'an image that does not exist',
      (app: SimulatedApp) => app.world.runtime.missingImages.add('docker.io/someone/m:1'),
      0,
    ],
  ])('%s: is reported at once, and tried once more before the close', async (_, arrange, exitCode) => {
    const app = await open(modelOf());
    arrange(app);
    behave(app, () => ({ exitCode }));
    await app.start('m');
    await app.pass(8);
    expect(app.titles()).toEqual([`m: the run for round ${ROUND} has no submission yet`]);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { number: 1 } });
    await app.pass(57);
    const minutes = await minutesOf(app);
    expect(minutes).toHaveLength(2);
    expect(minutes[1]).toBeGreaterThan(35);
    expect(await recordOf(app)).toMatchObject({ state: 'failed', attempt: { number: 2 } });
  });

  test.each([
    ['early', 10, 1],
    ['after its try before the close', 43, 2],
  ])('is tried again within minutes when a secret has changed: %s', async (_, minute, failed) => {
    const app = await open(modelOf({ secrets: SECRETS }), { secrets });
    let isFixed = false;
    behave(app, () => ({ exitCode: isFixed ? 0 : 78 }));
    await app.start('m');
    await app.pass(minute);
    expect(executions(app)).toBe(failed);
    expect(await recordOf(app)).toMatchObject({
      state: 'waiting',
      waitingFor: 'somebody to fix the configuration',
      nextAttemptAt: failed === 1 ? expect.any(String) : null,
    });
    app.world.keyVault.setSecret('some-key', 'the-right-value');
    isFixed = true;
    await app.pass(8);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: failed + 1 } });
    expect(executions(app)).toBe(failed + 1);
  });

  test('is tried again at once when models.json was changed while it ran', async () => {
    const app = await open(modelOf());
    let isFixed = false;
    behave(app, () => ({ exitCode: isFixed ? 0 : 78, seconds: 180 }));
    await app.start('m');
    await app.pass(1);
    app.deploy([modelOf({ env: { FOLD: '1' } })]);
    isFixed = true;
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2 } });
  });

  test('has another try before the close where the round is extended after its first', async () => {
    const app = await open(modelOf());
    behave(app, () => ({ exitCode: 78 }));
    await app.start('m');
    await app.pass(50);
    expect(await minutesOf(app)).toEqual([0, 40]);
    const closes = new Date('2026-04-07T15:00:00Z');
    app.world.numerai.rounds.change(8, ROUND, { closeStakingTime: closes, closeTime: closes });
    behave(app);
    await app.pass(140);
    const minutes = await minutesOf(app);
    expect(minutes).toHaveLength(3);
    expect(minutes[2]).toBeGreaterThan(120);
    expect(await recordOf(app)).toMatchObject(WON);
  });

  test('is not tried again for an outage of the vault, which changes nothing', async () => {
    const app = await open(modelOf({ secrets: SECRETS }), { secrets });
    behave(app, () => ({ exitCode: 78 }));
    await app.start('m');
    await app.pass(3);
    app.world.keyVault.emulator.faults.add({ kind: 'status', status: 503 });
    await app.pass(20);
    app.world.keyVault.emulator.faults.clear();
    await app.pass(5);
    expect(executions(app)).toBe(1);
  });

  test.each([
    ['of an image that does not exist', { image: 'docker.io/someone/typo:1' }],
    ['of a container that exits with 78 for want of a variable', { env: {} }],
  ])('is tried again at once when models.json has changed: %s', async (_, container) => {
    const app = await open(modelOf(container));
    app.world.runtime.missingImages.add('docker.io/someone/typo:1');
    let isFixed = false;
    behave(app, () => ({ exitCode: isFixed ? 0 : 78 }));
    await app.start('m');
    await app.pass(10);
    app.deploy([modelOf({ env: { FOLD: '1' } })]);
    isFixed = true;
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2 } });
  });
});

test.each([
  ['up to maxMemoryGB', { memoryGB: 2, maxMemoryGB: 4 }, [2, 3, 4, 4, 4]],
  ['up to twice the memory where that is not said', { memoryGB: 1.5 }, [1.5, 2.3, 3, 3, 3]],
])('an attempt after one that ran out of memory has half as much again, %s', async (_, size, expected) => {
  const app = await open(modelOf(size));
  behave(app, () => ({ exitCode: 137 }));
  await app.start('m');
  await app.pass(62);
  const body = z.object({
    properties: z.object({
      containers: z.array(
        z.object({ properties: z.object({ resources: z.object({ requests: z.object({ memoryInGB: z.number() }) }) }) }),
      ),
    }),
  });
  const asked = app.world.resourceManager.emulator.calls
    .filter(({ method }) => method === 'PUT')
    .map(
      (call) =>
        body.parse(JSON.parse(call.body.toString('utf8'))).properties.containers[0]?.properties.resources.requests
          .memoryInGB,
    );
  expect(asked).toEqual(expected);
});

describe('the last resort', () => {
  const QUICK = 'docker.io/someone/quick:1';
  const lastResort = { image: QUICK, minutes: 4 };
  const attemptsOf = z.object({
    attempts: z.array(z.object({ number: z.number(), lastResort: z.boolean(), outcome: z.string().nullable() })),
  });

  test.each<[string, Plan, (app: SimulatedApp) => void]>([
    ['hangs', { hangs: true }, () => {}],
    ['is pulled for too long', {}, ({ world }) => world.resourceManager.groups.stickNew(/-a[12]$/, 'pulling')],
    ['fails each time', { exitCode: 1 }, () => {}],
    ['finds no room all the time', {}, ({ world }) => world.resourceManager.setCapacity('westus', 'refuses')],
  ])('submits before the close where the ordinary container %s', async (_, plan, arrange) => {
    const elsewhere = { ...lastResort, locations: ['westeurope'] };
    const app = await open(modelOf({ locations: ['westus'] }, { lastResort: elsewhere }));
    arrange(app);
    behave(app, (__, image) => (image === QUICK ? { seconds: 90 } : plan));
    const id = await app.start('m');
    await app.pass(62);
    expect(await recordOf(app)).toMatchObject(WON);
    const { body } = await app.call(runFunction, { params: { model: 'm', runId: id } });
    const { attempts } = attemptsOf.parse(body);
    expect(attempts.map((attempt) => attempt.lastResort)).toEqual([...attempts.slice(1).map(() => false), true]);
    expect(attempts.at(-1)?.outcome).toBe('succeeded');
    expect(app.world.runtime.starts.at(-1)?.image).toBe(QUICK);
  });

  test.each([
    ['exits with 78', () => undefined],
    [
      'has an image that does not exist',
      (app: SimulatedApp) => app.world.runtime.missingImages.add('docker.io/someone/m:1'),
    ],
  ])('is started at once where the ordinary container %s', async (_, arrange) => {
    const app = await open(modelOf({}, { lastResort }));
    arrange(app);
    behave(app, (__, image) => (image === QUICK ? {} : { exitCode: 78 }));
    await app.start('m');
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, lastResort: true } });
    expect((await minutesOf(app))[1]).toBeLessThanOrEqual(6);
    expect(app.titles()).toContain(`m: the run for round ${ROUND} has no submission yet`);
  });

  test.each<[string, number]>([
    ['another', 0],
    ['the same typo', 1],
  ])('has failed for %s: the ordinary container follows once somebody has fixed it', async (_, isTypo) => {
    const typo = 'docker.io/someone/typo:1';
    const app = await open(
      modelOf({ image: typo }, { lastResort: isTypo ? { ...lastResort, image: typo } : lastResort }),
    );
    app.world.runtime.missingImages.add(typo);
    behave(app, (__, image) => ({ exitCode: image === QUICK ? 1 : 0 }));
    await app.start('m');
    await app.pass(15);
    expect(await recordOf(app)).toMatchObject({
      state: 'waiting',
      waitingFor: 'somebody to fix the ordinary container',
      attempt: { number: 2, lastResort: true },
    });
    app.deploy([modelOf({}, { lastResort })]);
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 3, lastResort: false } });
  });

  test('is tried again at once when somebody has fixed nothing else', async () => {
    const typo = 'docker.io/someone/typo:1';
    const app = await open(modelOf({}, { lastResort: { ...lastResort, image: typo } }));
    app.world.runtime.missingImages.add(typo);
    behave(app, (__, image) => (image === QUICK ? {} : { exitCode: 78 }));
    await app.start('m');
    await app.pass(15);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { number: 2, lastResort: true } });
    app.deploy([modelOf({}, { lastResort })]);
    await app.pass(6);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 4, lastResort: true } });
  });

  test('submits although the ordinary container takes minutes to stop', async () => {
    const delays = { stopping: 3 * MINUTE };
    const app = await open(modelOf({}, { lastResort }), { resourceManager: { delays } });
    behave(app, (_, image) => (image === QUICK ? { seconds: 90 } : { hangs: true }));
    await app.start('m');
    await app.pass(62);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, lastResort: true } });
  });
});

describe('an attempt that is kept for late moves with the close of its round', () => {
  const at = (minutes: number) => new Date(Date.parse(TUESDAY) + minutes * MINUTE);

  test.each([
    ['later, of a container that fails', 1, 120, 5],
    ['earlier, of a container that fails', 1, 50, 5],
    ['later, of one that a person has to fix', 78, 120, 2],
    ['earlier, of one that a person has to fix', 78, 45, 2],
  ])('%s', async (_, exitCode, minutes, last) => {
    const app = await open(modelOf());
    behave(app, (start) => (start < last ? { exitCode } : {}));
    await app.start('m');
    await app.pass(15);
    app.world.numerai.rounds.change(8, ROUND, { closeStakingTime: at(minutes), closeTime: at(minutes) });
    await app.pass(5);
    const { nextAttemptAt, reason } = await recordOf(app);
    expect(nextAttemptAt).toBe(at(minutes - 20).toISOString());
    expect(reason).not.toMatch(/tried again at/);
    await app.pass(minutes - 15);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: last } });
    expect((await minutesOf(app)).at(-1)).toBeCloseTo(minutes - 20, 0);
  });
});

describe('a round that is extended after its close', () => {
  const CLOSE = new Date(Date.parse(TUESDAY) + 100 * MINUTE);

  test.each([
    ['had no data before', (): object => ({ exitCode: 75 }), () => undefined],
    [
      'could not be started before',
      (): object => ({}),
      (app: SimulatedApp) => app.world.resourceManager.setCapacity('westeurope', 'refuses'),
    ],
  ])('takes up the run that %s', async (_, plan, arrange) => {
    const app = await open(modelOf());
    let isOver = false;
    behave(app, () => (isOver ? {} : plan()));
    arrange(app);
    const id = await app.start('m');
    await app.pass(63);
    expect((await recordOf(app)).state).toBe('failed');
    isOver = true;
    app.world.resourceManager.setCapacity('westeurope', 'ample');
    app.world.numerai.rounds.change(8, ROUND, { closeStakingTime: CLOSE, closeTime: CLOSE });
    await app.pass(30);
    expect(await recordOf(app)).toMatchObject({ ...WON, id });
  });
});
