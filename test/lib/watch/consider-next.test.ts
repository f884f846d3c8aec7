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

interface Case {
  readonly of?: string;
  readonly exitCode?: number;
  readonly minutes?: number;
  readonly request?: Partial<RunRequest>;
  readonly isWithoutNumerai?: boolean;
}

test.each<[string, RegExp, Case]>([
  ['of a test', /exit code 1; its log says why\.$/, { request: { isTest: true } }],
  ['for its configuration', /exit code 78/, { exitCode: 78 }],
  ['the last time', /This was attempt 1, the last one\.$/, { of: 'once' }],
  [
    'without a round, when that is closed by now',
    /the round is most likely closed by now\.$/,
    { request: { round: null }, minutes: LONGER_THAN_A_ROUND, isWithoutNumerai: true },
  ],
])('Numerai is not asked for the round of an attempt that failed %s', async (_, reason, given) => {
  const { of = 'model', exitCode = 1, minutes = 20, request = {}, isWithoutNumerai = false } = given;
  const { emulator } = app.world.numerai;
  endsAfter(minutes, exitCode);
  if (isWithoutNumerai) emulator.faults.add({ kind: 'drop-before' });
  const { run } = await app.start(of, request);
  emulator.faults.clear();
  await app.pass(minutes + 5);
  expect((await app.record(run)).run).toMatchObject({
    state: 'starting',
    round: request.round === null ? null : ROUND,
  });
  const calls = emulator.callCount;
  await app.live(watch(app.services));
  expect((await app.record(run)).run).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(reason),
    attempt: { number: 1, exitCode },
  });
  expect(emulator.callCount).toBe(calls);
});
