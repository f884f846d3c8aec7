// The log entries of host and app, and their form as plain lines.

export const LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `host`: by the host; `user`: by an invocation's context; `system`: by the worker; `console`: printed by the process. */
  readonly source: 'host' | 'user' | 'system' | 'console';
  readonly level: LogLevel;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
}

export type Log = (entry: Omit<LogEntry, 'time' | 'source'> & { readonly source?: LogEntry['source'] }) => void;

export const atLeast = (level: LogLevel, threshold: LogLevel): boolean =>
  LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);

/** One entry as the Core Tools print it: `[2026-04-01T12:00:00.000Z] Executing 'Functions.webhook' (…)`. */
export const formatEntry = (entry: LogEntry): string => `[${entry.time}] ${entry.message}`;

/** The stack of an error, or the text of anything else that was thrown. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
