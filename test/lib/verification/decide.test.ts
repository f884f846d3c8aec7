// Did the submission arrive, and whose is it?

import { describe, expect, test } from 'vitest';
import type { Round } from '../../../src/lib/rounds/round.ts';
import { type FoundSubmission, findSubmission, type SubmissionQuery } from '../../../src/lib/verification/decide.ts';
import type { ListedSubmission } from '../../../src/lib/verification/submission-source.ts';
import { iso, later } from '../../support/runs.ts';

const ROUND: Round = {
  tournament: 'classic',
  number: 1234,
  openTime: later(-300),
  closeTime: later(3595),
};
const submission = (seconds: number, changes: Partial<ListedSubmission> = {}): ListedSubmission => ({
  id: `at ${seconds}`,
  insertedAt: later(seconds),
  triggerId: null,
  status: 'finished',
  errorInfo: null,
  round: 1234,
  ...changes,
});
const OURS = { triggerId: 'a-trigger' };
const OTHERS = { triggerId: 'another' };
/** Of a container that was given the id of its trigger. */
const QUERY: SubmissionQuery = {
  round: 1234,
  since: iso(60),
  known: null,
  triggerIds: ['a-trigger'],
  isUsualContainer: true,
};
/** Of one that cannot be given it. */
const GROUP: SubmissionQuery = { ...QUERY, triggerIds: [] };
const UNKNOWN: SubmissionQuery = { ...GROUP, round: null };
/** The model’s submissions carry ids. */
const BEFORE = submission(-90_000, { ...OTHERS, round: 1233 });

/** `accepted at 90`: what was found, and which. */
function inWords(found: FoundSubmission): string {
  if (found.kind === 'none') return found.other === null ? 'none' : `none, but ${found.other.id}`;
  return `${found.kind} ${found.submission.id}`;
}

describe('a submission', () => {
  test.each<[string, SubmissionQuery, ListedSubmission[], string]>([
    ['of the round, on time', GROUP, [submission(90)], 'accepted at 90'],
    ['is not there', GROUP, [], 'none'],
    ['of another round', GROUP, [submission(90, { round: 1233 })], 'none'],
    ['of an unknown round', GROUP, [submission(90, { round: null })], 'none'],
    ['just before the close', GROUP, [submission(3594.999)], 'accepted at 3594.999'],
    ['at the close', GROUP, [submission(3595)], 'late at 3595'],
    ['on time, and another after the close', GROUP, [submission(90), submission(4000)], 'accepted at 90'],
    ['the newest of several', GROUP, [submission(90), submission(200)], 'accepted at 200'],
    ['the newest of several that are late', GROUP, [submission(5000), submission(4000)], 'late at 5000'],
    ['made before, no matter by whom', GROUP, [submission(-1)], 'none, but at -1'],
    ['made before, within the difference of clocks', GROUP, [submission(0)], 'accepted at 0'],
    ['of an attempt before, on record', { ...GROUP, known: iso(50) }, [submission(50)], 'none, but at 50'],
    [
      'after that of an attempt before',
      { ...GROUP, known: iso(50) },
      [submission(50), submission(90)],
      'accepted at 90',
    ],
    ['queued from the round before', { ...GROUP, since: iso(-290) }, [submission(-310)], 'none'],
    ['that carries no id, of an image that sends none', QUERY, [submission(90)], 'accepted at 90'],
    ['that carries no id, of an image that sends them', QUERY, [BEFORE, submission(90)], 'none, but at 90'],
    ['that carries another id, of such an image', QUERY, [BEFORE, submission(90, OTHERS)], 'none, but at 90'],
    [
      'that carries no id, of the last resort of such a model',
      { ...QUERY, isUsualContainer: false },
      [BEFORE, submission(90)],
      'accepted at 90',
    ],
    ['that carries the id', QUERY, [BEFORE, submission(90, OURS)], 'accepted at 90'],
    ['of an image that sends ids no longer', QUERY, [BEFORE, submission(-1000), submission(90)], 'accepted at 90'],
    ['of a group, whatever others sent', GROUP, [BEFORE, submission(90)], 'accepted at 90'],
    ['with the id, put into the next round', QUERY, [submission(90, { ...OURS, round: 1235 })], 'late at 90'],
    ['with the id, of no round that is told', QUERY, [submission(90, { ...OURS, round: null })], 'accepted at 90'],
    [
      'with the id of the run, of several that are late',
      QUERY,
      [submission(4000, OURS), submission(5000)],
      'late at 4000',
    ],
    ['since the request, where nobody knew the round', UNKNOWN, [submission(90, { round: 77 })], 'accepted at 90'],
    ['after the close of its round, where nobody knew it before', UNKNOWN, [submission(4000)], 'late at 4000'],
    ['from before, where nobody knew the round', UNKNOWN, [submission(-1)], 'none'],
    [
      'with the trigger id of the run comes first, where nobody knew the round',
      { ...QUERY, round: null },
      [submission(90, { ...OURS, round: 77 }), submission(200, { round: 78 })],
      'accepted at 90',
    ],
  ])('%s', (_, query, submissions, expected) => {
    expect(inWords(findSubmission(query, submissions, [ROUND]))).toBe(expected);
    expect(inWords(findSubmission(query, submissions.toReversed(), [ROUND]))).toBe(expected);
  });

  test('of a round whose times nobody knows counts as on time', () => {
    expect(inWords(findSubmission(GROUP, [submission(9000)], []))).toBe('accepted at 9000');
  });
});

describe('a submission that Numerai does not accept', () => {
  test.each<[string, Partial<ListedSubmission>]>([
    ['it failed', { status: 'failed' }],
    ['it is invalid', { status: 'INVALID' }],
    ['there was an error', { status: 'validation_error' }],
    ['it was rejected', { status: 'rejected' }],
    ['something is wrong with it', { errorInfo: 'Invalid submission values.' }],
  ])('is none: %s', (_, changes) => {
    expect(inWords(findSubmission(GROUP, [submission(90, changes)], [ROUND]))).toBe('rejected at 90');
    // The newest valid one counts.
    expect(inWords(findSubmission(GROUP, [submission(80), submission(90, changes)], [ROUND]))).toBe('accepted at 80');
    expect(inWords(findSubmission({ ...GROUP, since: iso(1000) }, [submission(90, changes)], [ROUND]))).toBe('none');
  });

  test.each([null, '', 'success', 'queued', 'processing'])('is not one whose status is %j', (status) => {
    expect(inWords(findSubmission(GROUP, [submission(90, { status, errorInfo: ' ' })], [ROUND]))).toBe(
      'accepted at 90',
    );
  });
});
