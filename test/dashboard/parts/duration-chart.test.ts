import { expect, test } from 'vitest';
import { pastRun } from '../../../local/scenes/past-run.ts';
import { durationChart } from '../../../src/dashboard/parts/duration-chart.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { modelOf } from '../../support/runs.ts';

const model = modelOf('image');

const run = (seconds: number, more: Partial<Run> = {}): Run =>
  pastRun({ model, round: 100, at: new Date('2026-11-20T12:00:00Z'), seconds, more });

/** `x y` of the top of each bar, from left to right. */
function tops(runs: readonly Run[], which: 'bars' | 'bars tone-bad' = 'bars'): string[] {
  const { text } = durationChart(runs, 60) ?? { text: '' };
  const [, path = ''] = new RegExp(`class="${which}" d="([^"]*)"`).exec(text) ?? [];
  return path.split('M').flatMap((bar) => {
    const [, x, top] = /^(\S+) 30V(\S+)$/.exec(bar) ?? [];
    return x === undefined ? [] : [`${x} ${top}`];
  });
}

test('nothing is drawn without a run that took time', () => {
  expect(durationChart([], 60)).toBeNull();
  expect(durationChart([run(61, { isTest: true }), run(61, { state: 'running' })], 60)).toBeNull();
  expect(durationChart([run(61, { attempt: null })], 60)).toBeNull();
});

test('bars are as high as the square root of the share of the timeout, the newest on the right', () => {
  // The line of the timeout is at 3, the ground at 30. Newest first: the whole timeout, a quarter, nothing.
  expect(tops([run(3600), run(900), run(0)])).toEqual(['105 28.5', '111 16.5', '117 3']);
  expect(tops([run(99_999)])).toEqual(['117 3']);
});

test('bars of bad runs are drawn apart', () => {
  const runs = [run(3600), run(900, { state: 'failed' })];
  expect(tops(runs)).toEqual(['117 3']);
  expect(tops(runs, 'bars tone-bad')).toEqual(['111 16.5']);
});

test('the last 20 runs are drawn', () => {
  expect(tops(Array.from({ length: 25 }, () => run(900)))).toHaveLength(20);
});

test.each([
  [[90], 'Durations of the last run: 1 min 30 s. Timeout: 1 h.'],
  [[90, 30, 60], 'Durations of the last 3 runs: 30 s to 1 min 30 s. Timeout: 1 h.'],
])('durations of %j seconds are described in words', (seconds, words) => {
  expect(
    durationChart(
      seconds.map((s) => run(s)),
      60,
    )?.text,
  ).toContain(`<title>${words}</title>`);
});
