// What the app costs in a month: `npm run cost` prints the tables of docs/cost.md, `npm run cost -- --write`
// puts them there. The arithmetic is pure; the counts come from bench/cost-counters.json, or from the formula
// where that is missing. `npm run cost -- --measure` makes that file anew (bench/cost-counters.ts).

import { readFile, writeFile } from 'node:fs/promises';
import { isMain, runMain } from './command-line.ts';

/**
 * List prices in USD, pay as you go, East US, as public pages had them in 2025 and 2026: they were read in stored
 * copies, not live. docs/cost.md says where each comes from, and how to look them up today.
 */
export const PRICES = {
  executionPerMillion: 0.4,
  gigabyteSecond: 0.000026,
  tableTransactionsPer10k: 0.00036,
  tableGigabyteMonth: 0.045,
  blobWritesPer10k: 0.05,
  blobOtherPer10k: 0.004,
  vaultOperationsPer10k: 0.03,
  logGigabyte: 2.3,
  vcpuHour: 0.0405,
  memoryGigabyteHour: 0.00445,
} as const;

/** What a subscription has free in a month (logs: the billing account). */
export const GRANTS = { executions: 250_000, gigabyteSeconds: 100_000, logGigabytes: 5 } as const;

/** The smallest instance. An execution is billed for at least one second. */
const INSTANCE_GIGABYTES = 0.5;

/** What the app does in a month, for so many models. */
export interface Counters {
  readonly models: number;
  readonly executions: number;
  /** Of all executions, each rounded up to at least one second. */
  readonly billedSeconds: number;
  readonly tableTransactions: number;
  readonly vaultOperations: number;
  readonly logMegabytes: number;
  /** In tables, after the whole of HISTORY_DAYS. */
  readonly storedMegabytes: number;
}

/** Counts of a simulated month. */
export interface MeasuredCounters extends Counters {
  /** Neither costs anything. */
  readonly resourceManagerCalls: number;
  readonly numeraiCalls: number;
  /** What the counts were made of; for people. */
  readonly detail: object;
}

export interface MeasuredMonth extends MeasuredCounters {
  /** The same month with a webhook for alerts. */
  readonly withAlerts: MeasuredCounters;
}

/** Numbers of models in the tables. */
export const SIZES = [1, 10, 50] as const;

/** HISTORY_DAYS, in months. */
export const HISTORY_MONTHS = 400 / 30;

/** The assumptions of the formula, each one a number that can be argued with. */
export const ASSUMPTIONS = {
  days: 30,
  minutes: 30 * 24 * 60,
  watchEveryMinutes: 1,
  fallbackEveryMinutes: 5,
  rounds: 22,
  /** From the call of the webhook until its container group is gone, and so the ticks in which the watcher has work. */
  runMinutes: 12,
  webhookSeconds: 1.5,
  viewSeconds: 1.5,
  /** Of a watcher's tick, for each run in flight, beyond the first second: 16 are looked at side by side. */
  secondsPerRunAndTick: 0.02,
  /** One query for what is in flight; every five minutes one write that says that the tick happened. */
  transactionsPerWatch: 1.2,
  transactionsPerFallback: 2,
  transactionsPerRun: 9,
  transactionsPerRunAndTick: 1,
  /** A query of each model's oldest runs, once a day. */
  transactionsPerModelAndDay: 1,
  vaultOperationsPerRun: 4,
  kilobytesLoggedPerExecution: 3.3,
  kilobytesStoredPerRun: 32,
  /** Looks at the dashboard (the page that lets in, and the page itself) and requests for the status. */
  dashboardViews: 120,
  statusViews: 90,
  /** With alerts on: looks into the outbox, and at the day of the last look at the secrets. */
  alertTransactionsPerFiveMinutes: 3,
  /** Mostly before the close of the round: four ticks of the fallback read the claim and the run. */
  alertTransactionsPerRun: 10,
} as const;

