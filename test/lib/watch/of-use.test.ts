// Whether an attempt is of use to the run any more.

import { expect, test } from 'vitest';
import type { Run } from '../../../src/lib/runs/run.ts';
import { whyOfNoUse } from '../../../src/lib/watch/of-use.ts';
import { later, modelOf, runOf } from '../../support/runs.ts';

const MINUTE = 60;
const WINDOW = {
  name: 'round 1234',
  openTime: later(-5),
  closeTime: later(55 * MINUTE),
  isKnown: true,
  isDeadline: true,
};
const UNSTARTED = runOf('image');
const FAILED = runOf('image', { state: 'waiting' }, { outcome: 'failed', failure: 'exit-code' });
const TEST = runOf('image', { isTest: true });

test.each<[string, Run, number, RegExp | null]>([
  ['its round is open', UNSTARTED, 55 * MINUTE - 1, null],
  [
    'its round has closed',
    UNSTARTED,
    55 * MINUTE,
    /^Round 1234 closed at .*, before the container could be started\.$/,
  ],
  [
    'it closed between two attempts',
    FAILED,
    55 * MINUTE,
    /^Round 1234 .*, before the next attempt could be started\.$/,
  ],
  ['no attempt was made', { ...UNSTARTED, attempt: null }, 55 * MINUTE, /before the container could be started\.$/],
  ['a test has waited long enough', TEST, 15 * MINUTE + 1, /^A test waits 15 minutes, and no longer\.$/],
  ['a test has not', TEST, 15 * MINUTE, null],
])('%s', (_, run, seconds, expected) => {
  const why = whyOfNoUse(run, modelOf('image'), WINDOW, later(seconds));
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});

test('the model is of another tournament by now', () => {
  expect(whyOfNoUse(UNSTARTED, { tournament: 'crypto' }, WINDOW, later(0))).toMatch(
    /^In models\.json, \S+ is now of the tournament crypto, and this run is for classic\.$/,
  );
});

test.each([
  [UNSTARTED, null, /is now a job, and this run is that of a model\.$/],
  [runOf('image', { tournament: null }), 'classic', /is now a model, and this run is that of a job\.$/],
] as const)('a name that stood for a model stands for a job by now, or the reverse', (run, tournament, expected) => {
  expect(whyOfNoUse(run, { tournament }, WINDOW, later(0))).toMatch(expected);
});
