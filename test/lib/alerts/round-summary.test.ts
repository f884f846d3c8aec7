// One message a day, for those who wish it: how the round went.

import { describe, expect, test } from 'vitest';
import { alertOf } from '../../../src/lib/alerts/alert.ts';
import type { ReviewedRound } from '../../../src/lib/alerts/round-summary.ts';
import { type Looked, roundsToSum } from '../../../src/lib/fallback/summarize.ts';
import type { Round } from '../../../src/lib/rounds/round.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { withSlots } from '../../../src/lib/runs/slots.ts';
import { behave, modelOf, open } from '../../support/one-model.ts';
import { acceptedRun } from '../../support/runs.ts';

const CLOSE = new Date('2026-04-07T13:00:00Z');
const NOW = new Date('2026-04-07T13:05:00Z');
const SETTINGS = { publicUrl: 'https://app.example', alertWebhooks: [] };

const submitted = (at: string, costUsd: number | null = 0.1): Run => {
  const slot = { model: 'a', id: null, submission: 'accepted', submittedAt: `2026-04-07T${at}Z` } as const;
  return acceptedRun('image', { state: 'succeeded', ...withSlots([slot]) }, { costUsd });
};
const failed = acceptedRun('image', { state: 'failed' }, { costUsd: 0.004 });

const reviewed = (more: Partial<ReviewedRound>, ...runs: readonly (Run | null)[]): ReviewedRound => ({
  tournament: 'classic',
  number: 1785,
  closeTime: CLOSE,
  models: runs.map((run, index) => ({ name: `model-${index + 1}`, run })),
  ...more,
});

test.each<[string, readonly ReviewedRound[], title: string, text: RegExp, severity: string]>([
  [
    'all have submitted',
    [reviewed({}, submitted('12:20:00'), submitted('12:48:30', 0.21))],
    'Round 1785: 2 of 2 submitted, 11 min before the close, $0.31',
    /^classic, round 1785: 2 of 2 submitted, 11 min before the close, \$0\.31\.$/,
    'normal',
  ],
  [
    'one has failed, and one was never started',
    [reviewed({}, submitted('12:20:00', null), failed, null)],
    'Round 1785: 1 of 3 submitted, 40 min before the close, under $0.01',
    /Without a submission that counts: model-2, model-3\.$/,
    'warning',
  ],
  ['nothing ran', [reviewed({}, null)], 'Round 1785: 0 of 1 submitted', /model-1\.$/, 'warning'],
  [
    'two tournaments of the same number',
    [reviewed({}, submitted('12:20:00')), reviewed({ tournament: 'signals' }, submitted('12:50:00'))],
    'Round 1785: 2 of 2 submitted, 10 min before the close, $0.20',
    /^classic, round 1785: 1 of 1 .* signals, round 1785: 1 of 1/,
    'normal',
  ],
  [
    'two tournaments of different numbers',
    [reviewed({}, submitted('12:20:00')), reviewed({ tournament: 'crypto', number: 885 }, failed)],
    'Rounds 1785 (classic), 885 (crypto): 1 of 2 submitted, 40 min before the close, $0.10',
    /crypto, round 885: 0 of 1 submitted, under \$0\.01\. Without/,
    'warning',
  ],
])('where %s', (_what, rounds, title, text, severity) => {
  const alert = alertOf({ kind: 'round-summary', rounds }, NOW, SETTINGS);
  expect(alert.message).toMatchObject({ title, text: expect.stringMatching(text), severity, kind: 'round-summary' });
  // Nothing is wrong with it that could be over.
  expect(alert.isOpen).toBe(false);
  expect(alert.message.links).toEqual([{ title: 'Dashboard', url: 'https://app.example/api/dashboard' }]);
});

const round = (number: number, opens: string, closes: string): Round => ({
  tournament: 'classic',
  number,
  openTime: new Date(opens),
  closeTime: new Date(closes),
});
const LAST = round(1785, '2026-04-07T12:00:00Z', '2026-04-07T13:00:00Z');
const looked = (rounds: Looked['rounds'], tournament: Looked['tournament'] = 'classic'): Looked => ({
  tournament,
  models: [],
  rounds,
});

test.each<[string, readonly Looked[], note: string, numbers: readonly number[] | null]>([
  ['it has been reviewed', [looked([LAST])], 'classic=1785', [1785]],
  ['it has yet to be reviewed', [looked([LAST])], 'classic=1784', null],
  ['Numerai cannot be asked', [looked(null)], 'classic=1785', null],
  ['another tournament has yet to be reviewed', [looked([LAST]), looked([LAST], 'signals')], 'classic=1785', null],
  ['both have', [looked([LAST]), looked([LAST], 'signals')], 'classic=1785&signals=1785', [1785, 1785]],
  [
    'another closes soon',
    [looked([LAST]), looked([round(7, '2026-04-07T12:00:00Z', '2026-04-07T14:00:00Z')], 'crypto')],
    'classic=1785',
    null,
  ],
  [
    'the next one is open, for a day',
    [looked([LAST, round(1786, '2026-04-07T13:00:00Z', '2026-04-08T13:00:00Z')])],
    'classic=1785',
    [1785],
  ],
])('where %s', (_what, of, note, numbers) => {
  const found = roundsToSum(of, new URLSearchParams(note), NOW);
  expect(found?.map(({ number }) => number) ?? null).toEqual(numbers);
});

describe('through the timers', () => {
  const summaries = async (settings: Readonly<Record<string, string>>) => {
    const app = await open(modelOf(), { settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key', ...settings } });
    behave(app);
    await app.pass(2);
    await app.start('m');
    await app.pass(68);
    await app.sleepUntil(new Date('2026-04-11T12:00:05Z'));
    await app.start('m');
    await app.pass(8);
    await app.sleepUntil(new Date('2026-04-12T14:00:05Z'));
    await app.pass(15);
    return app.titles();
  };

  test('each round has one message once it is over; what was over before has none', async () => {
    expect(await summaries({ ALERT_ROUND_SUMMARY: 'true' })).toEqual([
      expect.stringMatching(/^Round 1001: 1 of 1 submitted, \d+ min before the close, under \$0\.01$/),
      expect.stringMatching(/^Round 1002: 1 of 1 submitted, \d+ min before the close, under \$0\.01$/),
    ]);
  });

  test('there is none unless it is wished for', async () => {
    expect(await summaries({})).toEqual([]);
  });
});