/** The counts by formula. */
export function estimate(models: number, alerts = false): Counters {
  const a = ASSUMPTIONS;
  const watches = a.minutes / a.watchEveryMinutes;
  const fallbacks = a.minutes / a.fallbackEveryMinutes;
  const runs = models * a.rounds;
  const runTicks = runs * (a.runMinutes / a.watchEveryMinutes);
  const views = 2 * a.dashboardViews + a.statusViews;
  const executions = watches + fallbacks + runs + views;
  const forAlerts =
    (a.minutes / 5) * a.alertTransactionsPerFiveMinutes + runs * a.alertTransactionsPerRun;
  return {
    models,
    executions,
    billedSeconds:
      watches +
      fallbacks +
      runs * a.webhookSeconds +
      runTicks * a.secondsPerRunAndTick +
      views * a.viewSeconds,
    tableTransactions:
      watches * a.transactionsPerWatch +
      fallbacks * a.transactionsPerFallback +
      runs * a.transactionsPerRun +
      runTicks * a.transactionsPerRunAndTick +
      models * a.days * a.transactionsPerModelAndDay +
      (a.dashboardViews + a.statusViews) * (1 + models) +
      (alerts ? forAlerts : 0),
    vaultOperations: runs * a.vaultOperationsPerRun,
    logMegabytes: (executions * a.kilobytesLoggedPerExecution) / 1000,
    storedMegabytes: (runs * HISTORY_MONTHS * a.kilobytesStoredPerRun) / 1000,
  };
}

/** Dollars a month, by what they are paid for. `granted`: with the free grants of the subscription unused by others. */
export interface Cost {
  readonly functions: number;
  readonly tables: number;
  /** What the Functions host writes of the fallback's schedule. */
  readonly blobs: number;
  readonly vault: number;
  readonly logs: number;
  readonly total: number;
}

/** What the counts cost, with or without the free grants. */
export function costOf(counters: Counters, granted: boolean): Cost {
  const free = granted ? GRANTS : { executions: 0, gigabyteSeconds: 0, logGigabytes: 0 };
  const beyond = (amount: number, grant: number) => Math.max(0, amount - grant);
  const functions =
    (beyond(counters.executions, free.executions) / 1e6) * PRICES.executionPerMillion +
    beyond(counters.billedSeconds * INSTANCE_GIGABYTES, free.gigabyteSeconds) *
      PRICES.gigabyteSecond;
  const tables =
    (counters.tableTransactions / 1e4) * PRICES.tableTransactionsPer10k +
    (counters.storedMegabytes / 1000) * PRICES.tableGigabyteMonth;
  const vault = (counters.vaultOperations / 1e4) * PRICES.vaultOperationsPer10k;
  const logs = beyond(counters.logMegabytes / 1000, free.logGigabytes) * PRICES.logGigabyte;
  const blobs = scheduleMonitorCost();
  const total = functions + tables + blobs + vault + logs;
  return { functions, tables, blobs, vault, logs, total };
}

/** Dollars for one run of a container group. It is billed by the second, from the pull of the image on. */
export function containerCost(cpu: number, memoryGigabytes: number, minutes: number): number {
  return (cpu * PRICES.vcpuHour + memoryGigabytes * PRICES.memoryGigabyteHour) * (minutes / 60);
}

/** Dollars a month for blob operations of the Functions host: so many a minute, all month. */
export function hostStorageCost(operationsPerMinute: number): number {
  return ((ASSUMPTIONS.minutes * operationsPerMinute) / 1e4) * PRICES.blobOtherPer10k;
}

/**
 * Dollars a month for the blob that the host writes after each tick of a timer whose schedule it monitors. The
 * fallback's is monitored, the watcher's is not (`useMonitor: false`).
 */
export function scheduleMonitorCost(
  everyMinutes: number = ASSUMPTIONS.fallbackEveryMinutes,
): number {
  return (ASSUMPTIONS.minutes / everyMinutes / 1e4) * PRICES.blobWritesPer10k;
}

const count = (value: number) => Math.round(value).toLocaleString('en-US');
const maybe = (value: number | undefined) => (value === undefined ? '–' : count(value));
const dollars = (value: number) => `$${value.toFixed(value < 0.1 ? 3 : 2)}`;

/** A Markdown table with its columns padded, as the formatter leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head, ' '), line([], '-'), ...rows.map((row) => line(row, ' '))].join('\n');
}

/** Counts as the tables show them: what is not measured is left out. */
type Shown = Counters & Partial<MeasuredMonth>;

/**
 * The tables of docs/cost.md: the costs first, then the counts behind them. `measured`: counts of a simulated
 * month; empty if there are none yet.
 */
