// The app's log: one JSON line an event, redacted as it is written. Where lines go is the caller's business: inside an
// invocation they go to the invocation's own log.

import type { Clock } from './clock.ts';
import type { Redaction } from './redaction.ts';

/** Facts of an event; `err` is an error. */
type Facts = Readonly<Record<string, unknown>>;
type WriteEvent = (facts: Facts, message: string) => void;

export interface Log {
  readonly debug: WriteEvent;
  readonly info: WriteEvent;
  readonly warn: WriteEvent;
  readonly error: WriteEvent;
  /** A log whose lines have these facts as well. */
  child(facts: Facts): Log;
}

/** From the least to the most important one; `silent` is more important than any. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = Exclude<(typeof LOG_LEVELS)[number], 'silent'>;

export interface LogOptions {
  /** What is less important is not written. */
  readonly level: (typeof LOG_LEVELS)[number];
  readonly clock: Pick<Clock, 'now'>;
  readonly redaction: Redaction;
  /** Takes one line of JSON, without the newline. */
  readonly write: (line: string, level: LogLevel) => void;
}

/** Makes a log whose lines go to `write`, one at a time and redacted. */
export function createLog(options: LogOptions, bound: Facts = {}): Log {
  const { level: least, clock, redaction, write } = options;
  const at = (level: LogLevel): WriteEvent => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return () => {};
    return ({ err, ...facts }, message) => {
      const error = err === undefined ? {} : { err: describeError(err) };
      const event = { level, time: clock.now().toISOString(), ...bound, ...error, ...facts, msg: message };
      write(redaction.apply(JSON.stringify(event)), level);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (facts) => createLog(options, { ...bound, ...facts }),
  };
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
