// How a run is kept in a row: one column a field, nulls left out, so that a person who opens the table
// can read it.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../config/model-schema.ts';
import { FAILURES, RUN_STATES, type Run, SUBMISSIONS, TRIGGERS } from '../runs/run.ts';
import { reverseOrder } from '../runs/run-id.ts';
import { AppError } from '../util/errors.ts';

const text = z.catch(z.nullable(z.string()), null);
const number = z.catch(z.nullable(z.number()), null);

/** Columns that may be absent read as null; a row that lacks any other is not a run. */
const schema = z.object({
  id: z.string(),
  model: z.string(),
  tournament: z.enum(TOURNAMENTS),
  round: number,
  attempt: z.int(),
  trigger: z.enum(TRIGGERS),
  triggerId: text,
  isTest: z.boolean(),
  state: z.enum(RUN_STATES),
  reason: text,
  submission: z.enum(SUBMISSIONS),
  containerGroup: text,
  location: text,
  exitCode: number,
  requestedAt: z.string(),
  startedAt: text,
  finishedAt: text,
  claim: z.string(),
  previousRunId: text,
  retriesLeft: z.int(),
  failure: z.catch(z.nullable(z.enum(FAILURES)), null),
  leaseUntil: text,
  acceptedAt: text,
  priorContainerStart: text,
  locationIndex: z.int(),
  stopBecause: z.catch(z.nullable(z.enum(['timeout', 'operator', 'image'])), null),
  stopAt: text,
  endSeenAt: text,
  submittedAt: text,
  startNote: text,
  cpu: number,
  memoryGB: number,
  ownsGroup: z.boolean(),
});

/** A row of the tables as the client library takes it. */
export interface Row {
  partitionKey: string;
  rowKey: string;
  [column: string]: string | number | boolean | { type: 'Double'; value: string };
}

/** The key of a run's row, in both tables that have one. */
export function runRowKey(runId: string): string {
  return `run_${reverseOrder(runId)}`;
}

/** Longest sentence kept, in UTF-16 units: a column holds 32 Ki of them. */
const SENTENCE_MAX = 4_000;

/** The row of a run; sentences that are very long are cut. */
export function runToRow(run: Run): Row {
  const { stopRequest, reason, startNote, cpu, memoryGB, ...fields } = run;
  const row: Row = { partitionKey: run.model, rowKey: runRowKey(run.id) };
  for (const [column, value] of Object.entries(fields)) {
    if (value !== null) row[column] = value;
  }
  for (const [column, sentence] of Object.entries({ reason, startNote })) {
    if (sentence !== null) row[column] = sentence.slice(0, SENTENCE_MAX);
  }
  // A whole number would be kept as an integer, and then as the other type the next time.
  if (cpu !== null) row.cpu = { type: 'Double', value: String(cpu) };
  if (memoryGB !== null) row.memoryGB = { type: 'Double', value: String(memoryGB) };
  if (stopRequest !== null) {
    row.stopBecause = stopRequest.because;
    row.stopAt = stopRequest.at;
  }
  return row;
}

/**
 * Reads a row.
 * @throws {AppError} `bad-row` where it is not a run.
 */
export function rowToRun(row: object): Run {
  const parsed = schema.safeParse(row);
  if (!parsed.success) {
    const columns = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new AppError('bad-row', `A row of the table runs is not a run; wrong are: ${columns}.`);
  }
  const { stopBecause, stopAt, ...fields } = parsed.data;
  return {
    ...fields,
    stopRequest:
      stopBecause !== null && stopAt !== null ? { because: stopBecause, at: stopAt } : null,
  };
}
