// Row keys and row formats of the tables: the one place that knows them, but for the names of claims
// (claims/keys.ts). One column a field, so that a person who opens the table can read it. Rows are merged, never
// replaced, so that columns of a newer version survive; and since a merge cannot remove a column, null is an empty
// text.

import { isDeepStrictEqual } from 'node:util';
import { encodeTime } from 'ulid';
import type * as z from 'zod/mini';
import { type Alert, alertSchema } from '../alerts/alert.ts';
import { type Attempt, attemptSchema } from '../runs/attempt.ts';
import { type Run, runSchema } from '../runs/run.ts';
import { isRunId, reverseOrder } from '../runs/run-id.ts';
import type { Timer } from '../runs/stores.ts';
import { parseJson } from '../util/json.ts';

type Column = string | number | boolean | { type: 'Double'; value: string };

/** A row of the tables as the client library takes it. */
export interface Row {
  partitionKey: string;
  rowKey: string;
  [column: string]: Column;
}

/** The first character that sorts after all that row keys of this app hold. */
const LAST = '~';
const RUN = 'run_';
const LEFT = 'left_';

/** The key of a run's row, in both tables that have one. Newer runs sort first. */
export function runRowKey(runId: string): string {
  return `${RUN}${reverseOrder(runId)}`;
}

/** The id of the run that a row of a run, or of an attempt, belongs to; null where its key names none. */
export function runIdOf(row: object): string | null {
  const key = 'rowKey' in row ? String(row.rowKey) : '';
  const id = reverseOrder(key.slice(RUN.length, RUN.length + RUN_ID_LENGTH));
  return isRunId(id) ? id : null;
}

/** The key of an attempt that has ended: it sorts behind its run, and before the next one. */
function attemptRowKey(runId: string, attempt: number): string {
  return `${runRowKey(runId)}_${String(attempt).padStart(3, '0')}`;
}

/** The key of a row of the log of an attempt; all others sort behind the first one. */
export function logRowKey(runId: string, attempt: number, part = 0): string {
  const first = `${logsKey(runId)}${String(attempt).padStart(3, '0')}`;
  return part === 0 ? first : `${first}_${part}`;
}

/** What the keys of all logs of a run begin with. */
function logsKey(runId: string): string {
  return `log_${reverseOrder(runId)}_`;
}

/** The partition of the in-flight index, and of the timers' ticks. */
export const IN_FLIGHT = 'inflight';

/** The key of what is left of an attempt, in the same partition. */
export function leftoverRowKey(runId: string, attempt: number): string {
  return `${LEFT}${reverseOrder(runId)}_${String(attempt).padStart(3, '0')}`;
}

/** Whether a row of the in-flight index is about what was left behind. */
export function isLeftoverRow(rowKey: unknown): boolean {
  return typeof rowKey === 'string' && rowKey.startsWith(LEFT);
}

/** The key of the last tick of a timer. */
export function tickRowKey(timer: Timer): string {
  return `tick_${timer}`;
}

const SCHEDULE = 'schedule_';
const PAUSE = 'pause_';

/** The key of how far the times of a job have come. */
export function scheduleRowKey(job: string): string {
  return `${SCHEDULE}${job}`;
}

/** The key of what an operator did last about a model or job. */
export function pauseRowKey(model: string): string {
  return `${PAUSE}${model}`;
}

/** The key of the mark that the summary of a model or job is to be made anew. */
export function outdatedRowKey(model: string): string {
  return `outdated_${model}`;
}

/** The mark that the summary of a model is to be made anew. It has no time yet: the watcher, which needs it, gives it one. */
export function outdatedRow(model: string): Row {
  return { partitionKey: IN_FLIGHT, rowKey: outdatedRowKey(model), outdated: model };
}

/** The key of the last deployment. */
export const DEPLOYMENT = 'deployment';

/** The partition of all alerts. */
export const ALERTS = 'alerts';

/** Filters for rows of one partition. */
export const FILTERS = {
  /** A run and its attempts. */
  run: (model: string, runId: string) => between(model, runRowKey(runId), runRowKey(runId)),
  /** Runs with their attempts, newest first; those after one run. */
  runs: (model: string, after: string | undefined) =>
    between(model, after === undefined ? RUN : `${runRowKey(after)}${LAST}`, RUN),
  /** All rows of the models between two names. */
  models: (from: string, to: string) => `PartitionKey ge ${quoted(from)} and PartitionKey le ${quoted(to)}`,
  /** Runs requested before a moment, with their attempts. */
  runsBefore: (model: string, before: Date) =>
    between(model, runRowKey(`${encodeTime(before.getTime(), 10)}0000000000000000`), RUN),
  /** All rows of the log of an attempt. */
  log: (model: string, runId: string, attempt: number) =>
    between(model, logRowKey(runId, attempt), logRowKey(runId, attempt)),
  /** The logs of all attempts of a run. */
  logs: (model: string, runId: string) => between(model, logsKey(runId), logsKey(runId)),
  /** Alerts that wait to be delivered, or for their "back to normal". */
  unsettledAlerts: `PartitionKey eq '${ALERTS}' and (isOpen eq true or isPending eq true)`,
  alertsBefore: (before: Date) => `PartitionKey eq '${ALERTS}' and raisedAt lt '${before.toISOString()}'`,
} as const;

