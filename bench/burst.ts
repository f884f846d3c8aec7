// Numerai calls the webhooks of 500 models at once, half of them with a group for each attempt and half with a group that
// exists, against the limits that Azure documents. In simulated time, with one instance: what counts is what was answered,
// started and accepted, and how many calls a tick makes.

import { DOCUMENTED_BUCKETS, DOCUMENTED_LIMITS } from '../local/emulators/resource-manager/limits.ts';
import { accountFor, DEMO_SECRETS } from '../local/environment/demo.ts';
import { createApp } from '../src/app.ts';
import { withBudget } from '../src/functions/start-budget.ts';
import { findEntry } from '../src/lib/config/models.ts';
import { fallback } from '../src/lib/fallback/tick.ts';
import { requestRun } from '../src/lib/operations/request-run.ts';
import { AppError } from '../src/lib/util/errors.ts';
import { watch } from '../src/lib/watch/tick.ts';
import { scheduleOf } from '../test/simulation/faults/world.ts';
import { startWorld, type World } from '../test/simulation/world/world.ts';
import { clientsOf } from '../test/support/clients.ts';
import { median, megabytes, printTable } from './numbers.ts';

const MODELS = 500;
const REGIONS = ['westeurope', 'northeurope', 'eastus', 'westus2'];
const WORK_MS = 120_000;
const MINUTE = 60_000;
const ROUND = 1;
/** The round is open for an hour. */
const MINUTES = 62;

const secrets = { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' };
const modelOf = (index: number) => {
  const name = `m-${String(index).padStart(3, '0')}`;
  const container =
    index % 2 === 0
      ? { image: 'docker.io/someone/submission:1', cpu: 0.5, memoryGB: 1, secrets, locations: REGIONS }
      : { group: name };
  return { name, tournament: 'classic', numeraiModels: [name.replace('-', '_')], container };
};

export async function benchBurst(): Promise<void> {
  const models = Array.from({ length: MODELS }, (_, index) => modelOf(index));
  const world = await startWorld({
    start: '2026-04-01T12:00:00Z',
    numerai: { schedule: scheduleOf(), accounts: [accountFor({ models })] },
    secrets: DEMO_SECRETS,
    resourceManager: {
      delays: { pulling: 20_000, starting: 2_000, stopping: 5_000, deleting: 5_000 },
      rateLimits: DOCUMENTED_LIMITS,
      throttling: DOCUMENTED_BUCKETS,
    },
  });
  try {
    await measure(world, models);
  } finally {
    await world.close();
  }
}

async function measure(world: World, models: readonly ReturnType<typeof modelOf>[]): Promise<void> {
  const { resourceManager, numerai, runtime, clock } = world;
  world.setModels(models);
  const ids = new Map(numerai.models.map(({ name, id }) => [name, id]));
  for (const [index, { name, container }] of models.entries())
    if ('group' in container)
      resourceManager.createGroup({
        name,
        image: 'docker.io/someone/submission:1',
        location: REGIONS[index % REGIONS.length] ?? '',
        // Its own, since it is started as it is.
        env: { NUMERAI_MODELS: JSON.stringify({ own: ids.get(name.replace('-', '_')) }) },
      });
  runtime.behaviour = ({ env }) => {
    const given: Record<string, string> = JSON.parse(env.NUMERAI_MODELS ?? '{}');
    const effect = () => {
      for (const modelId of Object.values(given)) numerai.submit({ modelId });
    };
    return { steps: [{ after: WORK_MS, line: 'done', effect }] };
  };
  let calls = 0;
  let refused = 0;
  const { httpClient, fetch, live } = clientsOf(world, () => {
    calls += 1;
  });
  const app = createApp({
    environment: world.settings,
    clock,
    random: Math.random,
    fetch,
    httpClient,
    credential: world.credential,
    appFolder: world.folder,
  });
  const services = app.servicesFor({}, (line) => {
    if (line.includes('container not started')) refused += 1;
  });
  const began = clock.now().getTime();
  const sinceBegin = (time: Date) => time.getTime() - began;
  const answers = await live(
    Promise.all(
      models.map(async ({ name }) => {
        try {
          const model = findEntry(services.entries, name);
          const asked = {
            model,
            trigger: 'webhook',
            triggerId: name,
            isTest: false,
            force: false,
            round: ROUND,
          } as const;
          await withBudget(services, (signal) => requestRun(services, { ...asked, signal }));
          return { ok: true, tookMs: sinceBegin(clock.now()) };
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return { ok: false, tookMs: sinceBegin(clock.now()) };
        }
      }),
    ),
  );
  const ofWebhooks = { calls, refused };
  const ticks: number[] = [];
  let peak = 0;
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    await clock.advanceTo(new Date(Math.max(clock.now().getTime(), began + minute * MINUTE)));
    calls = 0;
    await live(watch(services));
    ticks.push(calls);
    peak = Math.max(peak, process.memoryUsage().rss);
    if (minute % 5 === 0) await live(fallback(services, new Set()));
  }
  const starts = resourceManager.groups.starts.map(({ at }) => sinceBegin(at)).sort((a, b) => a - b);
  const within = (minutes: number) => starts.filter((ms) => ms <= minutes * MINUTE).length;
  const accepted = numerai.submissions.filter(({ late }) => !late);
  printTable(
    `${MODELS} webhooks at once, with Azure's documented limits (100 creates in five minutes and 300 an hour a region, ${REGIONS.length} regions)`,
    ['', ''],
    [
      ['answered 200', `${answers.filter(({ ok }) => ok).length} of ${MODELS}`],
      ['the slowest answer', `${(Math.max(...answers.map(({ tookMs }) => tookMs)) / 1000).toFixed(1)} s`],
      ['calls of a webhook', (ofWebhooks.calls / MODELS).toFixed(1)],
      ['starts refused by Azure: at once, all', `${ofWebhooks.refused}, ${refused}`],
      ['started within 1, 5, 10, 30 minutes', [1, 5, 10, 30].map(within).join(', ')],
      ['the last start', `${((starts.at(-1) ?? 0) / MINUTE).toFixed(1)} min`],
      ['models with a submission on time', `${new Set(accepted.map(({ modelId }) => modelId)).size} of ${MODELS}`],
      ['submissions', String(accepted.length)],
      ['calls a tick: median, most', `${median(ticks)}, ${Math.max(...ticks)}`],
      ['resident, with all emulators in the process', megabytes(peak)],
    ],
  );
}
