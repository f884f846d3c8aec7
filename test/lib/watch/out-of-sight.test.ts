// When an attempt that cannot be looked at is given up.

import { expect, test } from 'vitest';
import type { AttemptedRun } from '../../../src/lib/compute/platform.ts';
import { ExternalCallError, type ExternalFailure } from '../../../src/lib/util/external-call.ts';
import { decideOutOfSight } from '../../../src/lib/watch/out-of-sight.ts';
import { acceptedRun, iso, later, modelOf, runOf } from '../../support/runs.ts';
import { CREATED, EXISTING, inWords, RUNS } from './decisions.ts';

const MINUTE = 60;

const errorOf = (failure: ExternalFailure, status: number | null, serviceCode: string | null = null) =>
  new ExternalCallError(
    { service: 'resource-manager', operation: 'look', failure, status, serviceCode, retryAfterMs: null },
    `Could not look at it: ${status ?? ''} ${serviceCode ?? ''}`.trim(),
    null,
  );
const FORBIDDEN = errorOf('refused', 403, 'AuthorizationFailed');
const DOWN = errorOf('unavailable', 503);
const REMEDY = 'Do this about it.';

const decide = (
  run: AttemptedRun,
  seconds: number,
  error = FORBIDDEN,
  { patience = CREATED, model = modelOf('image') } = {},
) => decideOutOfSight({ run, error, remedy: REMEDY, patience, now: later(seconds), model });
const since = (run: AttemptedRun, seconds: number): AttemptedRun => ({
  ...run,
  attempt: { ...run.attempt, outOfSightSince: iso(seconds) },
});
const BLIND = since(RUNS, 60);
const ACCEPTED = since(acceptedRun('image'), 60);

/** The time limit is 20 minutes; a start may take 20 where the group is created, 30 where nobody says. */
test.each<[string, AttemptedRun, number, typeof CREATED]>([
  ['its time limit counts from its start', BLIND, 30 + 20 * MINUTE, CREATED],
  ['one that was not seen running may have started late', ACCEPTED, 2 + 50 * MINUTE, CREATED],
  ['so may an existing group', ACCEPTED, 2 + 50 * MINUTE, EXISTING],
  [
    'one whose start nobody has reported may have started late as well',
    since(runOf('image'), 120),
    60 + 50 * MINUTE,
    CREATED,
  ],
  ['an outage that begins late has its time', since(RUNS, 18 * MINUTE), 33 * MINUTE, CREATED],
  [
    'nobody waits for one that is to be stopped',
    { ...BLIND, attempt: { ...BLIND.attempt, stop: { because: 'operator', at: iso(90) } } },
    90 + 10 * MINUTE,
    CREATED,
  ],
])('%s', (_, run, endsAt, patience) => {
  for (const error of [FORBIDDEN, DOWN]) {
    expect(decide(run, endsAt - 1, error, { patience }).do).not.toBe('end');
    expect(decide(run, endsAt, error, { patience }).do).toBe('end');
  }
});

test('a refusal is said at once, an outage from the second look on, and neither again', () => {
  expect(inWords(decide(RUNS, 60))).toBe('update run.reason outOfSightSince');
  expect(inWords(decide(RUNS, 60, DOWN))).toBe('update outOfSightSince');
  const said = decide(BLIND, 120, DOWN);
  expect(inWords(said)).toBe('update run.reason outOfSightSince');
  const reason = said.do === 'update' ? (said.changes.run?.reason ?? null) : null;
  expect(inWords(decide({ ...BLIND, reason }, 180, DOWN))).toBe('nothing');
});

test('what is said quotes the platform, and says what to do', () => {
  expect(decide(BLIND, 120)).toMatchObject({
    changes: {
      run: {
        reason: `The app has not been able to see ${BLIND.attempt.execution} since 2026-04-01 12:01 UTC; it may still be running: Could not look at it: 403 AuthorizationFailed. ${REMEDY} If that lasts, the attempt ends at 2026-04-01 12:20 UTC, and Numerai is asked for the submission.`,
      },
    },
  });
  expect(decide(BLIND, 120 * MINUTE)).toMatchObject({
    ending: {
      failure: 'out-of-sight',
      mayRetry: true,
      startedAt: iso(30),
      reason: `The app could not see ${BLIND.attempt.execution} any more from 2026-04-01 12:01 UTC on: Could not look at it: 403 AuthorizationFailed. ${REMEDY} The time that its container had is over, so the attempt has ended for the app.`,
    },
  });
});

test('a known end is an end', () => {
  const ended: AttemptedRun = { ...RUNS, attempt: { ...RUNS.attempt, exitCode: 1, finishedAt: iso(90) } };
  expect(decide(ended, 100)).toMatchObject({
    do: 'end',
    ending: { failure: 'exit-code', exitCode: 1, finishedAt: iso(90) },
  });
});