/** A text that may come from the table itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** From a key on, to the last one that begins with another. */
function between(partition: string, from: string, to: string): string {
  return `PartitionKey eq '${partition}' and RowKey ge '${from}' and RowKey lt '${to}${LAST}'`;
}

/** Whether a row that a filter for runs has found is an attempt, which hangs on the run before it. */
export function isAttemptRow(row: object): boolean {
  return 'rowKey' in row && String(row.rowKey).length > runRowKey('').length + RUN_ID_LENGTH;
}
const RUN_ID_LENGTH = 26;

const CURRENT = 'attempt_';

/** The row of a run, with its current attempt. */
export function runToRow(run: Run): Row {
  const { attempt, ...fields } = run;
  return {
    partitionKey: run.model,
    rowKey: runRowKey(run.id),
    ...columnsOf(fields, ''),
    ...(attempt === null ? { [`${CURRENT}number`]: '' } : columnsOf(attempt, CURRENT)),
  };
}

/** The columns of a run that change: what this version cannot read in the others is kept for the one that can. */
export function changedRow(run: Run, known: Run): Row {
  const before = new Map(Object.entries(runToRow(known)));
  // Another attempt takes over no column of the one before.
  const isAnotherAttempt = run.attempt?.number !== known.attempt?.number;
  const { partitionKey, rowKey, ...columns } = runToRow(run);
  const changed = Object.entries(columns).filter(
    ([name, value]) => (isAnotherAttempt && name.startsWith(CURRENT)) || !isDeepStrictEqual(value, before.get(name)),
  );
  return { partitionKey, rowKey, ...Object.fromEntries(changed) };
}

/** The row of an attempt that has ended. */
export function attemptToRow(model: string, runId: string, attempt: Attempt): Row {
  return {
    partitionKey: model,
    rowKey: attemptRowKey(runId, attempt.number),
    ...columnsOf(attempt, ''),
  };
}

/** The row that takes the place of a run that was never written. */
export function voidRow(model: string, runId: string): Row {
  return { partitionKey: model, rowKey: runRowKey(runId), void: true };
}

/** Whether a row only takes the place of a run. */
export function isVoid(row: object): boolean {
  return 'void' in row && row.void === true;
}

/** Reads the row of a run; null where it cannot be read, such as that of a newer version. */
export function rowToRun(row: object): Run | null {
  const attempt = fieldsOf(row, Object.keys(attemptSchema.shape), CURRENT);
  const run = parsed(runSchema, row, { attempt: attempt.number === null ? null : attempt });
  // A row is found by its keys; columns that say something else are not believed.
  const isOfKeys = 'partitionKey' in row && run?.model === row.partitionKey && run?.id === runIdOf(row);
  return isOfKeys ? run : null;
}

/** Reads the row of an attempt; null where it cannot be read. */
export const rowToAttempt = (row: object): Attempt | null => parsed(attemptSchema, row);

/** Reads the row of an alert; null where it cannot be read. */
export const rowToAlert = (row: object): Alert | null => parsed(alertSchema, row);

function parsed<S extends z.ZodMiniObject>(schema: S, row: object, fields: object = {}): z.output<S> | null {
  const all = { ...fieldsOf(row, Object.keys(schema.shape), ''), ...fields };
  const { success, data } = schema.safeParse(all);
  return success ? data : null;
}

/** The row of an alert; two of its columns are only there for the filters. */
export function alertToRow(alert: Alert): Row {
  return {
    partitionKey: ALERTS,
    rowKey: alert.message.id,
    raisedAt: alert.message.at,
    isPending: alert.waiting.length > 0,
    ...columnsOf(alert, ''),
  };
}

/** Longest sentence kept, in UTF-16 units: a column holds 32 Ki of them. */
const SENTENCE_MAX = 4_000;
const SENTENCES: ReadonlySet<string> = new Set(['reason', 'startNote', 'waitingFor']);
/** Fields with a structure of their own, kept as JSON. */
const STRUCTURES: ReadonlySet<string> = new Set([
  'slots',
  'triggerIds',
  'prepared',
  'stop',
  'secretVersions',
  'message',
  'waiting',
]);

function columnsOf(fields: object, prefix: string): Record<string, Column> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix}${name}`, columnOf(name, value)]));
}

function columnOf(name: string, value: unknown): Column {
  if (value === null || value === undefined) return '';
  if (STRUCTURES.has(name)) return JSON.stringify(value);
  if (typeof value === 'boolean') return value;
  // A whole number would be kept as an integer, and then as the other type the next time.
  if (typeof value === 'number') return { type: 'Double', value: String(value) };
  const text = String(value);
  return SENTENCES.has(name) ? text.slice(0, SENTENCE_MAX) : text;
}

function fieldsOf(row: object, names: readonly string[], prefix: string): Record<string, unknown> {
  const columns = new Map<string, unknown>(Object.entries(row));
  return Object.fromEntries(names.map((name) => [name, fieldOf(name, columns.get(`${prefix}${name}`))]));
}

function fieldOf(name: string, value: unknown): unknown {
  if (value === undefined || value === '') return null;
  return STRUCTURES.has(name) && typeof value === 'string' ? (parseJson(value) ?? null) : value;
}
