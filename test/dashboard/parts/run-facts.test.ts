import { expect, test } from 'vitest';
import { pastRun } from '../../../local/scenes/past-run.ts';
import { reasonOf } from '../../../src/dashboard/outcome.ts';
import { ranFor, runFacts } from '../../../src/dashboard/parts/run-facts.ts';
import type { Run, RunState } from '../../../src/lib/runs/run.ts';
import { modelOf } from '../../support/runs.ts';

const NOW = new Date('2026-11-20T12:30:00Z');

const run = (state: RunState, more: Partial<Run> = {}, failedBefore = 0): Run =>
  pastRun({
    model: modelOf('image'),
    round: 100,
    at: new Date('2026-11-20T12:00:00Z'),
    state,
    failedBefore,
    more,
  });
const at = (time: string) => ({ nextAttemptAt: `2026-11-20T${time}Z` });

/** The text of the facts, as a reader sees it. */
const facts = (one: Run, allowed: number | null = null): string =>
  runFacts(one, NOW, allowed)
    .text.split('\n')
    .map((line) => line.replace(/<[^>]*>/g, ''))
    .filter((line) => line !== '')
    .join(' · ');

test.each<[string, Run]>([
  ['webhook · attempt 1 · since 12:00 UTC (30 min)', run('requested')],
  ['webhook · attempt 1 · since 12:00 UTC (29 min)', run('starting')],
  ['webhook · attempt 2 · since 12:05 UTC (24 min)', run('running', {}, 1)],
  ['webhook · 2 attempts · next attempt 12:34 UTC in 4 min', run('waiting', at('12:34:00'), 1)],
  ['webhook · 1 attempt · next attempt due', run('waiting', at('12:30:00'))],
  ['webhook · 1 attempt · next attempt not planned yet', run('waiting')],
  ['webhook · 1 attempt · 12:01 UTC · Numerai: accepted', run('succeeded')],
  ['webhook · 3 attempts · 12:11 UTC', run('failed', {}, 2)],
  ['timer · 12:01 UTC', run('failed', { attempt: null, trigger: 'timer' })],
  ['webhook · 1 attempt · 12:01 UTC · test run', run('failed', { isTest: true })],
])('%s', (words, one) => {
  expect(facts(one)).toBe(words);
});

const { attempt } = run('running');
const refused = {
  attempt: attempt && { ...attempt, outcome: null, acceptedAt: null, refusals: 3 },
  countedFailures: 0,
};

test.each<[string, Run]>([
  ['attempt 1 of 5', run('running')],
  ['attempt 3 of 5', run('running', {}, 2)],
  ['attempt 2 of 5', run('waiting', at('12:34:00'), 1)],
  ['attempt 1 of 5', run('waiting', { ...at('12:34:00'), ...refused })],
  // One that does not count, such as of data that was not ready.
  ['attempt 3', run('running', { countedFailures: 1 }, 2)],
  ['2 attempts', run('waiting', { ...at('12:34:00'), countedFailures: 1 }, 1)],
  ['attempt 1', run('running', { attempt: attempt && { ...attempt, lastResort: true } })],
  ['3 attempts', run('failed', {}, 2)],
])('where five may fail: %s', (words, one) => {
  expect(facts(one, 5).split(' · ')[1]).toBe(words);
});

test('a run that waits says what for, and why the last attempt ended or did not start', () => {
  const reason = 'The container ended with exit code 1; its log says why.';
  expect(reasonOf(run('waiting'))).toBe(reason);
  const full = { waitingFor: 'a region that has room for the container' };
  const { attempt } = run('starting');
  const refused = attempt && { ...attempt, refusals: 1, reason: 'The region is full.' };
  expect(reasonOf(run('waiting', { ...full, attempt: refused }))).toBe(
    'The region is full. Waiting for a region that has room for the container.',
  );
  const early = { waitingFor: 'round 100 to open at 12:40 UTC', attempt: null };
  expect(reasonOf(run('waiting', early))).toBe('Waiting for round 100 to open at 12:40 UTC.');
  expect(reasonOf(run('failed'))).toBe(reason);
  expect(reasonOf(run('succeeded'))).toBeNull();
});

test.each<[string, string | null, Run]>([
  ['has ended', '1 min 1 s', run('succeeded')],
  ['runs', '29 min so far', run('running')],
  ['has not started', null, run('starting')],
  ['was never made', null, run('failed', { attempt: null })],
])('an attempt that %s ran for %s', (_name, words, { attempt }) => {
  expect(ranFor(attempt, NOW)).toBe(words);
});
