// What becomes of a run that has ended when a trigger opens it again.

import { describe, expect, test } from 'vitest';
import { type ReopenInput, reopened } from '../../../src/lib/claims/reopen.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { acceptedRun, iso, later, modelOf } from '../../support/runs.ts';

const ended = (changes: Partial<Run> = {}) =>
  acceptedRun(
    'image',
    {
      state: 'failed',
      failure: 'exit-code',
      submission: 'missing',
      reason: 'It failed.',
      startNote: 'Started by the fallback.',
      finishedAt: iso(90),
      countedFailures: 5,
      ...changes,
    },
    { outcome: 'failed', failure: 'exit-code' },
  );

const open = (run: Run, input: Partial<ReopenInput> = {}): Run => ({
  ...run,
  ...reopened(
    run,
    {
      model: modelOf('image', { maxAttempts: 3 }),
      trigger: 'operator',
      triggerId: null,
      knowledge: { kind: 'round', round: 1234 },
      reason: null,
      force: false,
      ...input,
    },
    later(600),
  ),
});

describe('a run that is opened again', () => {
  test('waits for an attempt that is due at once, and says who asked for it', () => {
    const run = open(ended());
    expect(hasEnded(run)).toBe(false);
    expect(run).toMatchObject({
      state: 'waiting',
      waitingFor: 'the next attempt, which an operator asked for',
      nextAttemptAt: iso(600),
      finishedAt: null,
      failure: null,
    });
  });

  test('keeps its ended attempt until the next one begins, and its claim for good', () => {
    const before = ended();
    const { attempt, claim, id, requestedAt } = open(before);
    expect({ attempt, claim, id, requestedAt }).toEqual({
      attempt: before.attempt,
      claim: before.claim,
      id: before.id,
      requestedAt: before.requestedAt,
    });
  });

  test('has all its attempts once more where an operator asked, at least one where another did', () => {
    expect(open(ended()).countedFailures).toBe(0);
    expect(open(ended(), { trigger: 'webhook' }).countedFailures).toBe(2);
    expect(open(ended({ countedFailures: 1 }), { trigger: 'timer' }).countedFailures).toBe(1);
  });

  test.each<[string, Partial<Run>, Partial<ReopenInput>, Partial<Run>]>([
    ['the newest trigger id', {}, { triggerId: 'newer' }, { triggerId: 'newer' }],
    ['the trigger id that it had, where there is no newer one', {}, {}, { triggerId: 'a-trigger' }],
    ['the newest note', {}, { reason: 'Forced.' }, { startNote: 'Forced.' }],
    ['the note that it had, where there is no newer one', {}, {}, { startNote: 'Started by the fallback.' }],
    ['its round', {}, { knowledge: { kind: 'round', round: 99 } }, { round: 1234 }],
    ['the round that is learnt now', { round: null }, {}, { round: 1234 }],
    ['no round where none is known', { round: null }, { knowledge: { kind: 'unknown' } }, { round: null }],
  ])('has %s', (_, changes, input, expected) => {
    expect(open(ended(changes), input)).toMatchObject(expected);
  });

  test('forgets that there was no submission, and keeps one that Numerai has', () => {
    const missing = open(ended());
    expect(missing.submission).toBe('unknown');
    expect(missing.slots.map(({ submission }) => submission)).toEqual(['unknown']);

    const slots = [{ model: 'm', id: null, submission: 'accepted', submittedAt: iso(80) }] as const;
    const accepted = open(ended({ state: 'succeeded', submission: 'accepted', slots: [...slots] }));
    expect(accepted).toMatchObject({ submission: 'accepted', slots });
    expect(open(ended({ submission: 'late' })).submission).toBe('unknown');
  });
});
