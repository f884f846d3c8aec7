// External calls of a round: one entry that submits for fifty models at Numerai, against fifty entries. In simulated time;
// only the calls count.

import { printTable } from './numbers.ts';
import { openCountedApp } from './steps.ts';

const SLOTS = Array.from({ length: 50 }, (_, index) => `slot_${index + 1}`);
const WORK_MS = 90_000;

const entry = (name: string, numeraiModels: readonly string[]) => ({
  name,
  tournament: 'classic',
  numeraiModels,
  container: {
    image: 'docker.io/someone/submission:1',
    secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
    locations: ['westeurope'],
  },
});

interface Measured {
  readonly label: string;
  readonly steps: Readonly<Record<string, string>>;
  readonly containers: number;
  readonly submissions: number;
}

export async function benchSlots(): Promise<void> {
  const sides = [
    await measure(
      'fifty entries',
      SLOTS.map((slot) => entry(slot.replace('_', '-'), [slot])),
    ),
    await measure('fifty slots in one entry', [entry('ensemble', SLOTS)]),
  ];
  const [first] = sides;
  printTable(
    'External calls of a round: Numerai, Resource Manager, tables, vault',
    ['', ...sides.map(({ label }) => label)],
    [
      ...Object.keys(first?.steps ?? {}).map((step) => [step, ...sides.map(({ steps }) => steps[step] ?? '')]),
      ['containers', ...sides.map(({ containers }) => String(containers))],
      ['submissions', ...sides.map(({ submissions }) => String(submissions))],
    ],
  );
}

async function measure(label: string, models: readonly ReturnType<typeof entry>[]): Promise<Measured> {
  const { app, steps, step } = await openCountedApp(models);
  try {
    const { numerai, runtime } = app.world;
    runtime.behaviour = ({ env }) => {
      const given: Record<string, string> = JSON.parse(env.NUMERAI_MODELS ?? '{}');
      const effect = () => {
        for (const modelId of Object.values(given)) numerai.submit({ modelId });
      };
      return { steps: [{ after: WORK_MS, line: 'done', effect }] };
    };
    await step('the webhooks', async () => {
      for (const { name } of models) await app.start(name);
    });
    await step('a tick while it runs', () => app.tick());
    await step('the tick that verifies', () => app.tick());
    await step('the ticks that clean up', () => app.ticks(3));
    await step('a tick of the fallback', () => app.fallback());
    return { label, steps, containers: runtime.starts.length, submissions: numerai.submissions.length };
  } finally {
    await app.close();
  }
}
