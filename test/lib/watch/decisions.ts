// What the tests of the watcher's decisions share: observations, and a decision in a word or two.

import type { AttemptedRun, Observation, Patience } from '../../../src/lib/compute/platform.ts';
import type { FailureReason } from '../../../src/lib/runs/failure.ts';
import { decideOnAttempt, type WatchDecision } from '../../../src/lib/watch/decide.ts';
import { acceptedRun, iso, later, modelOf, seenAs } from '../../support/runs.ts';

const MINUTE = 60_000;
export const CREATED: Patience = {
  appearMs: 2 * MINUTE,
  startMs: 30 * MINUTE,
  remedy: 'if it persists, try another region or a smaller image.',
};
export const EXISTING: Patience = {
  appearMs: 10 * MINUTE,
  startMs: 30 * MINUTE,
  remedy: 'if it persists, try another region or a smaller image.',
};

/** The decision so many seconds after the run was requested. */
export function decide(
  run: AttemptedRun,
  seen: Observation,
  seconds: number,
  { patience = CREATED, model = modelOf('image') } = {},
): WatchDecision {
  return decideOnAttempt({ run, seen, patience, now: later(seconds), model });
}

/** What a decision comes to, in a word or two. */
export function inWords(decision: WatchDecision): string {
  switch (decision.do) {
    case 'end':
      return `${decision.ending.outcome} ${decision.ending.failure ?? ''}`.trim();
    case 'update':
    case 'stop': {
      const { run = {}, attempt = {} } = decision.changes;
      const names = [...Object.keys(run).map((name) => `run.${name}`), ...Object.keys(attempt)];
      return `${decision.do} ${names.join(' ')}`.trim();
    }
    default:
      return decision.do;
  }
}

export type Row = [name: string, run: AttemptedRun, seen: Observation, seconds: number, expected: string];

export const trouble = (failure: FailureReason['failure']): FailureReason => ({
  failure,
  reason: `This is ${failure}.`,
});

export const PLACE = { location: 'westeurope', cpu: 1, memoryGB: 1.5 };
export const ABSENT = seenAs('absent');
export const WAITING = seenAs('waiting', PLACE);
export const RUNNING = seenAs('running', { startedAt: iso(30), ...PLACE });
export const ends = (facts: Partial<Observation>): Observation =>
  seenAs('ended', { startedAt: iso(30), finishedAt: iso(90), ...PLACE, ...facts });

/** An attempt whose start was accepted after two seconds, and that one which ran from 30 s on. */
const size = { cpu: 1, memoryGB: 1.5 };
export const STARTING = acceptedRun('image', {}, size);
export const RUNS = acceptedRun('image', { state: 'running' }, { ...size, startedAt: iso(30) });
/** It was seen ended, or gone, after 90 s. */
export const END_SEEN: AttemptedRun = {
  ...RUNS,
  attempt: { ...RUNS.attempt, endSeenAt: iso(90) },
};
/** A stop was asked for after 40 s. */
export const asked = (because: 'operator' | 'timeout'): AttemptedRun => ({
  ...RUNS,
  attempt: { ...RUNS.attempt, stop: { because, at: iso(40) } },
});
