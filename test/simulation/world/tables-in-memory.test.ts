// The tables in memory answer as Azurite does: random operations, made through the SDK, against both.

import { RestError } from '@azure/core-rest-pipeline';
import { odata, TableClient, type TableEntity, type TransactionAction } from '@azure/data-tables';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { httpClientPastTheGate } from './clients.ts';
import { between, chance, pick, type Random, randomFrom } from './random.ts';
import { startWorld, type World } from './world.ts';

const OPERATIONS = 400;
const PARTITIONS = ['a', "it's"] as const;
const ROWS = ['1', '2', '3', '4'] as const;

const worlds: World[] = [];
beforeAll(async () => {
  for (const overSockets of [false, true])
    worlds.push(await startWorld({ start: '2026-04-01T12:00:00Z', numerai: { accounts: [] }, overSockets }));
});
afterAll(() => Promise.all(worlds.map((world) => world.close())));

function clientOf({ carrier, tables, credential }: World): TableClient {
  return new TableClient(tables.endpoint, 'runs', credential, {
    httpClient: httpClientPastTheGate(carrier),
  });
}

test(`${OPERATIONS} random operations have the same results in memory and in Azurite`, async () => {
  const clients = worlds.map(clientOf);
  const results = await Promise.all(clients.map((client) => lifeOf(client, randomFrom(7))));
  expect(results[0]).toEqual(results[1]);
  const kinds = new Set(results.flat().map((result) => JSON.stringify(result).slice(0, 20)));
  expect(kinds.size).toBeGreaterThan(8);
});

/** What came of each operation. */
async function lifeOf(client: TableClient, random: Random): Promise<unknown[]> {
  const results: unknown[] = [];
  const etags = new Map<string, string>();
  for (let count = 0; count < OPERATIONS; count += 1) {
    try {
      results.push(await operate(client, random, etags));
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      results.push({ status: error.statusCode, code: codeOf(error) });
    }
  }
  return results;
}

async function operate(client: TableClient, random: Random, etags: Map<string, string>): Promise<unknown> {
  const [partitionKey, rowKey] = [pick(random, PARTITIONS), pick(random, ROWS)];
  const entity = entityOf(random, partitionKey, rowKey);
  const mode = pick(random, ['Merge', 'Replace'] as const);
  const key = `${partitionKey}/${rowKey}`;
  const etag = chance(random, 0.5) ? (etags.get(key) ?? '*') : '*';
  const what = pick(random, ['create', 'upsert', 'update', 'delete', 'get', 'get', 'list', 'transaction'] as const);
  switch (what) {
    case 'create':
      await client.createEntity(entity);
      return what;
    case 'upsert':
      await client.upsertEntity(entity, mode);
      return what;
    case 'update':
      await client.updateEntity(entity, mode, { etag });
      return what;
    case 'delete':
      await client.deleteEntity(partitionKey, rowKey, { etag });
      return what;
    case 'get': {
      const found = await client.getEntity(partitionKey, rowKey);
      etags.set(key, found.etag);
      return plain(found);
    }
    case 'list':
      return list(client, random, partitionKey, rowKey);
    case 'transaction': {
      const actions: TransactionAction[] = [
        chance(random, 0.5) ? ['create', entity] : ['update', entity, mode, { etag }],
        ['upsert', entityOf(random, partitionKey, 'other'), mode],
      ];
      const { subResponses } = await client.submitTransaction(actions);
      return subResponses.map(({ status, etag: given }) => [status, typeof given]);
    }
  }
}

async function list(client: TableClient, random: Random, partitionKey: string, rowKey: string): Promise<unknown> {
  const filter = pick(random, [
    odata`PartitionKey eq ${partitionKey}`,
    odata`PartitionKey eq ${partitionKey} and RowKey ge ${rowKey} and RowKey lt '4'`,
    odata`(PartitionKey eq ${partitionKey} and word eq 'x') or flag eq true`,
    odata`word gt 'w' and flag eq false`,
    undefined,
  ] as const);
  const pages: unknown[] = [];
  const found = client.listEntities({ queryOptions: filter === undefined ? {} : { filter } });
  for await (const page of found.byPage({ maxPageSize: between(random, 1, 4) })) pages.push(page.map(plain));
  // Where a page ends is the service's own business.
  return pages.flat();
}

function entityOf(random: Random, partitionKey: string, rowKey: string): TableEntity {
  return {
    partitionKey,
    rowKey,
    ...(chance(random, 0.7) ? { word: pick(random, ['w', 'x', "y's", 'ü'] as const) } : {}),
    ...(chance(random, 0.5) ? { flag: chance(random, 0.5) } : {}),
    ...(chance(random, 0.5) ? { whole: between(random, -3, 3) } : {}),
    ...(chance(random, 0.3) ? { share: { type: 'Double', value: '1.5' } } : {}),
  };
}

/** Without what differs from service to service. */
function plain(row: object): object {
  const { etag: _etag, timestamp: _timestamp, ...rest } = { etag: '', timestamp: '', ...row };
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('odata.') && !name.includes('@')));
}

const refusal = z.object({ odataError: z.object({ code: z.string() }) });

function codeOf({ details }: RestError): string | undefined {
  const parsed = refusal.safeParse(details);
  return parsed.success ? parsed.data.odataError.code : undefined;
}
