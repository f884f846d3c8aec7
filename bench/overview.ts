// What an overview costs with 10 models and with 500, each with 400 rounds: calls, time, and the memory of the app's process
// with ten readers at once. The tables are in this process's memory, behind TLS: Azurite goes through all of them for each
// query, Azure does not.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { credentialFor } from '../local/scenes/history.ts';
import { pastRecord } from '../local/scenes/past-run.ts';
import { roundsAround } from '../local/scenes/rounds.ts';
import { type Model, parseModels } from '../src/lib/config/models.ts';
import { runToRow } from '../src/lib/storage/rows.ts';
import { carryInProcess } from '../test/simulation/world/carrier.ts';
import { httpClientPastTheGate } from '../test/simulation/world/clients.ts';
import { tablesInMemory } from '../test/simulation/world/tables.ts';
import { appFolder, benchEnvironment } from './environment.ts';
import { median, megabytes, ms, printTable, ratio, timed } from './numbers.ts';

const ROUNDS = 400;
const COUNTS = [10, 500] as const;
const READERS = 10;
const TIMES = 5;
const PAGES = [
  ['status', '/api/status'],
  ['metrics', '/api/metrics'],
  ['dashboard', '/api/dashboard-page'],
] as const;
const DAY_MS = 24 * 3_600_000;

interface Measured {
  readonly calls: number;
  readonly took: number;
  readonly bytes: number;
  readonly zipped: number;
}

interface Side {
  readonly first: Measured;
  readonly pages: readonly Measured[];
  readonly atOnce: Measured & { readonly refused: number };
  readonly loaded: number;
  readonly afterFirst: number;
  readonly peak: number;
}

export async function benchOverview(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-overview-'));
  try {
    const app = await appFolder(folder, 'app');
    const [few, many] = [await measure(COUNTS[0], app), await measure(COUNTS[1], app)];
    const row = (label: string, a: Measured, b: Measured): string[] => [
      label,
      String(a.calls),
      String(b.calls),
      ms(a.took),
      ms(b.took),
      ratio(b.took, a.took),
      `${megabytes(b.bytes)}, ${megabytes(b.zipped)} gzipped`,
    ];
    printTable(
      `An overview of ${COUNTS.join(' and of ')} models with ${ROUNDS} rounds each`,
      [
        '',
        ...COUNTS.map((count) => `calls to tables, ${count}`),
        ...COUNTS.map((count) => `median, ${count}`),
        'ratio',
        'size',
      ],
      [
        row('the first ever: nothing is summed up yet', few.first, many.first),
        ...PAGES.map(([label], index) => row(label, few.pages[index] ?? few.first, many.pages[index] ?? many.first)),
        row(`${READERS} readers at once, all of them`, few.atOnce, many.atOnce),
      ],
    );
    printTable(
      'The process',
      ['', ...COUNTS.map((count) => `${count} models`)],
      [
        ['resident, loaded', megabytes(few.loaded), megabytes(many.loaded)],
        ['resident, the most until all was summed up', megabytes(few.afterFirst), megabytes(many.afterFirst)],
        ['resident, the most with ten readers', megabytes(few.peak), megabytes(many.peak)],
        ['readers that got no answer', String(few.atOnce.refused), String(many.atOnce.refused)],
      ],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(count: number, app: string): Promise<Side> {
  const models = Array.from({ length: count }, (_, index) => ({
    name: `m-${index + 1}`,
    tournament: 'classic',
    numeraiModels: [`m_${index + 1}`],
    container: { image: 'example.org/some:1' },
  }));
  const environment = await benchEnvironment(models, roundsAround(new Date()));
  const { certificates, tokens } = environment;
  const tables = tablesInMemory({ certificates, tokens });
  await tables.emulator.listen();
  try {
    const parsed = parseModels(JSON.stringify({ models }), {
      file: 'models.json',
      containerLocation: 'westeurope',
      containerIdentityId: undefined,
    });
    const carrier = carryInProcess(new Map([[new URL(tables.endpoint).origin, tables.emulator]]));
    const client = new TableClient(tables.endpoint, 'runs', credentialFor(tokens), {
      httpClient: httpClientPastTheGate(carrier),
    });
    for (const model of parsed.models) await seed(client, model);
    const host = await environment.addHost({
      appFolder: app,
      environment: {
        ...environment.settings,
        AzureWebJobsStorage: '',
        AzureWebJobsStorage__tableServiceUri: `${tables.emulator.url}/devstoreaccount1`,
      },
    });
    const get = async (path: string) => {
      const response = await fetch(`${host.url}${path}`);
      return { isRefused: response.status !== 200, text: await response.text() };
    };
    const memory = async () => JSON.parse((await get('/api/memory')).text);
    const counted = async (work: () => Promise<readonly { readonly isRefused: boolean; readonly text: string }[]>) => {
      const before = tables.emulator.callCount;
      const { took, result } = await timed(work);
      const [first] = result;
      const text = first?.text ?? '';
      return {
        calls: tables.emulator.callCount - before,
        took,
        bytes: Buffer.byteLength(text),
        zipped: gzipSync(text).length,
        refused: result.filter(({ isRefused }) => isRefused).length,
      };
    };
    const loaded: number = (await memory()).rss;
    const first = await counted(async () => [await get('/api/status')]);
    const afterFirst: number = (await memory()).peak;
    const pages: Measured[] = [];
    for (const [, path] of PAGES) {
      const turns: Measured[] = [];
      for (let turn = 0; turn < TIMES; turn += 1) turns.push(await counted(async () => [await get(path)]));
      const [one] = turns;
      if (one !== undefined) pages.push({ ...one, took: median(turns.map(({ took }) => took)) });
    }
    const atOnce = await counted(() =>
      Promise.all(Array.from({ length: READERS }, (_, reader) => get(PAGES[reader % PAGES.length]?.[1] ?? ''))),
    );
    return { first, pages, atOnce, loaded, afterFirst, peak: (await memory()).peak };
  } finally {
    await tables.emulator.close();
    await environment.close();
  }
}

/** One round a day; every seventh failed, every fifth needed three attempts. */
async function seed(client: TableClient, model: Model): Promise<void> {
  const actions = Array.from({ length: ROUNDS }, (_, index): TransactionAction => {
    const at = new Date(Date.now() - (index + 1) * DAY_MS);
    const { run } = pastRecord({
      model,
      round: 10_000 - index,
      at,
      failedBefore: index % 5 === 0 ? 2 : 0,
      ...(index % 7 === 3 && { state: 'failed' }),
    });
    return ['create', runToRow(run)];
  });
  for (let from = 0; from < ROUNDS; from += 100) await client.submitTransaction(actions.slice(from, from + 100));
}
