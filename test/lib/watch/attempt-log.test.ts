// What waits for the log of an attempt does not wait long, and what is said of a missing log holds no secret.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { TIMING } from '../../../src/lib/runs/timing.ts';
import { soon } from '../../../src/lib/watch/attempt-log.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { exitInTurn } from '../../support/containers.ts';

const MODEL = 'model';

let app: TestApp;
beforeEach(async () => {
  const model = { name: MODEL, tournament: 'classic', container: { image: 'docker.io/someone/model:1' } };
  app = await openApp([model, { ...model, name: 'once', maxAttempts: 1 }]);
});
afterEach(() => app.close());

const faults = () => app.world.resourceManager.emulator.faults;
const logOf = ({ model, id }: Run, attempt: number) => app.services.logs.load(model, id, attempt);

/** How much simulated time a tick takes, that begins now. */
async function tickMs(): Promise<number> {
  const before = app.world.clock.now().getTime();
  expect(await app.live(watch(app.services))).toMatchObject({ failures: 0 });
  return app.world.clock.now().getTime() - before;
}

describe('the next attempt', () => {
  test('follows within seconds where nothing can be stored of the log, not even why', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start(MODEL);
    await app.pass(1);
    app.world.tables.emulator.faults.add({ kind: 'hang', match: { path: 'log_' } });
    const tookMs = await tickMs();
    // For the log, and for the note in its place.
    expect(tookMs).toBeGreaterThanOrEqual(2 * TIMING.logSoonMs);
    expect(tookMs).toBeLessThan(3 * TIMING.logSoonMs);
    app.world.tables.emulator.faults.clear();
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  });

  test('of a run that is opened again follows within seconds, whatever becomes of the log', async () => {
    exitInTurn(app.world, 1, 0);
    const { run } = await app.start('once');
    faults().add({ kind: 'status', status: 500, match: { path: '/logs' } });
    await app.until(run, hasEnded);
    faults().clear();
    expect((await app.start('once')).run).toMatchObject({ state: 'waiting', attempt: { logKept: false } });
    faults().add({ kind: 'hang', match: { path: '/logs' } });
    const tookMs = await tickMs();
    expect(tookMs).toBeGreaterThanOrEqual(TIMING.logSoonMs);
    expect(tookMs).toBeLessThan(2 * TIMING.logSoonMs);
    expect(await logOf(run, 1)).toMatch(
      /^\[the app\] The log of attempt 1 could not be kept\. It took longer than 4 s/,
    );
    faults().clear();
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  });
});

test('the note on a log that is missing holds no secret', async () => {
  exitInTurn(app.world, 78);
  const secret = 'a-secret-that-is-known';
  app.services.redaction.add(secret);
  const { run } = await app.start(MODEL);
  const message = `Nobody may read this with ${secret}.`;
  faults().add({ kind: 'status', status: 403, message, match: { path: '/logs' } });
  await app.until(run, ({ attempt }) => attempt?.outcome !== null && attempt?.logKept === true);
  const note = await logOf(run, 1);
  expect(note).toContain('Nobody may read this with ');
  expect(note).not.toContain(secret);
});

test('what does not heed its signal is waited for no longer than a few seconds', async () => {
  const clock = new SimulatedClock('2026-04-01T12:00:00Z');
  let thrown: unknown = null;
  const late = soon(clock, () => new Promise(() => {})).catch((error: unknown) => {
    thrown = error;
  });
  await clock.advance(TIMING.logSoonMs - 1);
  expect(thrown).toBeNull();
  await clock.advance(1);
  expect(thrown).toMatchObject({ code: 'log-late' });
  await late;
});
