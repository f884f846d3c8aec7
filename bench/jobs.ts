// External calls of jobs: what they add to a tick, to a webhook and to the status, against none. In simulated time; only the
// calls count.

import { printTable } from './numbers.ts';
import { openCountedApp } from './steps.ts';

const WORK_MS = 90_000;
const MODEL = { name: 'model', tournament: 'classic', container: { image: 'docker.io/someone/submission:1' } };
const COUNTS = [0, 1, 10] as const;

/** Each is due at five past twelve. */
const job = (name: string) => ({
  name,
  schedule: '0 5 12 * * *',
  container: { image: 'docker.io/someone/training:1', locations: ['westeurope'] },
});

export async function benchJobs(): Promise<void> {
  const sides: Readonly<Record<string, string>>[] = [];
  for (const count of COUNTS) sides.push(await measure(count));
  printTable(
    'External calls of jobs: Numerai, Resource Manager, tables, vault',
    ['', ...COUNTS.map((count) => `${count} jobs`)],
    Object.keys(sides[0] ?? {}).map((step) => [step, ...sides.map((steps) => steps[step] ?? '')]),
  );
}

async function measure(count: number): Promise<Readonly<Record<string, string>>> {
  const names = Array.from({ length: count }, (_, index) => `job-${index + 1}`);
  const { app, steps, step } = await openCountedApp([MODEL], names.map(job));
  try {
    app.world.runtime.behaviour = () => ({ steps: [{ after: WORK_MS, line: 'trained' }] });
    await step('the first tick, which notes that they are there', () => app.tick());
    await step('an idle tick', () => app.tick());
    await step('the status', () => app.live(app.services.overview()));
    await app.ticks(2);
    await step('the tick at which all are due', () => app.tick());
    await step('a tick while they run', () => app.tick());
    await step('the tick that sees them end', () => app.tick());
    await step('the ticks that clean up', () => app.ticks(3));
    await step('an idle tick afterwards', () => app.tick());
    await step('the status afterwards', () => app.live(app.services.overview()));
    return steps;
  } finally {
    await app.close();
  }
}
