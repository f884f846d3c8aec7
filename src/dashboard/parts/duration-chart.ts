// How long the runs of a model took, each in its last attempt, beside its timeout. Heights are square roots: with a timeout many
// times the usual duration, a run that takes twice as long must still be seen to do so.

import { durationSeconds } from '../../lib/runs/attempt.ts';
import { hasEnded, type Run } from '../../lib/runs/run.ts';
import type { RunRecord } from '../../lib/runs/stores.ts';
import type { ModelView } from '../condition.ts';
import { span } from '../format.ts';
import { type Html, html } from '../html.ts';
import { lookOf } from '../outcome.ts';
import { unseen } from './elements.ts';

const BARS = 20;
const STEP = 6;
const WIDTH = BARS * STEP;
const HEIGHT = 30;
/** The distance of the timeout's line from the top. */
const TOP = 3;

/** The chart of a model, and below it what is usual, of the timeout. */
export function durations({ status: { model, records }, health }: ModelView): Html {
  return durationsOf(records, model.timeoutMinutes, health.usualSeconds);
}

/** The same for the runs of a model or a job. */
export function durationsOf(records: readonly RunRecord[], timeoutMinutes: number, usualSeconds: number | null): Html {
  const runs = records.map(({ run }) => run);
  return html`${durationChart(runs, timeoutMinutes) ?? html`<p class="muted">No durations yet</p>`}
${usualSeconds !== null && html`<p>${unseen('Usual duration: ')}${span(usualSeconds)} <span class="muted">of ${span(timeoutMinutes * 60)}</span></p>`}`;
}

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
  const bars = timed.map(({ run, seconds }, index) => {
    const share = Math.min(1, Math.sqrt(seconds / timeout));
    const top = HEIGHT - Math.max(1.5, share * (HEIGHT - TOP));
    const path = `M${(offset + index) * STEP + STEP / 2} ${HEIGHT}V${Math.round(top * 10) / 10}`;
    return { path, bad: lookOf(run).tone === 'bad' };
  });
  const [bad = [], good = []] = [true, false].map((which) =>
    bars.filter((bar) => bar.bad === which).map(({ path }) => path),
  );
  const label = labelOf(
    timed.map(({ seconds }) => seconds),
    timeout,
  );
  return html`<svg class="duration-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${label}</title><path class="timeout-line" d="M0 ${TOP}H${WIDTH}"/><path class="bars" d="${good.join('')}"/>
${bad.length > 0 && html`<path class="bars tone-bad" d="${bad.join('')}"/>`}</svg>`;
}

function labelOf(seconds: readonly number[], timeout: number): string {
  const [shortest, longest] = [Math.min(...seconds), Math.max(...seconds)].map(span);
  const range = shortest === longest ? shortest : `${shortest} to ${longest}`;
  const runs = seconds.length === 1 ? 'run' : `${seconds.length} runs`;
  return `Durations of the last ${runs}: ${range}. Timeout: ${span(timeout)}.`;
}
