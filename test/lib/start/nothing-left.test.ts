// Is anything left to be submitted for a run, as models.json is now?

import { expect, test } from 'vitest';
import type { Submission } from '../../../src/lib/runs/slots.ts';
import { nothingLeft } from '../../../src/lib/start/nothing-left.ts';
import { iso, later, modelOf, runOf } from '../../support/runs.ts';

const slotsOf = (submissions: Readonly<Record<string, Submission>>) =>
  Object.entries(submissions).map(([model, submission]) => ({ model, id: null, submission, submittedAt: null }));

test.each<[string, Readonly<Record<string, Submission>>, readonly string[] | null, boolean, boolean]>([
  ['what was missing was taken out', { a: 'accepted', b: 'missing' }, ['a'], false, true],
  ['all is accepted, and nobody forces anything', { a: 'accepted' }, ['a'], false, true],
  ['all is accepted, and an operator wants it once more', { a: 'accepted' }, ['a'], true, false],
  ['some is missing', { a: 'accepted', b: 'missing' }, ['a', 'b'], false, false],
  ['one that is accepted was taken out', { a: 'accepted', b: 'late' }, ['b'], false, false],
  ['one was added', { a: 'accepted' }, ['a', 'b'], false, false],
  ['there are no slots any more', { a: 'accepted' }, null, false, false],
])('%s', (_, submissions, numeraiModels, isForced, isDone) => {
  const run = runOf('image', { state: 'waiting', slots: slotsOf(submissions), isForced });
  const changes = nothingLeft(run, modelOf('image', { numeraiModels }), later(600));
  expect(changes !== null).toBe(isDone);
  if (changes !== null)
    expect(changes).toMatchObject({
      state: 'succeeded',
      failure: null,
      submission: 'accepted',
      finishedAt: iso(600),
      attempt: { outcome: 'cancelled' },
    });
});
