// The summaries of models and jobs: a row each, in one partition of the table `state`, so that one query reads them all.
// A summary is JSON without what is null, false or empty; of slots that are alike it has one, and how many there are.

import { isDeepStrictEqual } from 'node:util';
import type { TransactionAction } from '@azure/data-tables';
import * as z from 'zod/mini';
import { attemptSchema } from '../runs/attempt.ts';
import { runSchema } from '../runs/run.ts';
import type { Slot } from '../runs/slots.ts';
import type { RunRecord, Summary, SummaryStore } from '../runs/stores.ts';
import { parseJson } from '../util/json.ts';
import { columnsOf, textOf } from './long-text.ts';
import type { Row } from './rows.ts';
import { isStale, type StoredRow, type Tables } from './tables.ts';

/** The partition of all summaries; the key of a row is the name of the model or job. */
export const SUMMARIES = 'summaries';
/** Changes with what a summary holds: one of another form is made anew. */
const FORM = 1;
/** Rows of a page: some MB. */
const PAGE_SIZE = 250;

/** Makes the store in the table `state`. */
export function createSummaryStore({ state }: Tables): SummaryStore {
  return {
    async readAll() {
      const found = new Map<string, Summary>();
      await state.each('read the summaries', `PartitionKey eq '${SUMMARIES}'`, PAGE_SIZE, (row) => {
        const summary = rowToSummary(row);
        if (summary !== null) found.set(String(row.rowKey), summary);
      });
      return found;
    },

    async getEtag(model) {
      return (await state.get(`look for the summary of ${model}`, SUMMARIES, model))?.etag ?? null;
    },

    async write(model, summary, known) {
      const row = summaryToRow(model, summary);
      // Replaced, not merged: no part of a longer text may stay.
      const action: TransactionAction = known === null ? ['create', row] : ['update', row, 'Replace', { etag: known }];
      try {
        return (await state.transact(`sum up the runs of ${model}`, [action])) !== null;
      } catch (error) {
        if (isStale(error)) return false;
        throw error;
      }
    },
  };
}

/** The row of a summary. */
export function summaryToRow(model: string, { records, unreadable }: Summary): Row {
  const withoutPlain = (name: string, value: unknown) => (name !== '' && isPlain(value) ? undefined : value);
  const text = JSON.stringify(records.map(recordToJson), withoutPlain);
  return { partitionKey: SUMMARIES, rowKey: model, form: FORM, unreadable, ...columnsOf(text) };
}

/** Reads the row of a summary; null where it cannot be read, such as that of another version. */
export function rowToSummary(row: Omit<StoredRow, 'etag'>): Summary | null {
  if (row.form !== FORM || typeof row.unreadable !== 'number') return null;
  const { success, data } = recordsSchema.safeParse(parseJson(textOf(row)));
  if (!success) return null;
  const records = data.map(({ run, earlier }) => ({ run: { ...run, slots: run.slots.flatMap(uncounted) }, earlier }));
  return { records, unreadable: row.unreadable };
}

function recordToJson({ run, earlier }: RunRecord): object {
  return { run: { ...run, slots: counted(run.slots) }, earlier };
}

/** What a field says that is not in the text. */
const isPlain = (value: unknown): boolean =>
  value === null || value === false || (Array.isArray(value) && value.length === 0);
const PLAIN = { tournament: null, attempt: null, isTest: false };

const withPlain = z.pipe(
  z.transform((run: unknown): unknown => ({ ...PLAIN, ...objectIn(run) })),
  runSchema,
);
const recordsSchema = z.array(z.object({ run: withPlain, earlier: z._default(z.array(attemptSchema), []) }));

const objectIn = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** Those that are alike and follow each other, once. */
function counted(slots: readonly Slot[]): object[] {
  const groups: { readonly slot: Slot; times: number }[] = [];
  for (const slot of slots) {
    const last = groups.at(-1);
    if (last !== undefined && isDeepStrictEqual(last.slot, slot)) last.times += 1;
    else groups.push({ slot, times: 1 });
  }
  return groups.map(({ slot, times }) => (times === 1 ? slot : { ...slot, times }));
}

/** A run has no more slots than an entry of models.json may have. */
const TIMES_AT_MOST = 1000;

function uncounted({ times = 1, ...slot }: Slot): Slot[] {
  return new Array<Slot>(Math.min(Number(times) || 1, TIMES_AT_MOST)).fill(slot);
}
