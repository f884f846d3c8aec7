// `npm run cost -- --measure`: simulates a month for 1, 10 and 50 models, without and with alerts, all ticks of
// all timers, and counts what the app does. Takes about five minutes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../scripts/build.ts';
import type { MeasuredCounters, MeasuredMonth } from '../scripts/cost-formula.ts';
import { PLATFORM } from './month/assumptions.ts';
import { type Simulated, simulateMonth } from './month/simulate.ts';

export interface MeasureOptions {
  /** Numbers of models. */
  readonly sizes: readonly number[];
  /** How long the history is kept. */
  readonly historyMonths: number;
  /** Is told of each month when it is over. */
  readonly say: (line: string) => void;
}

/** @throws {Error} where a month was not a calm one, as `simulateMonth` has it. */
export async function measureMonths(options: MeasureOptions): Promise<MeasuredMonth[]> {
  const { sizes, historyMonths, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cost-'));
  try {
    await buildApp({
      entry: fileURLToPath(new URL('month/entry.ts', import.meta.url)),
      folder,
    });
    const bundle = join(folder, 'main.cjs');
    const measure = async (models: number, alerts: boolean): Promise<MeasuredCounters> => {
      const begun = performance.now();
      const month = await simulateMonth({ bundle, models, alerts });
      const seconds = Math.round((performance.now() - begun) / 1000);
      say(`${models} models, alerts ${alerts ? 'on' : 'off'}: simulated in ${seconds} s`);
      return countersOf(models, month, historyMonths);
    };
    const months: MeasuredMonth[] = [];
    for (const models of sizes) {
      const without = await measure(models, false);
      months.push({ ...without, withAlerts: await measure(models, true) });
    }
    return months;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function countersOf(
  models: number,
  { tally, rounds, storedBytes }: Simulated,
  historyMonths: number,
): MeasuredCounters {
  const executions = Object.values(tally.executions).reduce((sum, count) => sum + count, 0);
  // Application Insights has a record of each execution, and one of each line.
  const records = tally.logLines + executions;
  return {
    models,
    executions,
    billedSeconds: Math.round(tally.billedSeconds),
    tableTransactions: tally.callsTo('tables'),
    vaultOperations: tally.callsTo('key-vault'),
    logMegabytes: rounded((records * PLATFORM.logRecordBytes + tally.logBytes) / 1e6),
    storedMegabytes: rounded((storedBytes * historyMonths) / 1e6),
    resourceManagerCalls: tally.callsTo('resource-manager'),
    numeraiCalls: tally.callsTo('numerai'),
    detail: {
      rounds,
      executions: tally.executions,
      calls: tally.calls,
      tableRequests: tally.tableRequests,
      operationsInTransactions: tally.operationsInTransactions,
      longestSeconds: rounded(tally.longestSeconds),
      logLines: tally.logLines,
      logTextBytes: tally.logBytes,
      storedBytes,
    },
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
