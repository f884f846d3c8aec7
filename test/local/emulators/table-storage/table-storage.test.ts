import { odata, RestError, TableClient, type TransactionAction } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTableStorage, type TableStorage } from '../../../../local/emulators/table-storage/table-storage.ts';
import { TokenAuthority } from '../../../../local/emulators/tokens.ts';
import { trustedCertificates } from '../trusted-certificates.ts';

const certificates = await trustedCertificates();
const tokens = new TokenAuthority();
let storage: TableStorage;
let runs: TableClient;

const credential = (audience = 'https://storage.azure.com', lifetimeSeconds = 3600) =>
  ({
    getToken: async () => {
      const { token, expiresOn } = tokens.issue({ audience, clientId: 'me', lifetimeSeconds });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  }) satisfies TokenCredential;
const retryOptions = { maxRetries: 0 };
const open = (at: TableStorage, table: string, as: TokenCredential = credential()) =>
  new TableClient(at.endpoint, table, as, { retryOptions });

beforeAll(async () => {
  storage = await startTableStorage({ certificates, tokens });
  runs = open(storage, 'runs');
  await runs.createTable();
});
afterAll(() => storage.close());

const key = (rowKey: string, partitionKey = 'model') => ({ partitionKey, rowKey });
/** An error of the client, outside a transaction. */
const failure = (statusCode: number, code: string) => ({
  statusCode,
  details: { odataError: { code } },
});
const create = (rowKey: string, partitionKey?: string): TransactionAction => ['create', key(rowKey, partitionKey)];

describe('tables, used by the real client', () => {
  test('a claim is taken only once, however many try', async () => {
    const attempts = Array.from({ length: 20 }, (_, i) =>
      runs.submitTransaction([create('claim', 'race'), create(`run-${i}`, 'race')]),
    );
    const results = await Promise.allSettled(attempts);
    const losers = results.filter((result) => result.status === 'rejected');
    expect(losers).toHaveLength(19);
    for (const { reason } of losers) {
      expect(reason).toMatchObject({
        statusCode: 409,
        code: 'EntityAlreadyExists',
        message: expect.stringMatching(/^0:The specified entity already exists/),
      });
    }
    const filter = odata`PartitionKey eq ${'race'}`;
    const page = await runs.listEntities({ queryOptions: { filter } }).byPage().next();
    expect(page.value).toHaveLength(2);
  });

  test('a failed transaction changes nothing, not even ETags', async () => {
    await runs.createEntity({ ...key('old'), state: 'running' });
    const before = await runs.getEntity('model', 'old');
    const attempt = runs.submitTransaction([
      create('new'),
      ['update', { ...key('old'), state: 'failed' }, 'Merge', { etag: before.etag }],
      ['update', key('missing'), 'Merge'],
    ]);
    await expect(attempt).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringMatching(/^2:/),
    });
    expect(await runs.getEntity('model', 'old')).toEqual(before);
    await expect(runs.getEntity('model', 'new')).rejects.toMatchObject(failure(404, 'ResourceNotFound'));
  });

  test('an update with an ETag that no longer matches is refused', async () => {
    await runs.createEntity({ ...key('etag'), n: 1 });
    const { etag } = await runs.getEntity('model', 'etag');
    await runs.updateEntity({ ...key('etag'), n: 2 }, 'Merge', { etag });
    const stale = failure(412, 'UpdateConditionNotSatisfied');
    const late = { ...key('etag'), n: 3 };
    await expect(runs.updateEntity(late, 'Merge', { etag })).rejects.toMatchObject(stale);
    await expect(runs.updateEntity(late, 'Replace', { etag })).rejects.toMatchObject(stale);
    await expect(runs.deleteEntity('model', 'etag', { etag })).rejects.toMatchObject(stale);
  });

  test('a counter that many increment at once ends at the right value', async () => {
    await runs.createEntity({ ...key('counter'), n: 0 });
    const refusals = new Set<unknown>();
    const increment = async () => {
      for (;;) {
        const { etag, n } = await runs.getEntity<{ n: number }>('model', 'counter');
        try {
          return await runs.updateEntity({ ...key('counter'), n: n + 1 }, 'Merge', { etag });
        } catch (error) {
          refusals.add(error instanceof RestError ? error.statusCode : error);
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, increment));
    expect((await runs.getEntity('model', 'counter')).n).toBe(10);
    expect([...refusals]).toEqual([412]);
  });

  test('a range of row keys is listed in order, a page at a time', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => create(String(i).padStart(3, '0'), 'pages'));
    await runs.submitTransaction(rows);
    const filter = odata`PartitionKey eq ${'pages'} and RowKey ge ${'010'} and RowKey lt ${'060'}`;
    const query = (continuationToken?: string) =>
      runs
        .listEntities({ queryOptions: { filter, select: ['RowKey'] } })
        .byPage({ maxPageSize: 30, ...(continuationToken ? { continuationToken } : {}) })
        .next();
    const first = await query();
    expect(first.value).toHaveLength(30);
    expect(first.value[0]).toMatchObject({ rowKey: '010' });
    const second = await query(first.value.continuationToken);
    expect(second.value).toHaveLength(20);
    expect(second.value[0]).toMatchObject({ rowKey: '040' });
    expect(second.value.continuationToken).toBeUndefined();
  });

  test('text beyond ASCII survives a transaction of several megabytes', async () => {
    const text = 'ü€😀'.repeat(6000);
    const entity = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`p${i}`, text]));
    await runs.submitTransaction([
      ['create', { ...key('a', 'texts'), ...entity }],
      ['create', { ...key('b', 'texts'), ...entity }],
    ]);
    expect((await runs.getEntity('texts', 'b')).p14).toBe(text);
  });
});

