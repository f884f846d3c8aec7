// What the questions before a start, and before a cancel, say of the round.

import { describe, expect, test } from 'vitest';
import { type ModelView, viewsOf } from '../../src/dashboard/condition.ts';
import { cancelQuestion } from '../../src/dashboard/pages/question.ts';
import { startQuestion } from '../../src/dashboard/pages/start.ts';
import { actions } from '../../src/dashboard/parts/actions.ts';
import type { Run } from '../../src/lib/runs/run.ts';
import { type Submission, withSlots } from '../../src/lib/runs/slots.ts';
import { LATENESS, minutes, one, run, statusAt } from './status.ts';

const NOW = minutes(40);
const FRAME = { assets: { style: '', script: '' }, now: NOW, links: [] };
const GROUP = { ...one, container: { kind: 'group', group: 'own', container: null } } as const;

const slots = (...submissions: readonly Submission[]) =>
  withSlots(
    submissions.map((submission, index) => ({ model: `slot_${index}`, id: null, submission, submittedAt: null })),
  );

const known = (...submissions: readonly Submission[]) => {
  const { slots: each } = slots(...submissions);
  return withSlots(each.map((slot) => ({ ...slot, id: `id-${slot.model}` })));
};

function viewOf(more: Partial<Run>, state: Run['state'], model: typeof one | typeof GROUP = one): ModelView {
  const [view] = viewsOf(statusAt(NOW, [[model, run(model, 100, more, state)]]), LATENESS);
  if (view === undefined) throw new Error('There is one model.');
  return view;
}
const plain = (page: string) => page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('the question before a start', () => {
  test.each<[string, Partial<Run>, Run['state'], string]>([
    ['all failed', { submission: 'missing' }, 'failed', 'Retry one?'],
    ['some failed', slots('accepted', 'missing'), 'failed', 'Retry one?'],
    ['all is well', {}, 'succeeded', 'Start one again?'],
    ['some are not confirmed', slots('accepted', 'unknown'), 'succeeded', 'Start one again?'],
  ])('is called as its button is where %s', (_, more, state, title) => {
    const view = viewOf(more, state);
    expect(plain(startQuestion(FRAME, view))).toContain(title);
    expect(plain(actions(view).text)).toContain(title.startsWith('Retry') ? 'Retry' : 'Start');
  });

  const MISSING = 'Another attempt is for the others: slot_1.';
  const ALL = 'Another attempt makes all of them again; Numerai counts the latest.';
  test.each<[string, Partial<Run>, typeof one | typeof GROUP, string]>([
    [
      'is there',
      {},
      one,
      'The round has its submission already. Another attempt makes another one; Numerai counts the latest.',
    ],
    [
      'is not confirmed',
      slots('unknown'),
      one,
      'The round has no submission yet that is known to count. Another attempt makes one; Numerai counts the latest.',
    ],
    [
      'is there in part',
      slots('accepted', 'unknown'),
      one,
      `Not every submission of the round is known to count yet. ${MISSING}`,
    ],
    [
      'is there in part, by an existing group',
      slots('accepted', 'unknown'),
      GROUP,
      `Not every submission of the round is known to count yet. ${ALL}`,
    ],
  ])('says what another attempt is for where the submission %s', (_, more, model, text) => {
    expect(plain(startQuestion(FRAME, viewOf(more, 'succeeded', model)))).toContain(text);
  });
});

test.each<[string, Partial<Run>, Run['state'], typeof one | typeof GROUP, string | null]>([
  ['those that are missing', slots('accepted', 'missing', 'rejected'), 'failed', one, 'the others: slot_1 and slot_2.'],
  ['the same while it waits', slots('accepted', 'missing'), 'waiting', one, 'the others: slot_1.'],
  ['what is certainly missing', known('accepted', 'missing', 'unknown'), 'failed', one, 'the others: slot_1.'],
  ['all, by an existing group', slots('accepted', 'missing'), 'failed', GROUP, 'makes all of them again; Numerai'],
  ['all, which needs no words', slots('missing', 'missing'), 'failed', one, null],
  ['nothing: one is under way', slots('accepted', 'missing'), 'running', one, null],
])('the question before a retry says that it is for %s', (_, more, state, model, text) => {
  const page = plain(startQuestion(FRAME, viewOf(more, state, model)));
  if (text === null) expect(page).not.toContain('Another attempt');
  else expect(page).toContain(text);
});

test('the question before a cancel of a run that has ended offers none', () => {
  const page = plain(cancelQuestion(FRAME, run(one, 100, {}, 'failed')));
  expect(page).toContain('The run has ended: there is nothing left to cancel.');
  expect(page).not.toContain('Cancel the run');
});

test.each<[string, Partial<Run>, string]>([
  ['nothing', { submission: 'unknown' }, 'round 100 may stay without a submission.'],
  ['some', slots('accepted', 'missing'), 'round 100 may stay without some of its submissions.'],
  ['all', slots('accepted'), 'No other attempt follows by itself. The run'],
])('the question before a cancel says what the round may lack where the run has submitted %s', (_, more, text) => {
  expect(plain(cancelQuestion(FRAME, run(one, 100, more, 'waiting')))).toContain(text);
});
