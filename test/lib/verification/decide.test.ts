// Did the submission arrive?

import { describe, expect, test } from 'vitest';
import type { Round } from '../../../src/lib/rounds/round.ts';
import {
  type FoundSubmission,
  findOwnSubmission,
  findSubmission,
  type SubmissionQuery,
} from '../../../src/lib/verification/decide.ts';
import type { ListedSubmission } from '../../../src/lib/verification/submission-source.ts';
import { iso, later } from '../../support/runs.ts';

const ROUND: Round = {
  tournament: 'classic',
  number: 1234,
  openTime: later(-5),
  closeTime: later(3595),
};
const submission = (seconds: number, changes: Partial<ListedSubmission> = {}): ListedSubmission => ({
  id: `at ${seconds}`,
  insertedAt: later(seconds),
  triggerId: null,
  status: 'finished',
  round: 1234,
  ...changes,
});
const OURS = { triggerId: 'a-trigger' };
const QUERY: SubmissionQuery = { round: 1234, requestedAt: iso(2), triggerId: 'a-trigger' };
const UNKNOWN: SubmissionQuery = { ...QUERY, round: null };

/** `accepted at 90`: what was found, and which. */
const inWords = (found: FoundSubmission): string =>
  found.kind === 'none' ? 'none' : `${found.kind} ${found.submission.id}`;

describe('a submission', () => {
  test.each<[string, SubmissionQuery, ListedSubmission[], string]>([
    ['of the round, on time', QUERY, [submission(90)], 'accepted at 90'],
    ['is not there', QUERY, [], 'none'],
    ['of another round', QUERY, [submission(90, { round: 1233 })], 'none'],
    ['of an unknown round', QUERY, [submission(90, { round: null })], 'none'],
    ['taken over from before the round opened', QUERY, [submission(-60)], 'none'],
    ['at the opening', QUERY, [submission(-5)], 'accepted at -5'],
    ['of before the request, within the round', QUERY, [submission(0)], 'accepted at 0'],
    ['after the close', QUERY, [submission(4000)], 'late at 4000'],
    ['at the close', QUERY, [submission(3595)], 'late at 3595'],
    ['just before the close', QUERY, [submission(3594.999)], 'accepted at 3594.999'],
    ['on time, and another after the close', QUERY, [submission(90), submission(4000)], 'accepted at 90'],
    [
      'on time by somebody else, and its own after the close',
      QUERY,
      [submission(90), submission(4000, OURS)],
      'accepted at 90',
    ],
    ['the newest of several', QUERY, [submission(90), submission(200)], 'accepted at 200'],
    ['the newest of several that are late', QUERY, [submission(5000), submission(4000)], 'late at 5000'],
    [
      'with the trigger id of the run, of several that are late',
      QUERY,
      [submission(4000, OURS), submission(5000)],
      'late at 4000',
    ],
    ['since the request, where nobody knew the round', UNKNOWN, [submission(90)], 'accepted at 90'],
    [
      'since the request, of whatever round, where nobody knew it',
      UNKNOWN,
      [submission(90, { round: 77 })],
      'accepted at 90',
    ],
    ['after the close of its round, where nobody knew it before', UNKNOWN, [submission(4000)], 'late at 4000'],
    [
      'of before it, within the difference of clocks, where nobody knew the round',
      UNKNOWN,
      [submission(-298)],
      'accepted at -298',
    ],
    ['from long before it, where nobody knew the round', UNKNOWN, [submission(-299)], 'none'],
    [
      'with the trigger id of the run comes first, where nobody knew the round',
      UNKNOWN,
      [submission(90, { ...OURS, round: 77 }), submission(200, { round: 78 })],
      'accepted at 90',
    ],
    [
      'without a trigger id is nobody’s own',
      { ...UNKNOWN, triggerId: null },
      [submission(90, { round: 77 }), submission(200, { round: 78 })],
      'accepted at 200',
    ],
  ])('%s', (_, query, submissions, expected) => {
    expect(inWords(findSubmission(query, submissions, [ROUND]))).toBe(expected);
    expect(inWords(findSubmission(query, submissions.toReversed(), [ROUND]))).toBe(expected);
  });

  test('of a round whose times nobody knows counts as on time', () => {
    const found = findSubmission(QUERY, [submission(-60), submission(9000)], []);
    expect(inWords(found)).toBe('accepted at 9000');
  });
});

describe('of a container that failed, a submission counts', () => {
  const query = { ...QUERY, startedAt: iso(1800) };
  test.each<[string, typeof query | (SubmissionQuery & { startedAt: null }), ListedSubmission, string]>([
    ['not from before it started', query, submission(90), 'none'],
    ['since it started', query, submission(1900), 'accepted at 1900'],
    ['since it started, within the difference of clocks', query, submission(1500), 'accepted at 1500'],
    ['not from longer before', query, submission(1499), 'none'],
    ['from before, with the trigger id of the run', query, submission(90, OURS), 'accepted at 90'],
    ['not with another trigger id', query, submission(90, { triggerId: 'x' }), 'none'],
    ['since the request, where nobody saw it start', { ...query, startedAt: null }, submission(90), 'accepted at 90'],
    ['not of another round', query, submission(1900, { round: 1233 }), 'none'],
    ['as late after the close', query, submission(4000), 'late at 4000'],
  ])('%s', (_, of, one, expected) => {
    expect(inWords(findOwnSubmission(of, [one], [ROUND]))).toBe(expected);
  });

  test('not from before where neither has a trigger id', () => {
    const nobody = { ...query, triggerId: null };
    expect(findOwnSubmission(nobody, [submission(90)], [ROUND]).kind).toBe('none');
  });
});