export function costTables(measured: readonly Shown[]): string {
  const counters = SIZES.map(
    (models): Shown => measured.find((counts) => counts.models === models) ?? estimate(models),
  );
  const alerted = counters.map(({ models, withAlerts }) => withAlerts ?? estimate(models, true));
  const source =
    measured.length > 0
      ? 'Measured in a simulated month (`bench/cost-counters.json`):'
      : 'By the formula, since no simulated month has been measured yet:';
  const rowsOf = (name: string, read: (counts: Shown) => string) => [name, ...counters.map(read)];
  const costRow = (name: string, key: keyof Cost, granted: boolean) =>
    rowsOf(name, (counts) => dollars(costOf(counts, granted)[key]));
  const head = ['in a month', ...SIZES.map((models) => `${models} model${models > 1 ? 's' : ''}`)];
  const counted = table(head, [
    rowsOf('executions', ({ executions }) => count(executions)),
    rowsOf('billed seconds', ({ billedSeconds }) => count(billedSeconds)),
    rowsOf('GB-seconds (512 MB)', ({ billedSeconds }) => count(billedSeconds * INSTANCE_GIGABYTES)),
    rowsOf('table transactions', ({ tableTransactions }) => count(tableTransactions)),
    ['… with alerts on', ...alerted.map((counts) => count(counts.tableTransactions))],
    rowsOf('key vault operations', ({ vaultOperations }) => count(vaultOperations)),
    rowsOf('logs, MB', ({ logMegabytes }) => count(logMegabytes)),
    rowsOf('stored in tables, MB', ({ storedMegabytes }) => count(storedMegabytes)),
    rowsOf('calls to Resource Manager, free', (counts) => maybe(counts.resourceManagerCalls)),
    rowsOf('calls to Numerai, free', (counts) => maybe(counts.numeraiCalls)),
  ]);
  const paid = table(head, [
    costRow('functions', 'functions', true),
    costRow('tables', 'tables', true),
    costRow("blobs (the fallback's schedule)", 'blobs', true),
    costRow('key vault', 'vault', true),
    costRow('logs', 'logs', true),
    costRow('**total**', 'total', true),
    ['… with alerts on', ...alerted.map((counts) => dollars(costOf(counts, true).total))],
    costRow('total without the free grants', 'total', false),
  ]);
  const shapes = [
    [1, 1.5],
    [1, 4],
    [2, 8],
    [4, 16],
  ] as const;
  const minutes = [2, 10, 30];
  const containers = table(
    [
      'CPU, memory',
      ...minutes.map((length) => `${length} minutes`),
      'a month of 22 runs of 10 minutes',
    ],
    shapes.map(([cpu, memory]) => [
      `${cpu} vCPU, ${memory} GB`,
      ...minutes.map((length) => `$${containerCost(cpu, memory, length).toFixed(4)}`),
      dollars(containerCost(cpu, memory, 10) * ASSUMPTIONS.rounds),
    ]),
  );
  return [
    'The app:',
    paid,
    'The containers, for each model:',
    containers,
    '## The counts',
    source,
    counted,
  ].join('\n\n');
}

const START = '<!-- npm run cost: from here -->';
const END = '<!-- npm run cost: to here -->';

/** The page with the tables between its two marks replaced. */
export function withTables(page: string, tables: string): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error('docs/cost.md has lost its marks for the tables.');
  return `${page.slice(0, from + START.length)}\n\n${tables}\n\n${page.slice(to)}`;
}

/** The measured counts; none where the file is missing. */
export async function readMeasured(file: URL): Promise<readonly MeasuredMonth[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')).months;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const file = new URL('../bench/cost-counters.json', import.meta.url);
    if (process.argv.includes('--measure')) {
      const { measureMonths } = await import('../bench/cost-counters.ts');
      const months = await measureMonths({
        sizes: SIZES,
        historyMonths: HISTORY_MONTHS,
        say: (line) => console.error(line),
      });
      await writeFile(file, `${JSON.stringify({ months }, null, 2)}\n`);
    }
    const measured = await readMeasured(file);
    const tables = costTables(measured);
    console.log(tables);
    if (!process.argv.includes('--write')) return;
    const page = new URL('../docs/cost.md', import.meta.url);
    await writeFile(page, withTables(await readFile(page, 'utf8'), tables));
  });
}
