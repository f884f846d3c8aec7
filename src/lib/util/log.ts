// The app's log: pino, one JSON line an event, redacted as it is written. Where lines go is the caller's
// business: inside an invocation they go to the invocation's own log.

import { type Logger, pino } from 'pino';
import type { Redaction } from './redaction.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(bindings: Record<string, unknown>): Log;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: string;
  readonly redaction: Redaction;
  /** Takes one line of JSON, without the newline. */
  readonly write: (line: string, level: LogLevel) => void;
}

/** Makes a log whose lines go to `write`, one at a time and redacted. */
export function createLog({ level, redaction, write }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    {
      write(line: string) {
        const redacted = redaction.apply(line.trimEnd());
        write(redacted, levelOf(redacted));
      },
    },
  );
}

/**
 * What is said of an error: never the request or the response that the SDKs hang on it, since those
 * hold tokens.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    name,
    ...(code === undefined ? {} : { code }),
    message,
    stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** How the Functions runtime calls the levels that have other names there. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
};

function levelOf(line: string): LogLevel {
  return LEVELS[/"level":"(\w+)"/.exec(line)?.[1] ?? ''] ?? 'info';
}
