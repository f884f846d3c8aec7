// Tables in a folder outlive the process that serves them, however that ends.

import { cp } from 'node:fs/promises';
import { TableClient } from '@azure/data-tables';
import { expect, test } from 'vitest';
import { startTableStorage, type TableStorage } from '../../../../local/emulators/table-storage/table-storage.ts';
import { TokenAuthority } from '../../../../local/emulators/tokens.ts';
import { temporaryFolder, trustedCertificates } from '../trusted-certificates.ts';

const certificates = await trustedCertificates();
const tokens = new TokenAuthority();
const tableOf = ({ connectionString }: TableStorage, name: string) =>
  TableClient.fromConnectionString(connectionString, name, { retryOptions: { maxRetries: 0 } });
const key = (rowKey: string, partitionKey = 'model') => ({ partitionKey, rowKey });

test('tables in a folder are still there after a restart', async () => {
  const folder = await temporaryFolder();
  const first = await startTableStorage({ certificates, tokens, folder });
  const client = tableOf(first, 'kept');
  await client.createTable();
  await client.createEntity({ ...key('row'), text: 'kept' });
  await first.close();

  const second = await startTableStorage({ certificates, tokens, folder });
  expect(await tableOf(second, 'kept').getEntity('model', 'row')).toMatchObject({ text: 'kept' });
  await second.close();
});

test('what a folder has after an answer is all that the answer confirmed, as after a kill', async () => {
  const folder = await temporaryFolder();
  const killed = await startTableStorage({ certificates, tokens, folder });
  const written = tableOf(killed, 'runs');
  await written.createTable();
  await written.createEntity(key('updated'));
  await written.createEntity(key('deleted'));
  await Promise.all(['a', 'b', 'c', 'd'].map((row) => written.createEntity(key(row, 'side by side'))));
  await written.updateEntity({ ...key('updated'), state: 'running' }, 'Merge');
  await written.deleteEntity('model', 'deleted');
  await written.submitTransaction([
    ['create', key('claim')],
    ['create', key('run')],
  ]);

  const left = await temporaryFolder();
  await cp(folder, left, { recursive: true });
  await killed.close();
  const next = await startTableStorage({ certificates, tokens, folder: left });
  const rows = [];
  for await (const { rowKey, state } of tableOf(next, 'runs').listEntities()) rows.push([rowKey, state]);
  await next.close();
  expect(rows).toEqual([
    ['claim', undefined],
    ['run', undefined],
    ['updated', 'running'],
    ...['a', 'b', 'c', 'd'].map((row) => [row, undefined]),
  ]);
});
