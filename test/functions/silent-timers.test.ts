// All timers of the app stop, as has been seen on Flex Consumption after a deployment, while HTTP goes on: calls do the
// timers' work and report it.

import { describe, expect, test } from 'vitest';
import { healthDeep } from '../../src/functions/health-deep.ts';
import { status } from '../../src/functions/status.ts';
import { webhook } from '../../src/functions/webhook.ts';
import { type SimulatedApp, type SimulatedAppOptions, startSimulatedApp } from '../simulation/app/simulated-app.ts';
import type { Plan } from '../simulation/world/external-calls.ts';
import { roundsAtNoon } from '../support/schedules.ts';

const SCHEDULE = roundsAtNoon([1001, '2026-04-07']);

const model = (name: string) => ({
  name,
  tournament: 'classic',
  container: { image: `example.org/${name}:1` },
});
const CALLED = { params: { model: 'called' }, method: 'POST', body: { roundNumber: '1001' } } as const;

const open = (start: string, more: Partial<SimulatedAppOptions> = {}): Promise<SimulatedApp> =>
  startSimulatedApp(start, { models: [model('called'), model('uncalled')], schedule: SCHEDULE, ...more });

/** A call a minute, and no timer. */
async function callFor(app: SimulatedApp, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await app.world.clock.advance(60_000);
    expect((await app.call(status)).status).toBe(200);
  }
}

const stateOf = async (app: SimulatedApp, name: string): Promise<unknown> =>
  (await app.call(status, { params: { model: name } })).body;

const deputized = (app: SimulatedApp): number => app.lines.filter((line) => line.includes('does their tick')).length;

describe('where both timers have stopped', () => {
  test('calls bring runs to their end, start what no webhook did, and report it, until the timers run again', async () => {
    const app = await open('2026-04-07T11:00:00Z');
    await app.pass(10);
    await app.sleepUntil(new Date('2026-04-07T12:00:00Z'));

    const started = await app.call(webhook, CALLED);
    expect(started).toMatchObject({ status: 200, body: { state: 'starting', duplicate: false } });
    // A tick is recorded every few minutes.
    expect(app.titles().sort()).toEqual([
      'The fallback has not run since 2026-04-07 11:10 UTC',
      'The watcher has not run since 2026-04-07 11:06 UTC',
    ]);

    await callFor(app, 20);
    for (const name of ['called', 'uncalled'])
      expect(await stateOf(app, name)).toMatchObject({
        // A call makes no timer look alive.
        timers: { watcher: { recent: false }, fallback: { recent: false, lastTickAt: '2026-04-07T11:10:00.000Z' } },
        models: [{ inFlight: null, rounds: [{ round: 1001, state: 'succeeded' }] }],
      });
    expect(app.titles()).toHaveLength(2);

    await app.pass(10);
    expect(app.titles().slice(2).sort()).toEqual(['The fallback: back to normal', 'The watcher: back to normal']);
  });

  test('deep health names each, since when, and what to do', async () => {
    const app = await open('2026-04-07T10:00:00Z');
    await app.pass(10);
    const healthy = await app.call(healthDeep);
    expect(healthy.body).toMatchObject({ findings: expect.arrayContaining([timerFinding('watcher', null)]) });
    await app.sleepUntil(new Date('2026-04-07T10:26:00Z'));
    expect(await app.call(healthDeep)).toMatchObject({
      status: 503,
      body: {
        findings: expect.arrayContaining([
          timerFinding('watcher', 'The watcher has not run since 2026-04-07 10:06 UTC.'),
          timerFinding('fallback', 'The fallback has not run since 2026-04-07 10:10 UTC.'),
        ]),
      },
    });
  });

  test('an app whose timers have never run is noticed once it has been deployed for long enough', async () => {
    const app = await open('2026-04-07T10:00:00Z');
    await app.call(status);
    await app.sleepUntil(new Date('2026-04-07T10:15:00Z'));
    expect((await app.call(healthDeep)).body).toMatchObject({
      findings: expect.arrayContaining([timerFinding('fallback', null)]),
    });
    expect(app.titles()).toEqual([]);
    await app.sleepUntil(new Date('2026-04-07T10:21:00Z'));
    expect((await app.call(healthDeep)).body).toMatchObject({
      findings: expect.arrayContaining([
        timerFinding('watcher', 'The watcher has not run since the app was deployed, 2026-04-07 10:00 UTC.'),
      ]),
    });
    expect(app.titles().sort()).toEqual([
      'The fallback has not run since the app was deployed, 2026-04-07 10:00 UTC',
      'The watcher has not run since the app was deployed, 2026-04-07 10:00 UTC',
    ]);
  });
});

