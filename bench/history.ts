// Does the work grow with the history? The watcher's tick, the webhook and the status, with a hundred runs in
// the tables and with many thousands.

import { TableClient, type TransactionAction } from '@azure/data-tables';
import { SimulatedRuntime } from '../local/containers/simulated.ts';
import { type Environment, startEnvironment } from '../local/environment/environment.ts';
import { roundsAtOnce } from '../local/environment/rounds.ts';
import { pastRun } from '../local/scenes/past-run.ts';
import { parseModels } from '../src/lib/config/models.ts';
import { runToRow } from '../src/lib/storage/rows.ts';
import { systemClock } from '../src/lib/util/clock.ts';
import { median, ms, printTable, timed } from './numbers.ts';

const SMALL = 100;
const LARGE = 100_000;
/** Seeding ends when it has taken that long, with what there is by then. */
const SEEDING_MS = 240_000;
const TIMES = 15;
const MODEL = { name: 'old-model', tournament: 'classic', container: { image: 'example.org/a:1' } };

export async function benchHistory(): Promise<void> {
  const environment = await startEnvironment({
    models: [MODEL],
    numerai: { schedule: roundsAtOnce(1, 100, new Date()) },
    settings: { MAX_STARTS_PER_DAY: '1000000' },
    runtime: new SimulatedRuntime({ clock: systemClock, behaviour: () => ({ endsAfter: 0 }) }),
    resourceManager: { delays: { accept: 1, pulling: 1, starting: 1, deleting: 1 } },
  });
  try {
    // Makes the tables, and the first tick of the watcher writes down that it was there.
    await callWebhook(environment);
    await environment.host.runTimer('watcher');
    const seed = seeder(environment);
    await seed(SMALL);
    const small = await measure(environment);
    const { took } = await timed(() => seed(LARGE));
    const large = await measure(environment);
    const labels = ['tick of the watcher', 'webhook', 'status'] as const;
    printTable(
      `With ${seed.count.toLocaleString('en')} runs in the history, against ${SMALL} (filled in ${Math.round(took / 1000)} s)`,
      ['', `calls, ${SMALL}`, 'calls, many', `median, ${SMALL}`, 'median, many'],
      labels.map((label) => [
        label,
        small[label].calls,
        large[label].calls,
        ms(small[label].median),
        ms(large[label].median),
      ]),
    );
    console.log(
      '\nThe calls are what counts: each is a look-up by key or the head of one partition. Azurite goes through\nwhole tables in memory for some of them, Azure does not.',
    );
  } finally {
    await environment.close();
  }
}

let rounds = 0;
async function callWebhook({ host }: Environment): Promise<void> {
  rounds += 1;
  const response = await fetch(`${host.url}/api/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roundNumber: rounds }),
  });
  if (response.status !== 200) throw new Error(`The webhook answered ${response.status}.`);
}

interface Measured {
  readonly calls: string;
  readonly median: number;
}

/** Nothing is in flight when it begins, and again when it ends. */
async function measure(
  environment: Environment,
): Promise<Record<'tick of the watcher' | 'webhook' | 'status', Measured>> {
  const { host } = environment;
  await land(environment);
  return {
    'tick of the watcher': await repeat(environment, async () => {
      await host.runTimer('watcher');
    }),
    status: await repeat(environment, async () => {
      await (await fetch(`${host.url}/api/status`)).text();
    }),
    webhook: await repeat(
      environment,
      () => callWebhook(environment),
      () => land(environment),
    ),
  };
}

async function repeat(
  environment: Environment,
  work: () => Promise<void>,
  after: () => Promise<void> = async () => {},
): Promise<Measured> {
  const times: number[] = [];
  const calls: string[] = [];
  // The first one is not counted: what is kept for a minute is fetched then.
  for (let turn = 0; turn <= TIMES; turn++) {
    const emulators = Object.values(environment.emulators);
    const before = emulators.map(({ callCount }) => callCount);
    const { took } = await timed(work);
    const made = emulators.map(({ callCount }, index) => callCount - (before[index] ?? 0));
    if (turn > 0) {
      times.push(took);
      calls.push(String(made.reduce((sum, count) => sum + count, 0)));
    }
    await after();
  }
  return { calls: [...new Set(calls)].sort().join(' to '), median: median(times) };
}

/**
 * Ticks until every run has ended and its container group is gone, and makes it another day for the claims:
 * a model has one round a day, and the next call is for the next round.
 */
async function land({ host, resourceManager, tables }: Environment): Promise<void> {
  const runs = TableClient.fromConnectionString(tables.connectionString, 'runs');
  const today = `claim_day_classic_${new Date().toISOString().slice(0, 10)}`;
  await runs.deleteEntity(MODEL.name, today).catch(() => {}); // Where nothing was started since.
  const client = TableClient.fromConnectionString(tables.connectionString, 'inflight');
  for (;;) {
    await host.runTimer('watcher');
    let inFlight = resourceManager.groups.names.length;
    for await (const { runId } of client.listEntities()) if (runId !== undefined) inFlight += 1;
    if (inFlight === 0) return;
  }
}

/** Fills the history up to a number of runs, each ended well, four minutes apart, the newest one yesterday. */
function seeder({ tables }: Environment): {
  (upTo: number): Promise<void>;
  readonly count: number;
} {
  const client = TableClient.fromConnectionString(tables.connectionString, 'runs');
  const {
    models: [model],
  } = parseModels(JSON.stringify({ models: [MODEL] }), {
    file: 'models.json',
    containerLocation: 'westeurope',
    containerIdentityId: undefined,
  });
  if (model === undefined) throw new Error('There is no model.');
  const lastAt = Date.now() - 86_400_000;
  let count = 0;
  const one = (): TransactionAction => {
    // Counted down from the newest, so that a history that is not filled to the end has no gap.
    const at = new Date(lastAt - count * 4 * 60_000);
    count += 1;
    return ['create', runToRow(pastRun({ model, round: 1_000_000 - count, at, seconds: 120 }))];
  };
  const seed = async (upTo: number) => {
    const endAt = performance.now() + SEEDING_MS;
    while (count < upTo && performance.now() < endAt)
      await client.submitTransaction(Array.from({ length: Math.min(100, upTo - count) }, one));
  };
  return Object.defineProperty(seed, 'count', { get: () => count }) as typeof seed & {
    readonly count: number; // Just defined.
  };
}
