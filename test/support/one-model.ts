// An app in a simulated world with one model, a round of an hour and one of a weekend, and containers that submit at
// their end.

import type { Run } from '../../src/lib/runs/run.ts';
import { type SimulatedApp, type SimulatedAppOptions, startSimulatedApp } from '../simulation/app/simulated-app.ts';
import { roundsAtNoon } from './schedules.ts';

export const MINUTE = 60_000;
/** Open from 12:00 to 13:00. */
export const TUESDAY = '2026-04-07T12:00:00Z';
/** Open from 12:00 to 14:00 of the day after. */
export const SATURDAY = '2026-04-11T12:00:00Z';
export const ROUND = 1001;
export const IMAGE = 'docker.io/someone/m:1';

const SCHEDULE = roundsAtNoon([1000, '2026-04-03'], [ROUND, '2026-04-07'], [1002, '2026-04-11', 26]);

export const idOf = (index: number) => `adabe000-3acf-47fd-8733-${String(index).padStart(12, '0')}`;
export const modelOf = (container: object = {}, more: object = {}) => ({
  name: 'm',
  tournament: 'classic',
  numeraiModels: [idOf(0)],
  container: { image: IMAGE, ...container },
  ...more,
});
/** A model with a group of its own, which {@link open} makes. */
export const groupModel = (more: object = {}) => ({ ...modelOf({}, more), container: { group: 'own' } });

interface Options extends Partial<SimulatedAppOptions> {
  readonly start?: string;
}

/** Ends with the test. */
export async function open(model: object, { start = TUESDAY, ...options }: Options = {}): Promise<SimulatedApp> {
  const app = await startSimulatedApp(start, {
    models: [model],
    schedule: SCHEDULE,
    settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key' },
    ...options,
  });
  app.world.resourceManager.createGroup({ name: 'own', image: IMAGE, state: 'Succeeded' });
  return app;
}

/** What a container does: its exit code, and whether it submits before. */
export interface Plan {
  readonly exitCode?: number;
  readonly submits?: boolean;
  readonly seconds?: number;
  readonly hangs?: boolean;
}

/** Decides at the start of a container of the app's one model what it does; default: it submits after 20 s. */
export function behave({ world }: SimulatedApp, plan: (start: number, image: string) => Plan = () => ({})): void {
  world.runtime.behaviour = ({ image }, start) => {
    const { exitCode = 0, submits = exitCode === 0, seconds = 20, hangs = false } = plan(start, image);
    if (hangs) return { endsAfter: Number.POSITIVE_INFINITY };
    const effect = () => void (submits && world.numerai.submit({ modelId: idOf(0) }));
    return { steps: [{ after: seconds * 1000, line: 'done', effect }], exitCode };
  };
}

/** Minutes after noon at which the attempts of a model were accepted, to a tenth. */
export async function minutesOf(app: SimulatedApp): Promise<number[]> {
  const attempts = await app.attempts('m');
  return attempts.map(({ acceptedAt }) => {
    const noon = Date.parse(`${acceptedAt?.slice(0, 10)}T12:00:00Z`);
    return Math.round((Date.parse(acceptedAt ?? '') - noon) / 6_000) / 10;
  });
}

export async function recordOf(app: SimulatedApp, model = 'm'): Promise<Run> {
  const run = await app.record(model);
  if (run === null) throw new Error('There is a run.');
  return run;
}

/** How often a container ran, whatever group it was in. */
export const executions = ({ world }: SimulatedApp): number => world.runtime.starts.length;
export const faultsOf = ({ world }: SimulatedApp) => world.resourceManager.emulator.faults;
export const WON = { state: 'succeeded', submission: 'accepted' } as const;
