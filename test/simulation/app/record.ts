// The app's record as the simulation reads it: straight from the tables, past the gate. All that the checks
// know of its form stands here.

import { isDeepStrictEqual } from 'node:util';
import { TableClient } from '@azure/data-tables';
import { createExternalCaller } from '../../../src/lib/azure/external-call.ts';
import { readNewestRuns } from '../../../src/lib/operations/newest-runs.ts';
import { newAttempt, type Attempt as RecordedAttempt } from '../../../src/lib/runs/attempt.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import type { Slot } from '../../../src/lib/runs/slots.ts';
import type { Summary } from '../../../src/lib/runs/stores.ts';
import { RUNS_READ, summaryOf, withInFlight } from '../../../src/lib/runs/summary.ts';
import { createInFlightIndex } from '../../../src/lib/storage/in-flight.ts';
import { isAttemptRow, isLeftoverRow, isVoid, rowToAttempt, rowToRun } from '../../../src/lib/storage/rows.ts';
import { createRunStore } from '../../../src/lib/storage/run-store.ts';
import { createSummaryStore } from '../../../src/lib/storage/summary-store.ts';
import { createTables } from '../../../src/lib/storage/tables.ts';
import { httpClientPastTheGate } from '../world/clients.ts';
import type { World } from '../world/world.ts';

