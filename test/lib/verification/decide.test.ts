// Did the submission arrive?

import { describe, expect, test } from 'vitest';
import type { NumeraiSubmission } from '../../../src/lib/numerai/numerai.ts';
import type { Round } from '../../../src/lib/rounds/round.ts';
import { findOwnProof, findProof, missingReason } from '../../../src/lib/verification/decide.ts';
import { iso, later, runOf } from '../../support/runs.ts';

const ROUND: Round = {
  tournament: 'classic',
  number: 1234,
  openTime: later(-5),
  closeTime: later(3595),
};
const submission = (
  seconds: number,
  changes: Partial<NumeraiSubmission> = {},
): NumeraiSubmission => ({
  id: `at ${seconds}`,
  insertedAt: later(seconds),
  triggerId: null,
  status: 'finished',
  round: 1234,
  ...changes,
});
const run = runOf('image', { startedAt: iso(30) });
const unknown = runOf('image', { round: null });

describe('a submission', () => {
  const rows: [string, typeof run, NumeraiSubmission[], string, string | undefined][] = [
    ['of the round, on time', run, [submission(90)], 'accepted', 'at 90'],
    ['is not there', run, [], 'none', undefined],
    ['of another round', run, [submission(90, { round: 1233 })], 'none', undefined],
    ['taken over from before the round opened', run, [submission(-60)], 'none', undefined],
    ['after the close', run, [submission(4000)], 'late', 'at 4000'],
    [
      'on time, and another after the close',
      run,
      [submission(90), submission(4000)],
      'accepted',
      'at 90',
    ],
    ['the newest of several', run, [submission(90), submission(200)], 'accepted', 'at 200'],
    [
      'since the request, where nobody knew the round',
      unknown,
      [submission(90)],
      'accepted',
      'at 90',
    ],
    [
      'from long before it, where nobody knew the round',
      unknown,
      [submission(-900)],
      'none',
      undefined,
    ],
  ];
  test.each(rows)('%s', (_, of, submissions, kind, id) => {
    const proof = findProof(of, submissions, [ROUND]);
    expect(proof.kind).toBe(kind);
    if (proof.kind !== 'none') expect(proof.submission.id).toBe(id);
  });

  test('of a container that failed counts only where it is its own', () => {
    const late = runOf('image', { startedAt: iso(1800) });
    expect(findOwnProof(late, [submission(90)], [ROUND]).kind).toBe('none');
    expect(findOwnProof(late, [submission(1900)], [ROUND]).kind).toBe('accepted');
    const answered = submission(90, { triggerId: 'a-trigger' });
    expect(findOwnProof(late, [answered], [ROUND]).kind).toBe('accepted');
  });

  test('that is missing is told with the end of the log', () => {
    const log = Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n');
    expect(missingReason(run, log)).toContain('for round 1234');
    expect(missingReason(run, log)).toMatch(/line 19$/);
    expect(missingReason(run, null)).toContain('It wrote no log.');
  });
});
