// The logs of containers, kept with their attempts. Table Storage takes 64 KiB in a column and 1 MiB in a row, so a
// log lies in several rows. They are written in one transaction; each names the change that wrote it, so that what
// another change has written in between two reads is not taken for a part of this one.

import type { TransactionAction } from '@azure/data-tables';
import type { LogStore } from '../runs/stores.ts';
import { AppError } from '../util/errors.ts';
import { COLUMN_UNITS, columnsOf, pieces, textOf } from './long-text.ts';
import { FILTERS, logRowKey, type Row } from './rows.ts';
import { isStale } from './table-answers.ts';
import type { Tables } from './tables.ts';

/** UTF-16 units in a row: 960 KB of the 1 MiB that it may have. */
const ROW_UNITS = 15 * COLUMN_UNITS;
/** A transaction takes 4 MiB, and a control character six bytes of it. */
const TRANSACTION_BYTES = 3.5 * 1024 * 1024;
const TRIES = 3;
const LOST = '[the app] A part of this log cannot be read any more.\n';

interface Kept {
  readonly text: string;
  /** Counts the changes. */
  readonly change: number;
  readonly etag: string | null;
}

const NOTHING: Kept = { text: '', change: 0, etag: null };

/** Makes the store of logs, which lie in the table `runs` beside their attempts. */
export function createLogStore({ runs }: Tables): LogStore {
  async function read(model: string, runId: string, attempt: number): Promise<Kept | null> {
    const operation = `read the log of attempt ${attempt} of run ${runId} of ${model}`;
    for (let tries = 1; ; tries += 1) {
      const rows = await runs.list(operation, FILTERS.log(model, runId, attempt));
      const head = rows.find(({ rowKey }) => rowKey === logRowKey(runId, attempt));
      if (head === undefined) return null;
      const { change, etag, rows: count } = head;
      const parts = Array.from({ length: Number(count) }, (_, part) => {
        const row = rows.find(({ rowKey }) => rowKey === logRowKey(runId, attempt, part));
        return row === undefined || row.change !== change ? null : textOf(row);
      });
      // Where the answer had several pages, somebody may have written between them.
      if (parts.includes(null) && tries < TRIES) continue;
      return { text: parts.map((part) => part ?? LOST).join(''), change: Number(change) || 0, etag };
    }
  }

  return {
    async load(model, runId, attempt) {
      return (await read(model, runId, attempt))?.text ?? null;
    },

    async update(model, runId, attempt, change) {
      const operation = `keep the log of attempt ${attempt} of run ${runId} of ${model}`;
      for (let tries = 1; tries <= TRIES; tries += 1) {
        const kept = (await read(model, runId, attempt)) ?? NOTHING;
        const text = change(kept.text);
        if (text === kept.text) return text;
        try {
          const keyOf = (part: number) => ({ partitionKey: model, rowKey: logRowKey(runId, attempt, part) });
          const done = await runs.transact(operation, actionsFor(text, kept, keyOf));
          if (done !== null) return text;
        } catch (error) {
          if (!isStale(error)) throw error;
        }
      }
      throw new AppError('log-race', `Others kept the log of attempt ${attempt} at the same time.`);
    },
  };
}

function actionsFor(text: string, kept: Kept, keyOf: (part: number) => Row): TransactionAction[] {
  const rows = pieces(fitting(text), ROW_UNITS);
  const change = String(kept.change + 1);
  return rows.map((row, part): TransactionAction => {
    const entity = { ...keyOf(part), change, ...columnsOf(row) };
    if (part > 0) return ['upsert', entity, 'Replace'];
    const head = { ...entity, rows: String(rows.length) };
    return kept.etag === null ? ['create', head] : ['update', head, 'Replace', { etag: kept.etag }];
  });
}

/** The end of a text, as much as one transaction takes. */
function fitting(text: string): string {
  return Buffer.byteLength(JSON.stringify(text)) <= TRANSACTION_BYTES ? text : fitting(text.slice(text.length / 2));
}
