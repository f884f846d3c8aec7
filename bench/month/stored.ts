// How much the history takes in Table Storage.

import type { TablesInMemory } from '../../test/support/tables-in-memory.ts';

/** Bytes of all rows of these partitions of the table `runs`, by the service's own formula for an entity. */
export function storedBytes(tables: TablesInMemory, models: readonly string[]): number {
  return models
    .flatMap((model) => rowsOf(tables, model))
    .reduce((sum, row) => sum + sizeOf(row), 0);
}

type Row = Readonly<Record<string, unknown>>;

function rowsOf(tables: TablesInMemory, model: string): readonly Row[] {
  const url = new URL('https://tables.local.test/account/runs()');
  url.searchParams.set('$filter', `PartitionKey eq '${model}'`);
  const { body, headers } = tables.answer({
    id: 0,
    method: 'GET',
    url,
    headers: {},
    body: Buffer.alloc(0),
    receivedAt: 0,
    status: 0,
  });
  if (headers?.['x-ms-continuation-nextrowkey'] !== undefined)
    throw new Error(`Model ${model} has more than a page of rows.`);
  if (typeof body !== 'object' || !('value' in body) || !Array.isArray(body.value)) return [];
  return body.value;
}

/**
 * 4 bytes, the keys at two bytes a character, and for each property 8 bytes, its name and its value; text is
 * four bytes and two for each character:
 * https://learn.microsoft.com/archive/blogs/windowsazurestorage/understanding-windows-azure-storage-billing-bandwidth-transactions-and-capacity
 */
function sizeOf({ PartitionKey, RowKey, 'odata.etag': _, ...properties }: Row): number {
  const keys = 2 * (String(PartitionKey).length + String(RowKey).length);
  return Object.entries(properties).reduce(
    (sum, [name, value]) =>
      sum + 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8),
    4 + keys,
  );
}
