// What the simulated month assumes and cannot measure. Each number can be argued with.

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const MONTH = {
  /** A Tuesday, on which Numerai's week begins: 22 rounds a tournament open in the 30 days. */
  begin: Date.parse('2026-03-03T00:00:00Z'),
  days: 30,
  /** Numerai calls all webhooks at the same moment, this long after the opening: the dearest way. */
  callAfterOpeningMs: 20 * SECOND,
  /** How long containers work, by model in turn; ten minutes in the mean. */
  workMs: [6 * MINUTE, 8 * MINUTE, 10 * MINUTE, 12 * MINUTE, 14 * MINUTE],
  /** What a container writes to its log: 15 KB, of the 16 KB that Azure keeps of one that has ended. */
  logLines: 150,
  logLineLength: 100,
  /** It is written in so many parts, from the start to the end of the work. */
  logParts: 10,
  /** Looks at the dashboard and requests for the status each day, as minutes after midnight. */
  dashboardAt: [7 * 60 + 13, 12 * 60 + 6, 13 * 60 + 7, 20 * 60 + 41],
  statusAt: [8 * 60 + 32, 12 * 60 + 35, 18 * 60 + 2],
} as const;

/** How long Azure and Numerai take to answer; an execution's duration is what it spends waiting for them. */
export const LATENCY_MS = {
  tables: 10,
  'key-vault': 30,
  'resource-manager': 300,
  numerai: 300,
  alerts: 300,
} as const;

/**
 * Flex Consumption runs all HTTP functions in one group of instances and each timer in one of its own:
 * https://learn.microsoft.com/azure/azure-functions/event-driven-scaling#per-function-scaling
 */
export const PLATFORM = {
  /** HTTP requests that an instance of 512 MB takes at a time, by default. */
  httpAtOnce: 4,
  /** Rounds and looks are hours apart: each HTTP execution is taken to wake a new instance. */
  coldStartSeconds: 1,
  /** Of a record in Application Insights, beside its text: times, ids, names, dimensions. */
  logRecordBytes: 1000,
} as const;