describe('tables refuse what the real service refuses', () => {
  const strings = (count: number, length: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, 'x'.repeat(length)]));

  test.for([
    ['a slash in a key', { rowKey: 'a/b' }, 'OutOfRangeInput'],
    ['a control character in a key', { rowKey: 'a\u0001' }, 'OutOfRangeInput'],
    ['a key of over 1 KiB', { rowKey: 'x'.repeat(513) }, 'PropertyValueTooLarge'],
    ['a string of over 64 KiB', strings(1, 32 * 1024 + 1), 'PropertyValueTooLarge'],
    ['an entity of over 1 MiB', strings(17, 32 * 1024), 'EntityTooLarge'],
    ['over 252 properties', strings(253, 1), 'TooManyProperties'],
    ['a property name with a hyphen', { 'a-b': 1 }, 'PropertyNameInvalid'],
  ] as const)('%s', async ([, properties, code]) => {
    const entity = { ...key('limits'), ...properties };
    await expect(runs.createEntity(entity)).rejects.toMatchObject(failure(400, code));
    const transaction = runs.submitTransaction([create('fine'), ['upsert', entity]]);
    await expect(transaction).rejects.toMatchObject({
      statusCode: 400,
      code,
      message: expect.stringMatching(/^1:/),
    });
  });

  test('a transaction of over 100 operations', async () => {
    const rows = Array.from({ length: 101 }, (_, i) => create(`row-${i}`));
    await expect(runs.submitTransaction(rows)).rejects.toMatchObject({
      statusCode: 400,
      code: 'InvalidInput',
    });
  });

  test('a transaction that names an entity twice', async () => {
    const twice = runs.submitTransaction([create('twice'), ['upsert', key('twice')]]);
    await expect(twice).rejects.toMatchObject({ statusCode: 400, code: 'InvalidDuplicateRow' });
  });

  test('a transaction of over 4 MiB', async () => {
    const rows = Array.from({ length: 5 }, (_, i): TransactionAction => {
      return ['create', { ...key(`row-${i}`), ...strings(15, 32 * 1024), ...strings(30, 20_000) }];
    });
    const large = runs.submitTransaction(rows.concat(rows.slice(0, 2)));
    await expect(large).rejects.toMatchObject({ statusCode: 413, code: 'RequestBodyTooLarge' });
  });

  test('a transaction over two partitions', async () => {
    const part = (partition: string) =>
      [
        '--changeset_1',
        'Content-Type: application/http',
        '',
        `POST ${storage.endpoint}/runs HTTP/1.1`,
        'Content-Type: application/json',
        '',
        JSON.stringify({ PartitionKey: partition, RowKey: 'r' }),
      ].join('\r\n');
    const start = '--batch_1\r\nContent-Type: multipart/mixed; boundary=changeset_1\r\n';
    const { token } = await credential().getToken();
    const response = await fetch(`${storage.endpoint}/$batch`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'multipart/mixed; boundary=batch_1',
      },
      body: [start, part('one'), part('two'), '--changeset_1--', '--batch_1--'].join('\r\n'),
    });
    expect(response.status).toBe(202);
    expect(await response.text()).toContain('CommandsInBatchActOnDifferentPartitions');
  });

  test('a page of over 1,000 rows', async () => {
    const page = runs.listEntities().byPage({ maxPageSize: 1001 }).next();
    await expect(page).rejects.toMatchObject(failure(400, 'InvalidInput'));
  });
});

