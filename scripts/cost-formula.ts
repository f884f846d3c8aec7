// What the app costs in a month: prices, the counts by formula, and the arithmetic. All of it is pure.

/**
 * List prices in USD, pay as you go, East US, as public pages had them in 2025 and 2026: they were read in stored
 * copies, not live. docs/cost.md says where each comes from, and how to look them up today.
 */
const PRICES = {
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
export const INSTANCE_GIGABYTES = 0.5;

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
  /** How the counts came about; for people. */
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

/** The assumptions of the formula. */
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
  /**
   * Six at the webhook (the counter of starts, the in-flight index, the run with its claims, the id at Numerai, the
   * accepted start); two for each look at the log, while the container runs and at its end; three for what becomes of
   * it, and three for the summary; the rest is the fallback's, which looks at the claim and the run.
   */
  transactionsPerRun: 22,
  transactionsPerRunAndTick: 1,
  /** A query of each model's oldest runs, once a day. */
  transactionsPerModelAndDay: 1,
  /** Two at the start, two at the end, and two for each look at the log in between, since the app keeps them for minutes. */
  vaultOperationsPerRun: 8,
  kilobytesLoggedPerExecution: 3.3,
  kilobytesStoredPerRun: 33,
  /** Views of the dashboard (the page that asks for the key, and the page itself), and requests for the status. */
  dashboardViews: 120,
  statusViews: 90,
  /** What is in flight, the summaries (of up to a hundred models), and whether the timers tick. */
  transactionsPerView: 3,
  /** With alerts on: the watcher's and the fallback's reads of what is to be told. */
  alertTransactionsPerFiveMinutes: 2,
  /** With alerts on, mostly before the close: four ticks of the fallback read the claim and the run. */
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
  const forAlerts = (a.minutes / 5) * a.alertTransactionsPerFiveMinutes + runs * a.alertTransactionsPerRun;
  return {
    models,
    executions,
    billedSeconds:
      watches + fallbacks + runs * a.webhookSeconds + runTicks * a.secondsPerRunAndTick + views * a.viewSeconds,
    tableTransactions:
      watches * a.transactionsPerWatch +
      fallbacks * a.transactionsPerFallback +
      runs * a.transactionsPerRun +
      runTicks * a.transactionsPerRunAndTick +
      models * a.days * a.transactionsPerModelAndDay +
      (a.dashboardViews + a.statusViews) * a.transactionsPerView +
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
    beyond(counters.billedSeconds * INSTANCE_GIGABYTES, free.gigabyteSeconds) * PRICES.gigabyteSecond;
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
export function scheduleMonitorCost(everyMinutes: number = ASSUMPTIONS.fallbackEveryMinutes): number {
  return (ASSUMPTIONS.minutes / everyMinutes / 1e4) * PRICES.blobWritesPer10k;
}
