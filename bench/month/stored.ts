// How much the history takes in Table Storage.

import type { SimulatedTables } from '../../test/simulation/world/tables.ts';

/** Bytes of all rows of these partitions of the table `runs`, by the service's own formula for an entity. */
export function storedBytes(tables: SimulatedTables, models: readonly string[]): number {
  return models.flatMap((model) => tables.rows('runs', model)).reduce((sum, row) => sum + sizeOf(row), 0);
}

/**
 * 4 bytes, the keys at two bytes a character, and for each property 8 bytes, its name and its value; text is
 * four bytes and two for each character:
 * https://learn.microsoft.com/archive/blogs/windowsazurestorage/understanding-windows-azure-storage-billing-bandwidth-transactions-and-capacity
 */
function sizeOf({ PartitionKey, RowKey, ...properties }: Readonly<Record<string, unknown>>): number {
  const keys = 2 * (String(PartitionKey).length + String(RowKey).length);
  return Object.entries(properties).reduce(
    (sum, [name, value]) => sum + 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8),
    4 + keys,
  );
}
