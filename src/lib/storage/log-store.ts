// The logs of containers, kept with their attempts: the last part of each, in a row of its own.

import type { LogStore } from '../runs/stores.ts';
import { logRowKey, type Row } from './rows.ts';
import type { Tables } from './tables.ts';

/** How much of a log is kept, in bytes of UTF-8: the end of it. */
const LOG_KEPT_BYTES = 256 * 1024;

/** A column holds 32 Ki UTF-16 units, of which a character has two at most; the row with all stays under 1 MiB. */
const COLUMN = /.{1,16000}/gsu;

/** Makes the store of logs, which lie in the table `runs` beside their attempts. */
export function createLogStore({ runs }: Tables): LogStore {
  return {
    async save(model, runId, attempt, log) {
      const row: Row = { partitionKey: model, rowKey: logRowKey(runId, attempt) };
      for (const [index, column] of (lastBytes(log, LOG_KEPT_BYTES).match(COLUMN) ?? []).entries())
        row[`part${index}`] = column;
      await runs.put(`keep the log of attempt ${attempt} of run ${runId} of model ${model}`, row);
    },

    async load(model, runId, attempt) {
      const operation = `read the log of attempt ${attempt} of run ${runId} of model ${model}`;
      const row = await runs.get(operation, model, logRowKey(runId, attempt));
      if (row === null) return null;
      let log = '';
      for (let index = 0; typeof row[`part${index}`] === 'string'; index += 1) log += row[`part${index}`];
      return log;
    },
  };
}

/** The end of a text, at most so many bytes of UTF-8, from the start of a line where it was cut. */
function lastBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  const end = encoded.subarray(encoded.length - bytes).toString('utf8');
  const newline = end.indexOf('\n');
  return newline >= 0 && newline < end.length - 1 ? end.slice(newline + 1) : end.replace(/^\uFFFD+/, '');
}
