// The app's record as the simulation reads it: straight from the tables, past the gate. All that the checks
// know of its form stands here.

import { TableClient } from '@azure/data-tables';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { rowToRun } from '../../../src/lib/storage/run-row.ts';
import { httpClientPastTheGate } from '../world/clients.ts';
import type { World } from '../world/world.ts';

/** One attempt, as far as the checks look at it. Times are ISO 8601. */
export interface Attempt {
  /** What its container group is tagged with. */
  readonly id: string;
  readonly model: string;
  readonly round: number | null;
  /** The claim that it is made for. */
  readonly claim: string;
  readonly number: number;
  /** The attempt before it. */
  readonly follows: string | null;
  readonly trigger: string;
  readonly isTest: boolean;
  readonly state: string;
  readonly hasEnded: boolean;
  readonly failure: string | null;
  readonly submission: string;
  readonly reason: string | null;
  readonly containerGroup: string | null;
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
  /** Every row of a model, as text. */
  textOf(model: string): Promise<string[]>;
}

export function recordOf(world: World): AppRecord {
  const httpClient = httpClientPastTheGate(world.carrier);
  const table = (name: string) =>
    new TableClient(world.tables.endpoint, name, world.credential, { httpClient });
  const runs = table('runs');
  const inFlight = table('inflight');
  return {
    async attemptsOf(model) {
      const attempts: Attempt[] = [];
      const filter = `PartitionKey eq '${model}' and RowKey gt 'run_' and RowKey lt 'run_~'`;
      for await (const row of runs.listEntities({ queryOptions: { filter } }))
        if (row.void !== true) attempts.push(attemptOf(row));
      return attempts.reverse();
    },
    async inFlight() {
      const keys: string[] = [];
      for await (const row of inFlight.listEntities()) keys.push(String(row.rowKey));
      return keys.filter((key) => !key.startsWith('tick_'));
    },
    async textOf(model) {
      const rows: string[] = [];
      const filter = `PartitionKey eq '${model}'`;
      for await (const row of runs.listEntities({ queryOptions: { filter } }))
        rows.push(JSON.stringify(row));
      return rows;
    },
  };
}

function attemptOf(row: object): Attempt {
  const run = rowToRun(row);
  const { attempt: number, previousRunId: follows } = run;
  return { ...run, number, follows, hasEnded: hasEnded(run) };
}
