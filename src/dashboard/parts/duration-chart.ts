// How long the runs of a model took, each in its last attempt, beside its timeout. Heights are square roots: with a timeout many
// times the usual duration, a run that takes twice as long must still be seen to do so.

import { durationSeconds } from '../../lib/runs/attempt.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import { span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { lookOf } from '../outcome.ts';

const BARS = 20;
const STEP = 6;
const WIDTH = BARS * STEP;
const HEIGHT = 30;
/** Where the timeout's line is, from the top. */
const TOP = 3;

/** Nothing where no run has a duration yet. */
export function durationChart(runs: readonly Run[], timeoutMinutes: number): Html | null {
  const timed = runs
    .filter((run) => hasEnded(run) && !run.isTest)
    .flatMap((run) => {
      const seconds = durationSeconds(run.attempt);
      return seconds === null ? [] : [{ run, seconds }];
    })
    .slice(0, BARS)
    .reverse();
  if (timed.length === 0) return null;
  const timeout = timeoutMinutes * 60;
  const offset = BARS - timed.length;
  const bar = ({ seconds }: { seconds: number }, index: number): string => {
    const share = Math.min(1, Math.sqrt(seconds / timeout));
    const top = HEIGHT - Math.max(1.5, share * (HEIGHT - TOP));
    return `M${(offset + index) * STEP + STEP / 2} ${HEIGHT}V${Math.round(top * 10) / 10}`;
  };
  const bars = timed.map((entry, index) => ({ path: bar(entry, index), ...entry }));
  const pathOf = (bad: boolean) =>
    bars
      .filter(({ run }) => (lookOf(run).tone === 'bad') === bad)
      .map(({ path }) => path)
      .join('');
  const label = labelOf(
    timed.map(({ seconds }) => seconds),
    timeoutMinutes,
  );
  return html`<svg class="duration-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${label}</title><path class="timeout-line" d="M0 ${TOP}H${WIDTH}"/><path class="bars" d="${pathOf(false)}"/>
${pathOf(true) !== '' && html`<path class="bars tone-bad" d="${pathOf(true)}"/>`}</svg>`;
}

function labelOf(seconds: readonly number[], timeoutMinutes: number): string {
  const sorted = [...seconds].sort((a, b) => a - b);
  const shortest = span(sorted[0] ?? 0);
  const longest = span(sorted.at(-1) ?? 0);
  const range = shortest === longest ? shortest : `${shortest} to ${longest}`;
  return `Durations of the last ${seconds.length === 1 ? 'run' : `${seconds.length} runs`}: ${range}. Timeout: ${span(timeoutMinutes * 60)}.`;
}
