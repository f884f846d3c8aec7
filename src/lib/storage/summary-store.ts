// The summaries of models and jobs: a row each, in one partition of the table `state`, so that one query reads them all.
// A summary is JSON without what is null, false or empty, and without what its key says; of slots that are alike it has one, and how many there are.

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
import { isStale } from './table-answers.ts';
import type { StoredRow, Tables } from './tables.ts';

/** The partition of all summaries; the key of a row is the name of the model or job. */
export const SUMMARIES = 'summaries';
/** Changes with what a summary holds: one of another form is made anew. */
const FORM = 1;
/** Rows of a page: some MB. */
const PAGE_SIZE = 100;

/** Makes the store in the table `state`. */
export function createSummaryStore({ state }: Tables): SummaryStore {
  /** As they were read last: most have not changed since, and to parse one takes longer than to get it. */
  let known: ReadonlyMap<string, { readonly etag: string; readonly summary: Summary | null }> = new Map();
  return {
    async readAll() {
      const found = new Map<string, { readonly etag: string; readonly summary: Summary | null }>();
      await state.each('read the summaries', `PartitionKey eq '${SUMMARIES}'`, PAGE_SIZE, (row) => {
        const [name, { etag }] = [String(row.rowKey), row];
        const before = known.get(name);
        found.set(name, before?.etag === etag ? before : { etag, summary: rowToSummary(row) });
      });
      known = found;
      const read = new Map<string, Summary>();
      for (const [name, { summary }] of found) if (summary !== null) read.set(name, summary);
      return read;
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

    async removeOthers(models) {
      const names = await state.keys('look for summaries of other models', `PartitionKey eq '${SUMMARIES}'`);
      for (const name of names)
        if (!models.has(name)) await state.remove(`remove the summary of ${name}`, SUMMARIES, name);
    },
  };
}

/** The row of a summary. */
export function summaryToRow(model: string, { records, unreadable }: Summary): Row {
  const text = JSON.stringify(records.map(recordToJson), withoutPlain);
  return { partitionKey: SUMMARIES, rowKey: model, form: FORM, unreadable, ...columnsOf(text) };
}

/** Reads the row of a summary; null where it cannot be read, such as that of another version. */
function rowToSummary(row: Omit<StoredRow, 'etag'>): Summary | null {
  const unreadable = countSchema.safeParse(row.unreadable);
  if (row.form !== FORM || !unreadable.success) return null;
  const listed = listSchema.safeParse(parseJson(textOf(row)));
  const { success, data } = recordsSchema.safeParse(listed.data?.map((record) => recordOf(record, String(row.rowKey))));
  if (!success) return null;
  const records = data.map(({ run, earlier }) => ({ run: { ...run, slots: run.slots.flatMap(uncounted) }, earlier }));
  return { records, unreadable: unreadable.data };
}

const countSchema = z.int().check(z.nonnegative());
/** A run has no more slots than an entry of models.json may have. */
const timesSchema = z.optional(z.int().check(z.positive(), z.maximum(1000)));
const fieldsSchema = z.looseObject({});
const listSchema = z.array(
  z.object({
    run: z.looseObject({
      requestedAt: z.string(),
      attempt: z.optional(fieldsSchema),
      slots: z._default(z.array(z.looseObject({ times: timesSchema })), []),
    }),
    earlier: z._default(z.array(fieldsSchema), []),
  }),
);
const recordsSchema = z.array(z.object({ run: runSchema, earlier: z.array(attemptSchema) }));

function recordToJson({ run, earlier }: RunRecord): object {
  const { model: _, attempt, ...fields } = run;
  const { requestedAt, ...ofAttempt } = attempt ?? {};
  const begun = requestedAt === run.requestedAt ? ofAttempt : attempt;
  return { run: { ...fields, slots: counted(run.slots), attempt: attempt && begun }, earlier };
}

/** The record with what is not in its text. */
function recordOf({ run, earlier }: z.output<typeof listSchema>[number], model: string): object {
  const { requestedAt, attempt, slots } = run;
  return {
    run: {
      ...PLAIN,
      ...run,
      model,
      slots: slots.map((slot) => ({ model: '', ...slot })),
      attempt: attempt === undefined ? null : { platform: '', requestedAt, ...attempt },
    },
    earlier,
  };
}

/** What a field says that is not in the text. */
const PLAIN = { tournament: null, isTest: false, claim: '' };
const withoutPlain = (name: string, value: unknown) => (name !== '' && isPlain(name, value) ? undefined : value);
const COUNTS: ReadonlySet<string> = new Set(['refusals', 'countedFailures']);

function isPlain(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || value === '' || (value === 0 && COUNTS.has(name));
}

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

function uncounted({ times = 1, ...slot }: Slot): Slot[] {
  return new Array<Slot>(Number(times)).fill(slot);
}
