// Attempts that were burnt early in a round, or not made although it could be won: as they were seen, each with another
// of its kind.

import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import {
  behave,
  executions,
  MINUTE,
  minutesOf,
  modelOf,
  open,
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