const timerFinding = (timer: string, problem: string | null) => ({
  dependency: `timer ${timer}`,
  ok: problem === null,
  problem,
  remedy: problem === null ? null : expect.stringContaining(`AzureWebJobs.${timer}.Disabled`),
});

test("where only the watcher has stopped, a call does the watcher's work alone", async () => {
  const app = await open('2026-04-07T11:30:00Z');
  await app.pass(5);
  await app.pass(25, { watcher: false });
  await app.call(webhook, CALLED);
  for (let minute = 0; minute < 5; minute += 1) {
    await app.pass(1, { watcher: false });
    await app.call(status);
  }
  expect(await stateOf(app, 'called')).toMatchObject({ models: [{ rounds: [{ state: 'succeeded' }] }] });
  // The fallback said so before.
  expect(app.titles()).toEqual(['The watcher has not run since 2026-04-07 11:31 UTC']);
  expect(app.lines.join()).toContain('"timers":["watcher"]');
});

describe('a call that does their tick', () => {
  test('does one tick a minute, however many calls there are', async () => {
    const app = await open('2026-04-07T10:00:00Z');
    await app.pass(5);
    await app.sleepUntil(new Date('2026-04-07T10:30:00Z'));
    for (let call = 0; call < 5; call += 1) await app.call(status);
    expect(deputized(app)).toBe(1);
    await app.world.clock.advance(60_000);
    await app.call(status);
    expect(deputized(app)).toBe(2);
  });

  test('asks nothing before a timer can be late, where they run', async () => {
    const app = await open('2026-04-07T10:00:00Z');
    await app.pass(5);
    const { calls } = app.world.tables.emulator;
    const callsOfStatus = async (): Promise<number> => {
      const before = calls.length;
      await app.call(status);
      return calls.length - before;
    };
    const [first, second] = [await callsOfStatus(), await callsOfStatus()];
    expect(first - second).toBe(1);
    // The tick that was on record is from 10:01.
    await app.pass(11);
    expect(await callsOfStatus()).toBe(second);
    await app.pass(1);
    expect(await callsOfStatus()).toBe(first);
    expect(deputized(app)).toBe(0);
  });

  test('keeps no answer waiting for more than five seconds, and fails none', async () => {
    let isStuck = false;
    const plan: Plan = ({ dependency }) => ({ do: isStuck && dependency === 'alerts' ? 'hang' : 'pass' });
    const app = await open('2026-04-07T10:00:00Z', { plan });
    await app.pass(5);
    await app.sleepUntil(new Date('2026-04-07T10:30:00Z'));
    isStuck = true;
    const before = app.world.clock.now().getTime();
    expect((await app.call(status)).status).toBe(200);
    const waited = app.world.clock.now().getTime() - before;
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThanOrEqual(5_000);
    expect(deputized(app)).toBe(1);
  });

  test('does not fail an answer where the record does not say whether the timers run', async () => {
    const plan: Plan = ({ path, method }) =>
      method === 'GET' && path.includes('inflight') ? { do: 'status', status: 403 } : { do: 'pass' };
    const app = await open('2026-04-07T12:00:00Z', { plan });
    expect(await app.call(webhook, CALLED)).toMatchObject({ status: 200, body: { state: 'starting' } });
    expect(app.lines.join()).toContain('it is not known whether the timers run');
  });
});
