// After an attempt that failed: Numerai is asked for the round where that may lead to another attempt, and only there.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { TIMING } from '../../../src/lib/runs/timing.ts';
import type { RunRequest } from '../../../src/lib/start/request.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import { openApp, ROUND, type TestApp } from '../../support/app.ts';

const MINUTE = 60_000;
const model = (name: string, rest: object = {}) => ({
  name,
  tournament: 'classic',
  container: { image: 'docker.io/someone/model:1' },
  timeoutMinutes: 120,
  ...rest,
});

let app: TestApp;
beforeEach(async () => {
  app = await openApp([model('model'), model('once', { maxAttempts: 1 })]);
});
afterEach(() => app.close());

const LONGER_THAN_A_ROUND = TIMING.assumedRoundMs / MINUTE + 5;

function endsAfter(minutes: number, ...exitCodes: number[]): void {
  app.world.runtime.behaviour = (_, start) => ({
    endsAfter: start === 1 ? minutes * MINUTE : 0,
    exitCode: exitCodes[start - 1] ?? 0,
  });
}

test('an attempt that took longer than most rounds is followed by another while its own round is open', async () => {
  endsAfter(LONGER_THAN_A_ROUND, 1, 0);
  app.world.numerai.rounds.change(8, ROUND, { closeStakingTime: new Date('2026-04-01T15:00:00Z') });
  const { run } = await app.start('model');
  const { run: ended, earlier } = await app.until(run, hasEnded);
  expect(earlier).toMatchObject([{ number: 1, exitCode: 1 }]);
  expect(ended).toMatchObject({ state: 'succeeded', round: ROUND, attempt: { number: 2 } });
  const [first] = earlier;
  const tookMs = Date.parse(first?.finishedAt ?? '') - Date.parse(first?.requestedAt ?? '');
  expect(tookMs).toBeGreaterThan(TIMING.assumedRoundMs);
});

test.each<[string, number, Partial<RunRequest>, object]>([
  ['of a test', 1, { isTest: true }, { state: 'failed', reason: expect.stringMatching(/its log says why\.$/) }],
  ['that an operator asked to be stopped', 143, {}, { state: 'cancelled' }],
])('Numerai is not asked for the round of an attempt %s', async (_, exitCode, request, expected) => {
  const { emulator } = app.world.numerai;
  endsAfter(20, exitCode);
  const { run } = await app.start('model', request);
  await app.pass(2);
  if (exitCode === 143) await app.cancel((await app.record(run)).run);
  await app.pass(23);
  const calls = emulator.callCount;
  await app.live(watch(app.services));
  expect((await app.record(run)).run).toMatchObject({ ...expected, attempt: { number: 1 } });
  expect(emulator.callCount).toBe(calls);
});

test('an attempt whose round nobody knows is followed by others for as long as rounds are documented to be open', async () => {
  endsAfter(20, 1, 1, 1);
  app.world.numerai.emulator.faults.add({ kind: 'drop-before' });
  const { run } = await app.start('model', { round: null });
  const { run: ended, earlier } = await app.until(run, hasEnded);
  expect(ended.round).toBeNull();
  expect([...earlier, ended.attempt].map((attempt) => attempt?.requestedAt.slice(11, 16))).toEqual([
    '12:00',
    // Held while Numerai does not answer, until it would be too late.
    '12:40',
    '12:43',
    '12:48',
  ]);
});