describe('tables check the caller', () => {
  const refused = failure(401, 'InvalidAuthenticationInfo');

  test('a token for another service, or one that has expired, is refused', async () => {
    const wrong = open(storage, 'runs', credential('https://vault.azure.net'));
    await expect(wrong.getEntity('a', 'b')).rejects.toMatchObject(refused);
    const late = open(storage, 'runs', credential(undefined, -60));
    await expect(late.getEntity('a', 'b')).rejects.toMatchObject(refused);
  });

  test('a token with another signature is refused', async () => {
    const forger = new TokenAuthority();
    const forged = open(storage, 'runs', {
      getToken: async () => {
        const issued = forger.issue({ audience: 'https://storage.azure.com', clientId: 'me' });
        return { token: issued.token, expiresOnTimestamp: issued.expiresOn * 1000 };
      },
    });
    await expect(forged.getEntity('a', 'b')).rejects.toMatchObject(refused);
  });

  test('the refusal of a call without a token says where to get one', async () => {
    const response = await fetch(`${storage.endpoint}/Tables`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('https://storage.azure.com');
  });

  test('a caller without the role is refused', async () => {
    storage.allowOnly(['somebody-else']);
    const attempt = runs.createEntity(key('role'));
    await expect(attempt).rejects.toMatchObject(failure(403, 'AuthorizationPermissionMismatch'));
    storage.allowOnly(undefined);
    await runs.createEntity(key('role'));
  });

  test('a connection string works as well', async () => {
    const client = TableClient.fromConnectionString(storage.connectionString, 'runs');
    await client.createEntity(key('by-connection-string'));
    const { rowKey } = await client.getEntity('model', 'by-connection-string');
    expect(rowKey).toBe('by-connection-string');
  });
});

describe('tables can be given faults', () => {
  test('a write whose answer is lost has been carried out', async () => {
    storage.emulator.faults.add({ kind: 'drop-after', match: { method: 'POST' }, times: 1 });
    await expect(runs.createEntity(key('lost'))).rejects.toThrow();
    expect((await runs.getEntity('model', 'lost')).rowKey).toBe('lost');
  });

  test('a busy service answers 503 and writes nothing', async () => {
    storage.emulator.faults.add({ kind: 'status', status: 503, times: 1 });
    await expect(runs.createEntity(key('busy'))).rejects.toMatchObject(failure(503, 'ServerBusy'));
    await expect(runs.getEntity('model', 'busy')).rejects.toMatchObject({ statusCode: 404 });
  });

  test('the log of calls has the operations of each', async () => {
    const before = storage.operations().length;
    await runs.submitTransaction([create('l1', "it's"), ['upsert', key('l2', "it's"), 'Replace']]);
    await runs.getEntity("it's", 'l1');
    const filter = odata`PartitionKey eq ${"it's"}`;
    await runs.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 5 }).next();
    expect(storage.operations().slice(before)).toMatchObject([
      [
        { kind: 'insert', table: 'runs', partitionKey: "it's", rowKey: 'l1' },
        { kind: 'replace', table: 'runs', partitionKey: "it's", rowKey: 'l2', ifMatch: undefined },
      ],
      [{ kind: 'get', table: 'runs', partitionKey: "it's", rowKey: 'l1' }],
      [{ kind: 'query', table: 'runs', filter: "PartitionKey eq 'it''s'", top: 5 }],
    ]);
  });
});