/** One attempt, as far as the checks look at it. Times are ISO 8601. */
export interface Attempt {
  /** The run that it belongs to. */
  readonly runId: string;
  readonly model: string;
  readonly round: number | null;
  /** The claim that names the run. */
  readonly claim: string;
  /** From 1; 0 for a run that made none. */
  readonly number: number;
  readonly trigger: string;
  readonly triggerId: string | null;
  readonly scheduledFor: string | null;
  readonly isTest: boolean;
  /** Of the run where it is the last attempt, else how it ended. */
  readonly state: string;
  readonly hasEnded: boolean;
  /** Its own, whatever became of the run. */
  readonly outcome: string | null;
  readonly failure: string | null;
  readonly submission: string;
  /** Those of the run. */
  readonly slots: readonly Slot[];
  readonly reason: string | null;
  readonly execution: string | null;
  readonly location: string | null;
  readonly exitCode: number | null;
  readonly requestedAt: string;
  readonly acceptedAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface AppRecord {
  /** All attempts of a model, oldest first. */
  attemptsOf(model: string): Promise<Attempt[]>;
  /** Keys of what the app still follows. */
  inFlight(): Promise<string[]>;
  /** Names of the container groups that are kept, to be looked at. */
  kept(): Promise<string[]>;
  /** Whether something is listed that Azure would not remove, and that is not kept. */
  isAnythingLeft(): Promise<boolean>;
  /** Every row of a model, as text. */
  textOf(model: string): Promise<string[]>;
  /** Where an overview shows of a model what its rows do not say, in a sentence; null where they agree. */
  overviewFault(model: string): Promise<string | null>;
}

/** A model's runs, newest first, and the attempts that ended before their current ones, as the app itself reads them. */
export async function historyOf(
  world: World,
  model: string,
): Promise<{ readonly runs: readonly Run[]; readonly earlier: readonly RecordedAttempt[] }> {
  const httpClient = httpClientPastTheGate(world.carrier);
  const table = new TableClient(world.tables.endpoint, 'runs', world.credential, { httpClient });
  const rows: object[] = [];
  const filter = `PartitionKey eq '${model}' and RowKey gt 'run_' and RowKey lt 'run_~'`;
  for await (const row of table.listEntities({ queryOptions: { filter } })) if (!isVoid(row)) rows.push(row);
  const [attempts, runs] = [rows.filter(isAttemptRow), rows.filter((row) => !isAttemptRow(row))];
  return {
    runs: runs.flatMap((row) => rowToRun(row) ?? []),
    earlier: attempts.flatMap((row) => rowToAttempt(row) ?? []),
  };
}

export function recordOf(world: World): AppRecord {
  const httpClient = httpClientPastTheGate(world.carrier);
  const table = (name: string) => new TableClient(world.tables.endpoint, name, world.credential, { httpClient });
  const runs = table('runs');
  const inFlight = table('inflight');
  const { clock, credential } = world;
  const call = createExternalCaller({ clock, random: () => 0.5 });
  const access = { kind: 'identity', url: world.tables.endpoint } as const;
  const tables = createTables({ access, credential, call, httpClient });
  const stores = {
    runs: createRunStore(tables, (text) => text),
    inFlight: createInFlightIndex(tables),
    summaries: createSummaryStore(tables),
  };
  const shownBy = async (name: string): Promise<Summary> => {
    const { newest } = await readNewestRuns(stores, [{ name }]);
    return newest.get(name) ?? { records: [], unreadable: 0 };
  };
  return {
    async attemptsOf(model) {
      const rows: object[] = [];
      const filter = `PartitionKey eq '${model}' and RowKey gt 'run_' and RowKey lt 'run_~'`;
      for await (const row of runs.listEntities({ queryOptions: { filter } })) rows.push(row);
      return attemptsIn(rows.filter((row) => !isVoid(row)));
    },
    async inFlight() {
      const keys: string[] = [];
      for await (const row of inFlight.listEntities()) keys.push(String(row.rowKey));
      return keys.filter((key) => key.startsWith('run_'));
    },
    async kept() {
      const names: string[] = [];
      for await (const row of inFlight.listEntities()) if (row.isKept === true) names.push(String(row.execution));
      return names;
    },
    async isAnythingLeft() {
      for await (const row of inFlight.listEntities())
        if (isLeftoverRow(row.rowKey) && row.isKept !== true) return true;
      return false;
    },
    async textOf(model) {
      const rows: string[] = [];
      const filter = `PartitionKey eq '${model}'`;
      for await (const row of runs.listEntities({ queryOptions: { filter } })) rows.push(JSON.stringify(row));
      return rows;
    },
    async overviewFault(model) {
      const list = await stores.runs.list(model, { limit: RUNS_READ });
      const inFlight = list.records.filter(({ run }) => !hasEnded(run));
      const said = withInFlight(summaryOf(list), inFlight);
      const shown = await shownBy(model);
      if (isDeepStrictEqual(shown, said)) return null;
      return `the overview of ${model} shows ${inWords(shown)}; its rows say ${inWords(said)}`;
    },
  };
}

function inWords({ records }: Summary): string {
  const words = records.map(({ run: { id, state, submission, attempt }, earlier }) =>
    [id.slice(-6), state, submission, attempt?.number ?? 0, earlier.length].join(' '),
  );
  return words.join(', ') || 'no run';
}

const NO_ATTEMPT = { ...newAttempt({ number: 1, platform: '', prepared: null, now: new Date(0) }), number: 0 };

/** Rows come with the newest run first, each with its ended attempts behind it. */
function attemptsIn(rows: readonly object[]): Attempt[] {
  const byRun: Attempt[][] = [];
  let run: Run | null = null;
  for (const row of rows) {
    if (isAttemptRow(row)) {
      const earlier = rowToAttempt(row);
      if (run !== null && earlier !== null) byRun.at(-1)?.push(earlierAttempt(run, earlier));
      continue;
    }
    run = rowToRun(row);
    if (run === null) throw new Error(`A row cannot be read: ${JSON.stringify(row)}`);
    byRun.push([]);
    byRun.at(-1)?.push(lastAttempt(run, run.attempt ?? NO_ATTEMPT));
  }
  return byRun.reverse().flatMap((attempts) => attempts.sort((a, b) => a.number - b.number));
}

function lastAttempt(run: Run, attempt: RecordedAttempt): Attempt {
  const { state, submission, failure, reason } = run;
  return {
    ...ofBoth(run, attempt),
    state,
    hasEnded: hasEnded(run),
    failure: failure ?? attempt.failure,
    submission,
    reason,
  };
}

function earlierAttempt(run: Run, attempt: RecordedAttempt): Attempt {
  const { outcome, failure, reason } = attempt;
  const hasEnded = outcome !== null;
  const state = outcome ?? 'unknown';
  // One that was followed although it succeeded was followed by force.
  const submission = outcome === 'succeeded' ? run.submission : 'unknown';
  return { ...ofBoth(run, attempt), state, hasEnded, failure, submission, reason };
}

function ofBoth(run: Run, attempt: RecordedAttempt) {
  const { id: runId, model, round, claim, trigger, triggerId, scheduledFor, isTest, slots } = run;
  const { number, outcome, execution, location, exitCode, requestedAt, acceptedAt, startedAt, finishedAt } = attempt;
  const times = { requestedAt, acceptedAt, startedAt, finishedAt };
  return {
    runId,
    model,
    round,
    claim,
    trigger,
    triggerId,
    scheduledFor,
    isTest,
    slots,
    number,
    outcome,
    execution,
    location,
    exitCode,
    ...times,
  };
}
