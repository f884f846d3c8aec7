// A run that ended without a good submission, while its round is open: is it taken up again?

import { expect, test } from 'vitest';
import { decideOnTakingUp } from '../../../src/lib/fallback/decide.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import type { Window } from '../../../src/lib/watch/window.ts';
import { acceptedRun, iso, later, modelOf, runOf } from '../../support/runs.ts';

const MINUTE = 60;
const NEEDED = { typicalMs: 5 * 60_000, slowMs: 10 * 60_000 };
const window = (more: Partial<Window> = {}): Window => ({
  name: 'round 1234',
  openTime: later(-5),
  closeTime: later(60 * MINUTE),
  isKnown: true,
  isDeadline: true,
  ...more,
});

const failed = (failure: Run['failure'], changes: Partial<Run> = {}, of: Partial<Attempt> = {}): Run =>
  acceptedRun(
    'image',
    { state: 'failed', failure, countedFailures: 1, ...changes },
    { outcome: 'failed', failure, ...of },
  );
/** Its start was never accepted. */
const unstarted = (failure: Run['failure'], changes: Partial<Run> = {}): Run =>
  runOf('image', { state: 'failed', failure, ...changes }, { outcome: 'failed', failure, acceptedAt: null });

/** Its last slot was added after it had succeeded. */
const added = acceptedRun(
  'image',
  {
    state: 'succeeded',
    slots: [
      { model: 'a', id: '1', submission: 'accepted', submittedAt: iso(60) },
      { model: 'b', id: null, submission: 'missing', submittedAt: null },
    ],
  },
  { outcome: 'succeeded' },
);

test.each<[string, Run, number, string, Window?]>([
  ['never had an attempt', { ...failed('round-missed'), attempt: null }, 20, 'at 20'],
  ['was only recorded as missed', failed('round-missed'), 20, 'at 20'],
  ['was refused its start until the round had closed', unstarted('no-capacity'), 20, 'at 20'],
  ['was refused its start, but there is too little time', unstarted('no-capacity'), 56, 'end'],
  ['was refused its start, and is just in time', unstarted('no-capacity'), 55, 'at 55'],
  [
    'was refused its start, and its round has yet to open',
    unstarted('quota'),
    5,
    'end',
    window({ openTime: later(600) }),
  ],
  ['was to be stopped before it began', unstarted('stopped-outside'), 20, 'end'],
  ['crashed, as after any attempt', failed('exit-code', { countedFailures: 2 }), 20, 'at 22'],
  ['crashed as often as it may', failed('exit-code', { countedFailures: 5 }), 20, 'end'],
  ['had data that was not ready', failed('not-ready', { countedFailures: 0 }), 12, 'at 16'],
  ['has something that only a person can fix', failed('configuration'), 20, 'at 50'],
  ['was stopped by somebody', failed('stopped-outside', { state: 'cancelled' }), 20, 'end'],
  ['was cancelled by an operator', failed('cancelled', { state: 'cancelled' }), 20, 'end'],
  ['was cancelled before it began', unstarted('cancelled', { state: 'cancelled' }), 20, 'end'],
  ['was good, until slots were added', added, 20, 'at 20'],
  ['was good, until slots were added too late', added, 56, 'end'],
  ['was a test', unstarted('no-capacity', { isTest: true }), 20, 'end'],
  ['crashed, in a round that is closed', failed('exit-code'), 61, 'end'],
  [
    'crashed, in a round that has been extended',
    failed('exit-code'),
    61,
    'at 61',
    window({ closeTime: later(99 * MINUTE) }),
  ],
])('a run that %s', (_, run, minutes, expected, of = window()) => {
  const now = later(minutes * MINUTE);
  const next = decideOnTakingUp({ run, now, window: of, needed: NEEDED, model: modelOf('image') });
  const at =
    next.do === 'end' || next.at === null ? null : Math.round((next.at.getTime() - Date.parse(iso(0))) / 600) / 100;
  expect(at === null ? 'end' : `at ${at}`).toBe(expected);
});
