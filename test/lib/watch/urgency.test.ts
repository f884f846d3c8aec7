// Which run comes first where Azure takes only so many starts at a time.

import { expect, test } from 'vitest';
import { byUrgency } from '../../../src/lib/watch/urgency.ts';
import { jobOf, later, modelOf } from '../../support/runs.ts';

const entries = [
  modelOf('image', { name: 'quick', timeoutMinutes: 10 }),
  modelOf('image', { name: 'slow', timeoutMinutes: 50 }),
  jobOf(),
];
const inFlight = (model: string, seconds: number) => ({
  model,
  runId: `${model} ${seconds}`,
  writtenAt: later(seconds),
});

test.each([
  ['the one that has waited longest', [inFlight('quick', 9), inFlight('quick', 3)], ['quick 3', 'quick 9']],
  ['the one that may take longest', [inFlight('quick', 1), inFlight('slow', 9)], ['slow 9', 'quick 1']],
  ['a round before a job', [inFlight('retrain', 1), inFlight('quick', 9)], ['quick 9', 'retrain 1']],
  ['what models.json no longer has is last', [inFlight('gone', 1), inFlight('slow', 9)], ['slow 9', 'gone 1']],
])('first: %s', (_, found, expected) => {
  expect(byUrgency(found, entries).map(({ runId }) => runId)).toEqual(expected);
});
