// A run that was asked for before its round opened, until it has its submission: the round is what Numerai says it
// is now.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { openApp, ROUND, type TestApp } from '../../support/app.ts';

const MINUTE = 60_000;
const CLASSIC = 8;
/** Opens at noon of the day after. */
const NEXT = ROUND + 1;
const OPENS = Date.parse('2026-04-02T12:00:00Z');

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    { name: 'early', tournament: 'classic', container: { image: 'example.org/early:1' } },
    { name: 'other', tournament: 'classic', container: { image: 'example.org/other:1' } },
  ]);
  app.world.runtime.behaviour = () => ({ endsAfter: MINUTE });
});
afterEach(() => app.close());

const passUntil = (time: number) => app.world.clock.advanceTo(new Date(time));
const now = async (run: Run) => (await app.record(run)).run;
const at = (minutes: number) => new Date(OPENS + minutes * MINUTE);
const startedAt = ({ attempt }: Run) => Date.parse(attempt?.acceptedAt ?? '');

async function requestEarly(minutes = -40): Promise<Run> {
  await passUntil(OPENS + minutes * MINUTE);
  const { run } = await app.start('early', { round: NEXT });
  expect(run).toMatchObject({
    state: 'waiting',
    attempt: null,
    waitingFor: 'round 2 to open at 12:00 UTC',
    nextAttemptAt: at(0).toISOString(),
  });
  return run;
}

async function attemptsAt(run: Run): Promise<number> {
  const { run: started } = await app.until(run, ({ attempt }) => attempt !== null);
  return (startedAt(started) - OPENS) / MINUTE;
}

describe('a run that waits for its round', () => {
  test('starts with the opening, once, and claims the round', async () => {
    const run = await requestEarly();
    expect(await app.start('early', { round: NEXT, triggerId: 'again' })).toMatchObject({
      run: { id: run.id },
      duplicate: true,
    });
    expect(await attemptsAt(run)).toBeGreaterThanOrEqual(0);
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', round: NEXT, attempt: { number: 1 } });
    expect(earlier).toEqual([]);
    expect(startedAt(ended)).toBeLessThanOrEqual(OPENS + 2 * MINUTE);
    expect(await app.start('early', { round: NEXT })).toMatchObject({ run: { id: run.id }, duplicate: true });
  });

  test.each([
    ['later', 25],
    ['earlier', -20],
  ])('follows an opening that is moved: %s', async (_when, minutes) => {
    const run = await requestEarly();
    app.world.numerai.rounds.change(CLASSIC, NEXT, { openTime: at(minutes), closeStakingTime: at(90) });
    await app.tick();
    await app.tick();
    expect(await now(run)).toMatchObject({ nextAttemptAt: at(minutes).toISOString() });
    const startedAfter = await attemptsAt(run);
    expect(startedAfter).toBeGreaterThanOrEqual(minutes);
    expect(startedAfter).toBeLessThan(minutes + 2.5);
  });

  test('starts at the time that was announced where Numerai is down then', async () => {
    const run = await requestEarly();
    app.world.numerai.emulator.faults.add({ kind: 'status', status: 500 });
    const startedAfter = await attemptsAt(run);
    expect(startedAfter).toBeGreaterThanOrEqual(0);
    expect(startedAfter).toBeLessThan(2.5);
  });

  test('starts within the documented hours where Numerai never shows the round', async () => {
    app.world.numerai.rounds.cancel(CLASSIC, NEXT);
    for (const later of [NEXT + 1, NEXT + 2, NEXT + 3]) app.world.numerai.rounds.cancel(CLASSIC, later);
    // Thursday; nobody lists what may have opened.
    await passUntil(OPENS + MINUTE);
    const { run } = await app.start('early', { round: NEXT });
    expect(run).toMatchObject({ state: 'waiting', waitingFor: 'round 2 to open', nextAttemptAt: null });
    const startedAfter = await attemptsAt(run);
    expect(startedAfter).toBeGreaterThanOrEqual(10);
    expect(startedAfter).toBeLessThan(13);
  });

  test('ends where the round closes before anything could be started', async () => {
    const run = await requestEarly();
    await passUntil(OPENS + 90 * MINUTE);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({
      state: 'failed',
      failure: 'round-missed',
      attempt: null,
      reason: expect.stringMatching(
        /It was not tried: Round 2 closed at [\d-]+ [\d:]+ UTC, before the container could be started\.$/,
      ),
    });
  });

  test('does not take the day of a round that is open, and takes its own', async () => {
    const early = await app.start('early', { round: NEXT });
    app.world.numerai.emulator.faults.add({ kind: 'status', status: 500 });
    await app.pass(2);
    const unknown = await app.start('early', { round: null, triggerId: null });
    expect(unknown).toMatchObject({ duplicate: false, run: { state: 'starting', round: null } });
    await passUntil(OPENS - 5 * MINUTE);
    expect(await app.start('early', { round: null })).toMatchObject({ duplicate: true, run: { id: early.run.id } });
  });
});

test('a round that Numerai lists only now is open, whatever was kept of its answer a few seconds ago', async () => {
  app.world.numerai.rounds.cancel(CLASSIC, ROUND);
  await expect(app.start('other', { round: null })).rejects.toThrow(/no round of classic is open/);
  await app.world.clock.advance(6_000);
  app.world.numerai.rounds.add({
    tournament: CLASSIC,
    number: ROUND,
    openTime: new Date('2026-04-01T12:00:00Z'),
    closeStakingTime: new Date('2026-04-01T13:00:00Z'),
  });
  expect(await app.start('other')).toMatchObject({ run: { round: ROUND, state: 'starting' } });
});
