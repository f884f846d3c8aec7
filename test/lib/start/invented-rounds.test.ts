// A call that lies about the round while Numerai cannot be asked, and the call that does not, hours or seconds later.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { openApp, ROUND, type TestApp } from '../../support/app.ts';

const MINUTE = 60_000;
const NEXT = ROUND + 1;
/** Thursday: round 2. */
const OPENS = Date.parse('2026-04-02T12:00:00Z');

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    { name: 'lied-to', tournament: 'classic', container: { image: 'example.org/lied-to:1' } },
    { name: 'other', tournament: 'classic', container: { image: 'example.org/other:1' } },
  ]);
  app.world.runtime.behaviour = () => ({ endsAfter: 5 * MINUTE });
});
afterEach(() => app.close());

const passUntil = (minutes: number) => app.world.clock.advanceTo(new Date(OPENS + minutes * MINUTE));
const silence = () => app.world.numerai.emulator.faults.add({ kind: 'status', status: 503 });
const call = (round: number, triggerId = `${round}`) => app.start('lied-to', { round, triggerId });

describe('while Numerai cannot be asked, but could before', () => {
  test('only the round that can be open starts', async () => {
    await app.start('other');
    silence();
    await passUntil(5);
    for (const round of [ROUND, 99, NEXT + 2, 9_999_999])
      await expect(call(round)).rejects.toThrow(/^Nothing was started: round \d+ of classic cannot be open\..* 503/);
    expect(await call(NEXT)).toMatchObject({ duplicate: false, run: { round: NEXT, state: 'starting' } });
  });

  test('the one that opens next waits for the time that was announced', async () => {
    await app.start('other');
    silence();
    await passUntil(-30);
    const { run } = await call(NEXT);
    expect(run).toMatchObject({ state: 'waiting', nextAttemptAt: new Date(OPENS).toISOString() });
    await app.ticks(20);
    expect((await app.record(run)).run).toMatchObject({ state: 'waiting', attempt: null });
    const { run: started } = await app.until(run, ({ attempt }) => attempt !== null);
    expect(Date.parse(started.attempt?.acceptedAt ?? '')).toBeGreaterThanOrEqual(OPENS);
    expect(await call(NEXT, 'numerai')).toMatchObject({ duplicate: true, run: { id: run.id } });
  });

  test('one that is not listed yet does not start in the hours of the one before', async () => {
    for (let later = NEXT; later < NEXT + 5; later += 1) app.world.numerai.rounds.cancel(8, later);
    const { run } = await call(NEXT);
    expect(run).toMatchObject({ state: 'waiting', nextAttemptAt: null });
    silence();
    await app.ticks(30);
    expect((await app.record(run)).run).toMatchObject({ state: 'waiting', attempt: null });
  });
});

describe('where nobody ever knew a round', () => {
  test('a call before the hours has a run, and the one that comes in them another', async () => {
    silence();
    await passUntil(-60);
    const early = await call(7);
    expect(early).toMatchObject({ duplicate: false, run: { round: null, state: 'starting' } });
    expect(app.lines.join('\n')).toMatch(/"named":7,"why":"Numerai could not be asked: .*"round cannot be checked"/);
    await app.until(early.run, hasEnded);
    await passUntil(0.1);
    const own = await call(NEXT);
    expect(own).toMatchObject({ duplicate: false, run: { state: 'starting', round: null } });
    expect(own.run.id).not.toBe(early.run.id);
    expect(await call(8)).toMatchObject({ duplicate: true, run: { id: own.run.id } });
  });

  test.each([
    ['is asked again', true],
    ['is still away', false],
  ])(
    'what was started before the hours and still runs is not the run of the round, where Numerai %s',
    async (_, asked) => {
      app.world.runtime.behaviour = () => ({ endsAfter: 600 * MINUTE });
      silence();
      await passUntil(-20);
      const early = await call(7);
      if (asked) app.world.numerai.emulator.faults.clear();
      await passUntil(0.1);
      const own = await call(NEXT);
      expect(own).toMatchObject({ duplicate: false, run: { round: asked ? NEXT : null } });
      expect(own.run.id).not.toBe(early.run.id);
    },
  );

  test('what was started within the hours is the run of the round once Numerai says which that is', async () => {
    silence();
    await passUntil(0.1);
    const first = await call(7);
    app.world.numerai.emulator.faults.clear();
    await passUntil(2);
    expect(await call(NEXT)).toMatchObject({ duplicate: true, run: { id: first.run.id, round: NEXT } });
  });
});

describe('an instance that has no list, after a restart', () => {
  const afterRestart = async () => {
    const { run } = await call(ROUND);
    await app.until(run, hasEnded);
    app.replaceInstance();
    return run;
  };
  /** However the numbers follow each other. */
  const expectNothingStarted = async (id: string): Promise<void> => {
    for (const round of [NEXT, NEXT + 1, NEXT + 2, 999_999, ROUND - 1])
      expect(await call(round)).toMatchObject({ duplicate: true, run: { id, round: ROUND } });
  };

  test('believes none of the numbers that follow the round of the day', async () => {
    const { id } = await afterRestart();
    silence();
    await expectNothingStarted(id);
    app.world.numerai.emulator.faults.clear();
    await passUntil(1);
    expect(await call(NEXT, 'numerai')).toMatchObject({ duplicate: false, run: { round: NEXT, state: 'starting' } });
  });

  test('believes none where Numerai lists nothing', async () => {
    const { id } = await afterRestart();
    for (let round = ROUND; round < ROUND + 8; round += 1) app.world.numerai.rounds.cancel(8, round);
    await expectNothingStarted(id);
  });
});

test('an empty list of rounds is no reason to forget the one before', async () => {
  await app.start('other');
  for (let round = ROUND; round < ROUND + 8; round += 1) app.world.numerai.rounds.cancel(8, round);
  await app.pass(2);
  await expect(call(999_999)).rejects.toThrow(/cannot be open.* Numerai lists no rounds/);
  expect(await call(ROUND)).toMatchObject({ duplicate: false, run: { round: ROUND } });
});
