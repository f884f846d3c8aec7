import { expect, test } from 'vitest';
import { pastRun } from '../../../local/scenes/past-run.ts';
import { viewOf } from '../../../src/dashboard/condition.ts';
import { actions } from '../../../src/dashboard/parts/actions.ts';
import { statusOf } from '../../../src/lib/operations/status.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { modelOf } from '../../support/runs.ts';
import { LATENESS } from '../status.ts';

const OPENS = new Date('2026-11-20T12:00:00Z');
const OPEN = new Date('2026-11-20T12:30:00Z');
const CLOSED = new Date('2026-11-20T13:30:00Z');

const model = modelOf('image');
const round = {
  tournament: 'classic',
  number: 100,
  openTime: OPENS,
  closeTime: new Date('2026-11-20T13:00:00Z'),
} as const;

/** A run of the round; those that are named later are older. */
const run = (state: Run['state'], more: Partial<Run> = {}): Run =>
  pastRun({ model, round: 100, at: OPENS, state, more });

test.each<[string, string, readonly Run[], Date]>([
  ['there is no run yet', 'Start', [], OPEN],
  ['the run is requested', 'Cancel, Log', [run('requested')], OPEN],
  ['the run is starting', 'Cancel, Log', [run('starting')], OPEN],
  ['the run is running', 'Cancel, Log', [run('running')], OPEN],
  ['the run waits for its next attempt', 'Try now, Cancel, Log', [run('waiting')], OPEN],
  ['a test waits', 'Cancel, Log', [run('waiting', { isTest: true })], OPEN],
  ['the run succeeded', 'Start, Log', [run('succeeded')], OPEN],
  ['the run failed', 'Retry, Log', [run('failed')], OPEN],
  ['the run timed out', 'Retry, Log', [run('timed_out')], OPEN],
  ['the run was cancelled', 'Retry, Log', [run('cancelled')], OPEN],
  ['the run failed, and the round has closed', 'Start, Log', [run('failed')], CLOSED],
  ['the run still waits when the round has closed', 'Cancel, Log', [run('waiting')], CLOSED],
  [
    'a test is in flight beside a run that failed',
    'Cancel, Log',
    [run('running', { isTest: true }), run('failed')],
    OPEN,
  ],
  ['there were only tests', 'Start, Log', [run('succeeded', { isTest: true })], OPEN],
])('where %s: %s', (_name, buttons, runs, now) => {
  const records = runs.map((one) => ({ run: one, earlier: [] }));
  const known = { kind: 'known', rounds: [round] } as const;
  const status = statusOf(model, { records, unreadable: 0 }, known, now);
  const { text } = actions(viewOf(status, now, LATENESS));
  const words = [...text.matchAll(/<a [^>]*>([\w ]+)</g)].map(([, word]) => word);
  expect(words.join(', ')).toBe(buttons);
});
