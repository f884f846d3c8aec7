// How many executions were started today: one row of the table `state`, which each day begins anew.

import * as z from 'zod/mini';
import type { StartCounter } from '../runs/stores.ts';
import type { Tables } from './tables.ts';

const PARTITION = 'starts';
const KEY = 'today';

const count = z.catch(z.int().check(z.minimum(0)), 0);
const rowSchema = z.object({ day: z.catch(z.string(), ''), starts: count, testStarts: count });

/** Makes the counter in the table `state`. */
export function createStartCounter({ state }: Tables): StartCounter {
  return {
    async read(signal) {
      const row = await state.get('read how much was started today', PARTITION, KEY, signal);
      return row === null ? null : { value: rowSchema.parse(row), etag: row.etag };
    },

    write(counts, known, signal) {
      const operation = 'count a start';
      const row = { partitionKey: PARTITION, rowKey: KEY, ...counts };
      return known === '' ? state.insert(operation, row) : state.update(operation, row, known, signal);
    },
  };
}
