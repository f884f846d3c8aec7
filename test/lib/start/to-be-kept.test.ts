// Which failed attempts are kept, to be looked at.

import { expect, test } from 'vitest';
import type { Failure } from '../../../src/lib/runs/failure.ts';
import { isToBeKept, keepsFailed } from '../../../src/lib/start/to-be-kept.ts';
import { acceptedRun, modelOf, PLAIN_MODELS } from '../../support/runs.ts';

const plain = PLAIN_MODELS.image;
const model = { ...plain, container: { ...plain.container, keepFailed: true } };

test.each<[Failure | null, 'failed' | 'timed_out' | 'cancelled' | 'succeeded', boolean]>([
  ['exit-code', 'failed', true],
  ['out-of-memory', 'failed', true],
  ['timeout', 'timed_out', true],
  ['missing-submission', 'failed', true],
  ['configuration', 'failed', true],
  ['not-ready', 'failed', false],
  ['maintenance', 'failed', false],
  ['no-capacity', 'failed', false],
  ['cancelled', 'cancelled', false],
  ['stopped-outside', 'cancelled', false],
  [null, 'succeeded', false],
])('that failed with %s (%s): %s', (failure, outcome, expected) => {
  expect(isToBeKept(acceptedRun('image', {}, { failure, outcome }), model)).toBe(expected);
  expect(isToBeKept(acceptedRun('image', {}, { failure, outcome }), plain)).toBe(false);
});

test('of a model that models.json no longer has, and of an existing group, nothing is kept', () => {
  const failed = { failure: 'exit-code', outcome: 'failed' } as const;
  expect(isToBeKept(acceptedRun('image', {}, failed), undefined)).toBe(false);
  expect(isToBeKept(acceptedRun('group', {}, failed), PLAIN_MODELS.group)).toBe(false);
});

test('the last resort is asked for itself', () => {
  const withLastResort = modelOf('image', { lastResort: { image: 'a', minutes: 4, keepFailed: true } });
  const failed = { failure: 'exit-code', outcome: 'failed' } as const;
  expect(isToBeKept(acceptedRun('image', {}, { ...failed, lastResort: true }), withLastResort)).toBe(true);
  expect(isToBeKept(acceptedRun('image', {}, failed), withLastResort)).toBe(false);
  expect([withLastResort, model, plain, PLAIN_MODELS.group].map(keepsFailed)).toEqual([true, true, false, false]);
});
