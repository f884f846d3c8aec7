// The slots of a run, and what they come to together.

import { describe, expect, test } from 'vitest';
import {
  alignedSlots,
  dueSlots,
  givenSlots,
  newSlots,
  outstanding,
  type Slot,
  type Submission,
  shortfall,
  submissionOf,
  submittedAt,
} from '../../../src/lib/runs/slots.ts';

const NAMES = 'abcdefghijklmnop';
const slot = (model: string, submission: Submission = 'unknown', more: Partial<Slot> = {}): Slot => ({
  model,
  id: null,
  submission,
  submittedAt: null,
  ...more,
});
const slots = (...submissions: readonly Submission[]): Slot[] =>
  submissions.map((submission, index) => slot(NAMES[index] ?? '', submission));

test.each<[readonly Submission[], Submission]>([
  [[], 'unknown'],
  [['accepted'], 'accepted'],
  [['accepted', 'accepted'], 'accepted'],
  [['missing', 'missing'], 'missing'],
  [['accepted', 'pending'], 'pending'],
  [['missing', 'pending'], 'pending'],
  [['accepted', 'missing'], 'partial'],
  [['accepted', 'late'], 'partial'],
  [['accepted', 'unknown'], 'partial'],
  [['rejected', 'missing'], 'missing'],
  [['late', 'rejected'], 'rejected'],
  [['late', 'unknown'], 'unknown'],
])('slots that are %j are together %s', (each, together) => {
  expect(submissionOf(slots(...each))).toBe(together);
});

describe('what is still to be submitted', () => {
  const names = (...each: readonly Submission[]) =>
    outstanding({ slots: slots(...each), isForced: false }).map(({ model }) => model);

  test('is all at first, then what has no submission that counts', () => {
    expect(names('unknown', 'unknown')).toEqual(['a', 'b']);
    expect(names('accepted', 'missing', 'late', 'rejected', 'unknown')).toEqual(['b', 'c', 'd', 'e']);
  });

  test('is nothing where all is accepted, and all where an operator forces another attempt then', () => {
    expect(names('accepted', 'accepted')).toEqual([]);
    const forced = { slots: slots('accepted', 'accepted'), isForced: true };
    expect(outstanding(forced)).toEqual(forced.slots);
    expect(outstanding({ slots: slots('accepted', 'late'), isForced: true })).toHaveLength(1);
  });
});

describe('an attempt is for', () => {
  const due = (...each: readonly Slot[]) => dueSlots({ slots: each, isForced: false }).map(({ model }) => model);
  const known = (model: string, submission: Submission) => slot(model, submission, { id: model });

  test('all that is missing, and what may have been submitted only where nothing is certainly missing', () => {
    expect(due(known('a', 'unknown'), known('b', 'unknown'))).toEqual(['a', 'b']);
    expect(due(known('a', 'unknown'), known('b', 'missing'), known('c', 'accepted'))).toEqual(['b']);
    expect(due(known('a', 'unknown'), known('b', 'rejected'), known('c', 'late'))).toEqual(['b', 'c']);
    expect(due(known('a', 'pending'), known('b', 'pending'))).toEqual(['a', 'b']);
  });

  test('what no container was told of, in any case', () => {
    expect(due(known('a', 'unknown'), known('b', 'missing'), slot('c'))).toEqual(['b', 'c']);
    expect(due(known('a', 'unknown'), slot('wrong', 'missing'))).toEqual(['a', 'wrong']);
  });
});

test('a container is told of what is still to be submitted, and has an id', () => {
  const each = [slot('a', 'accepted', { id: '1' }), slot('b', 'missing', { id: '2' }), slot('c', 'missing')];
  expect(givenSlots({ slots: each, isForced: false }).map(({ model }) => model)).toEqual(['b']);
});

test('slots follow models.json, each as it is on record', () => {
  const known = [slot('a', 'accepted', { id: '1' }), slot('learnt', 'missing', { id: '2' }), slot('gone')];
  const configured = newSlots(['2', 'new', 'a'], (each) => each === '2');
  expect(alignedSlots(known, configured)).toEqual([known[1], slot('new'), known[0]]);
  expect(
    alignedSlots(
      known,
      newSlots(['3'], () => true),
    ),
  ).toEqual([slot('3')]);
});

test('a run was submitted when its last slot was', () => {
  const at = (time: string | null) => slot('a', 'accepted', { submittedAt: time });
  expect(submittedAt({ slots: [] })).toBeNull();
  expect(submittedAt({ slots: [at(null)] })).toBeNull();
  const times = ['2026-04-01T12:03:00Z', '2026-04-01T12:05:00Z', '2026-04-01T12:04:00Z'];
  expect(submittedAt({ slots: [...times.map(at), at(null)] })).toBe(times[1]);
});

describe('what is missing is said', () => {
  const slots = (...each: readonly Submission[]) =>
    each.map((submission, index) => slot(NAMES[index] ?? '', submission, { id: `id-${index}` }));
  const said = (...each: readonly Submission[]) => shortfall({ model: 'ensemble', slots: slots(...each) });

  test('with the names, and what is known of them', () => {
    expect(said('accepted', 'accepted', 'missing')).toBe('1 of 3 models of ensemble is missing: c');
    expect(said('accepted', 'missing', 'rejected', 'late', 'unknown', 'pending')).toBe(
      '5 of 6 models of ensemble are missing: b, c (not accepted by Numerai), d (late), e (not confirmed), f (not shown yet)',
    );
  });

  test.each<[readonly Submission[], string]>([
    [['accepted', 'unknown', 'unknown'], '2 of 3 models of ensemble are not confirmed: b, c'],
    [['accepted', 'accepted', 'pending'], '1 of 3 models of ensemble is not shown yet: c'],
    [['late', 'accepted', 'late'], '2 of 3 models of ensemble are late: a, c'],
    [['rejected', 'accepted', 'accepted'], '1 of 3 models of ensemble is not accepted by Numerai: a'],
  ])('not as missing where all of it is something else: %j', (submissions, words) => {
    expect(said(...submissions)).toBe(words);
  });

  test('as missing where no container was told of it', () => {
    const untold = slot('c', 'unknown', { id: null });
    expect(shortfall({ model: 'ensemble', slots: [...slots('accepted', 'accepted'), untold] })).toBe(
      '1 of 3 models of ensemble is missing: c',
    );
    expect(shortfall({ model: 'ensemble', slots: [...slots('accepted', 'unknown'), untold] })).toBe(
      '2 of 3 models of ensemble are missing: b (not confirmed), c',
    );
  });

  test('of so many at most', () => {
    expect(said(...Array.from({ length: 12 }, () => 'missing' as const))).toBe(
      '12 of 12 models of ensemble are missing: a, b, c, d, e, f, g, h and 4 more',
    );
  });

  test('not where nothing is, or where there is one slot', () => {
    expect(said('accepted', 'accepted')).toBeNull();
    expect(said('missing')).toBeNull();
  });
});
