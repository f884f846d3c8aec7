// What explains a lost round, as a table.

import { expect, test } from 'vitest';
import type { Attempt } from '../app/record.ts';
import type { SeasonAlert } from './alerts.ts';
import { isFalseAlarm, lossOf } from './losses.ts';
import { isToldInTime, type RoundOutcome } from './outcomes.ts';
import { planOf } from './plan.ts';
import { lineOf } from './table.ts';

const PLAN = planOf({ seed: 1, models: 1, weeks: 1, harshness: 0 });
const [model] = PLAN.models;
const [round] = PLAN.rounds;
if (model === undefined || round === undefined) throw new Error('A season of one model has a model, and rounds.');

const outcome = (changes: Partial<RoundOutcome>): RoundOutcome => ({
  model,
  round,
  verdict: { isPossible: true, starts: [] },
  disturbances: [],
  submissions: [],
  isWon: false,
  attempts: [],
  executions: [],
  alerts: [],
  ...changes,
});
const attempt = (changes: Partial<Attempt>): Attempt => ({
  runId: 'run',
  model: model.name,
  round: round.number,
  claim: 'claim',
  number: 1,
  trigger: 'webhook',
  triggerId: null,
  scheduledFor: null,
  isTest: false,
  state: 'failed',
  hasEnded: true,
  outcome: null,
  failure: null,
  submission: 'unknown',
  slots: [],
  reason: null,
  execution: null,
  location: null,
  exitCode: null,
  requestedAt: '2026-03-03T12:00:00Z',
  acceptedAt: null,
  startedAt: null,
  finishedAt: null,
  ...changes,
});
const close = round.open[0]?.to ?? 0;
const alert = (changes: Partial<SeasonAlert>): SeasonAlert => ({
  kind: 'round-closing',
  title: '',
  model: model.name,
  round: round.number,
  at: close - 20 * 60_000,
  ...changes,
});
const good = attempt({ state: 'succeeded', submission: 'accepted' });
const ofTheApp = alert({ model: null, round: null, kind: 'watcher-late' });

test.each<[string, Partial<RoundOutcome>, ReturnType<typeof lossOf>]>([
  ['won', { isWon: true }, null],
  ['not possible', { verdict: { isPossible: false, because: 'the app was stopped' } }, null],
  ['a failure on record', { attempts: [attempt({ failure: 'quota' })] }, { cause: 'quota', isExplained: true }],
  [
    'only a reason on record',
    { attempts: [attempt({ state: 'waiting', reason: 'Full.' })] },
    { cause: 'waiting', isExplained: true },
  ],
  [
    'recorded as late',
    { attempts: [attempt({ state: 'succeeded', submission: 'late', reason: 'Late.' })] },
    { cause: 'late', isExplained: true },
  ],
  ['called good', { attempts: [good] }, { cause: 'recorded as succeeded, accepted', isExplained: false }],
  [
    'called good, and an alert about the model',
    { attempts: [good], alerts: [alert({})] },
    { cause: 'alert round-closing', isExplained: true },
  ],
  [
    'called good, and an alert about the app',
    { attempts: [good], alerts: [ofTheApp] },
    { cause: 'recorded as succeeded, accepted', isExplained: false },
  ],
  [
    'nothing on record, and an alert about the app',
    { alerts: [ofTheApp] },
    { cause: 'alert watcher-late', isExplained: true },
  ],
  ['nothing at all', {}, { cause: 'nothing on record', isExplained: false }],
])('%s', (_what, changes, expected) => {
  expect(lossOf(outcome(changes))).toEqual(expected);
});

test('an alert ten minutes before the close is in time, and one after that is not', () => {
  const told = (at: number) => isToldInTime(outcome({ alerts: [alert({ at })] }));
  expect([told(close - 600_000), told(close - 599_000)]).toEqual([true, false]);
});

test('a round that is won though the record says otherwise is a false alarm', () => {
  expect(isFalseAlarm(outcome({ isWon: true, attempts: [attempt({ failure: 'missing-submission' })] }))).toBe(true);
  expect(isFalseAlarm(outcome({ isWon: true, attempts: [good] }))).toBe(false);
});

test('the last line counts what was possible, and every execution', () => {
  const rounds = [outcome({ isWon: true }), outcome({ isWon: true }), outcome({})];
  const counted = { rounds, executions: 3, inFlight: [], strays: [], groupsLeft: [] };
  expect(lineOf(counted)).toBe('possible 3, won 2 (66.67 %), executions per won round 1.500, unexplained 1');
});
