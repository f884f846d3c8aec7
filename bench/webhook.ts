// The webhook under latencies as in Azure: how long it takes, how many calls to the outside it makes, and
// what a thousand of them leave in memory.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../local/environment/environment.ts';
import type { Host } from '../local/host/host.ts';
import { appFolder, benchEnvironment, imageModel, LATENCY_MS, ROUND, setLatency } from './environment.ts';
import { median, megabytes, ms, percentile, printTable, ratio, timed } from './numbers.ts';

const WARM_CALLS = 40;
const COLD_HOSTS = 5;
const MANY = 1000;
const AT_ONCE = 10;
const WAITING_GROUPS = ['waiting-1', 'waiting-2', 'waiting-3'];

const groupModel = (index: number) => ({
  name: `group-${index}`,
  tournament: 'classic',
  container: { group: `group-${index}` },
});
const numbered = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const GROUPS = numbered(WARM_CALLS + 1, groupModel);
/** Each is called once: a round is open at a time, so that a model has no second one on the same day. */
const MODELS = [...numbered(MANY + WARM_CALLS + COLD_HOSTS + 10, (index) => imageModel(`image-${index}`)), ...GROUPS];

export async function benchWebhook(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const environment = await benchEnvironment(MODELS);
  try {
    for (const name of [...GROUPS.map(({ name }) => name), ...WAITING_GROUPS])
      environment.resourceManager.createGroup({ name, image: 'example.org/some:1' });
    const app = await appFolder(folder, 'app');
    const compared = await appFolder(folder, 'handlers');
    await measureLatency(environment, app, compared);
    await measureMemory(environment, app);
  } finally {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const called = { image: 0, group: 0 };

/** Calls the webhook of a model that has not been called yet; it must start a run. */
async function callWebhook(host: Host, kind: keyof typeof called): Promise<void> {
  const model = `${kind}-${called[kind]++}`;
  const response = await fetch(`${host.url}/api/webhook/${model}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roundNumber: String(ROUND), triggerId: model, isTest: false, dataVersion: 5 }),
  });
  const text = await response.text();
  if (response.status !== 200 || !text.includes('"state":"starting"') || !text.includes('"duplicate":false'))
    throw new Error(`The webhook answered ${response.status}: ${text}`);
}

/** Calls to the outside that `work` makes, by service. */
async function countCalls(environment: Environment, work: () => Promise<void>): Promise<Map<string, number>> {
  const before = new Map(Object.values(environment.emulators).map((it) => [it.name, it.callCount]));
  await work();
  return new Map(
    Object.values(environment.emulators)
      .map(({ name, callCount }): [string, number] => [name, callCount - (before.get(name) ?? 0)])
      .filter(([, count]) => count > 0),
  );
}

const describeCalls = (calls: ReadonlyMap<string, number>): string =>
  `${[...calls.values()].reduce((sum, count) => sum + count, 0)}: ${[...calls].map(([name, count]) => `${name} ${count}`).join(', ')}`;

async function measureLatency(environment: Environment, app: string, compared: string): Promise<void> {
  const token = (audience: string) => environment.tokens.issue({ audience, clientId: 'bench' }).token;
  const others = await environment.addHost({
    appFolder: compared,
    environment: {
      ...environment.settings,
      BENCH_TABLES_TOKEN: token('https://storage.azure.com'),
      BENCH_RESOURCE_MANAGER_TOKEN: token('https://management.azure.com'),
    },
  });
  const hostOf = () => environment.addHost({ appFolder: app });
  setLatency(environment, true);

  const first = await hostOf();
  const firstEver = await timed(() => countCalls(environment, () => callWebhook(first, 'image')));
  const cold: number[] = [];
  let coldCalls = new Map<string, number>();
  for (let count = 0; count < COLD_HOSTS; count++) {
    const host = await hostOf();
    const { took, result } = await timed(() => countCalls(environment, () => callWebhook(host, 'image')));
    cold.push(took);
    coldCalls = result;
    await host.kill();
  }

  const bare: number[] = [];
  const image: number[] = [];
  const group: number[] = [];
  let imageCalls = new Map<string, number>();
  let groupCalls = new Map<string, number>();
  const callBare = async () => {
    const response = await fetch(`${others.url}/api/bare`, { method: 'POST' });
    if (response.status !== 200) throw new Error(others.output.slice(-12).join('\n'));
  };
  for (const warmUp of [callBare, () => callWebhook(first, 'group')]) await warmUp();
  for (let turn = 0; turn < WARM_CALLS; turn++) {
    bare.push((await timed(callBare)).took);
    const one = await timed(() => countCalls(environment, () => callWebhook(first, 'image')));
    image.push(one.took);
    imageCalls = one.result;
    const other = await timed(() => countCalls(environment, () => callWebhook(first, 'group')));
    group.push(other.took);
    groupCalls = other.result;
  }

  const waiting = await Promise.all(
    WAITING_GROUPS.map(async (name) => {
      const { took, result } = await timed(() => fetch(`${others.url}/api/waiting/${name}`, { method: 'POST' }));
      if (result.status !== 200) throw new Error(`The waiting handler answered ${result.status}.`);
      return took;
    }),
  );
  setLatency(environment, false);
  await others.kill();
  await first.kill();

  const base = median(bare);
  const row = (label: string, times: readonly number[], calls: string): string[] => [
    label,
    ms(median(times)),
    ms(percentile(times, 0.95)),
    times === bare ? '–' : ms(median(times) - base),
    times === bare ? '–' : ratio(median(times), base),
    calls,
  ];
  printTable(
    `A webhook, with tables ${LATENCY_MS.tables} ms, vault ${LATENCY_MS.keyVault} ms, Resource Manager and Numerai ${LATENCY_MS.resourceManager} ms, start complete after 20 s`,
    ['', 'median', '95 %', 'over the calls', 'ratio', 'external calls'],
    [
      row('the four calls alone', bare, '4: table-storage 3, Azure Resource Manager 1'),
      row(`warm, group made for the run (${WARM_CALLS})`, image, describeCalls(imageCalls)),
      row(`warm, existing group (${WARM_CALLS})`, group, describeCalls(groupCalls)),
      row(`cold: a new process (${COLD_HOSTS})`, cold, describeCalls(coldCalls)),
      row('the first ever: tables are made', [firstEver.took], describeCalls(firstEver.result)),
      row(`a handler that waits for the poller (${waiting.length})`, waiting, ''),
    ],
  );
  const injected = 3 * LATENCY_MS.tables + LATENCY_MS.resourceManager;
  console.log(
    `\nOf the four calls ${injected} ms are the latencies; the rest is TLS, Azurite and this machine, for all alike.`,
  );
}

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

async function memoryOf(host: Host): Promise<Memory> {
  const response = await fetch(`${host.url}/api/memory`);
  // Our own function's answer, just above in app.ts.
  return (await response.json()) as Memory;
}

async function measureMemory(environment: Environment, app: string): Promise<void> {
  const host = await environment.addHost({ appFolder: app });
  const atStart = await memoryOf(host);
  await callWebhook(host, 'image');
  const afterOne = await memoryOf(host);
  const hundred = await timed(() => callMany(host, 100));
  const afterHundred = await memoryOf(host);
  const rest = await timed(() => callMany(host, MANY - 101));
  const afterMany = await memoryOf(host);
  await host.kill();
  const row = (label: string, memory: Memory): string[] => [
    label,
    megabytes(memory.heapUsed),
    megabytes(memory.rss),
    ratio(memory.heapUsed, afterOne.heapUsed),
  ];
  printTable(
    'Memory of the process, after a collection',
    ['', 'heap', 'resident', 'heap, to one webhook'],
    [
      row('loaded', atStart),
      row('after 1 webhook', afterOne),
      row('after 101 webhooks', afterHundred),
      row(`after ${MANY} webhooks`, afterMany),
    ],
  );
  const seconds = (hundred.took + rest.took) / 1000;
  console.log(
    `\nThe ${MANY} webhooks, ${AT_ONCE} at a time and without latencies: ${((MANY - 1) / seconds).toFixed(0)} a second, with everything on this machine.`,
  );
}

async function callMany(host: Host, count: number): Promise<void> {
  let left = count;
  const caller = async () => {
    for (; left > 0; ) {
      left -= 1;
      await callWebhook(host, 'image');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
}
