// An app in a simulated world with one job, beside a model whose rounds are far away.

import type { Run } from '../../src/lib/runs/run.ts';
import { type SimulatedApp, type SimulatedAppOptions, startSimulatedApp } from '../simulation/app/simulated-app.ts';
import { roundsAtNoon } from './schedules.ts';

/** Between two times of {@link HOURLY}. */
const START = '2026-04-07T05:30:00Z';
const HOURLY = '0 0 * * * *';
export const MODEL = { name: 'm', tournament: 'classic', container: { image: 'docker.io/someone/m:1' } };

export const jobOf = (more: object = {}, container: object = {}) => ({
  name: 'retrain',
  schedule: HOURLY,
  container: { image: 'docker.io/someone/train:1', ...container },
  ...more,
});

/** Ends with the test. */
export function openJob(job: object, more: Partial<SimulatedAppOptions> & { readonly start?: string } = {}) {
  const { start = START, ...options } = more;
  return startSimulatedApp(start, {
    models: [MODEL],
    jobs: [job],
    schedule: roundsAtNoon([1000, '2026-04-03'], [1001, '2026-04-10']),
    settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key' },
    ...options,
  });
}

/** Decides at the start of a container what it does; default: it ends well after 20 s. */
export function train(
  { world }: SimulatedApp,
  plan: (start: number) => { readonly exitCode?: number; readonly seconds?: number } = () => ({}),
): void {
  world.runtime.behaviour = (_, start) => {
    const { exitCode = 0, seconds = 20 } = plan(start);
    return { steps: [{ after: seconds * 1000, line: `trained ${start}` }], exitCode };
  };
}

/** The job's runs, oldest first: their scheduled times of day, and how they ended. */
export async function timesOf(app: SimulatedApp): Promise<(readonly [string | null, Run['state']])[]> {
  const runs = await app.runs('retrain');
  return runs.map(({ scheduledFor, state }) => [scheduledFor?.slice(11, 16) ?? null, state] as const).reverse();
}
