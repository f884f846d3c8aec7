// Starts host instances. Each is a child process, so that it can be killed at any point and has only the
// environment that a deployed app would have.

import { setTimeout as sleep } from 'node:timers/promises';
import { Instance, type InstanceOptions } from './instance.ts';
import type { HostKeys } from './keys.ts';
import { formatEntry, type LogEntry } from './log.ts';
import type { TimerOutcome } from './messages.ts';

export interface HostOptions extends InstanceOptions {
  /** On loopback. Default: a free one. */
  readonly port?: number;
  /** Whether the app is started again, on the same port, if its process ends by itself; default false. */
  readonly restart?: boolean;
  readonly onLog?: (entry: LogEntry) => void;
}

export interface Host {
  /** `http://localhost:<port>`, without a trailing slash. */
  readonly url: string;
  readonly keys: HostKeys;
  readonly masterKey: string;
  /** Names, in the order of registration. */
  readonly functions: readonly string[];
  /** Names of the timer functions among them. */
  readonly timers: readonly string[];
  /** Every line that host and app have written so far. */
  readonly output: readonly string[];
  /**
   * Runs a timer function now and waits until it ends, whether it succeeds or not. Queues behind a run that
   * is under way. Rejects if there is no such timer, or if the process ends first.
   */
  runTimer(name: string, options?: { isPastDue?: boolean }): Promise<TimerOutcome>;
  /** Ends the process at once, as a crash does (default SIGKILL), and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Refuses new requests, lets invocations finish, runs the app's `appTerminate` hooks, ends the process. */
  stop(): Promise<void>;
  /** Settles when the process is gone for good. */
  readonly exited: Promise<void>;
}

const RESTART_AFTER_MS = 1000;
/** After a start that failed it is twice as long, up to this. */
const RESTART_AFTER_AT_MOST_MS = 30_000;
const LINES_KEPT = 50_000;

/** Starts one host instance and waits until its app has been loaded. */
export async function startHost(options: HostOptions): Promise<Host> {
  const output: string[] = [];
  const write = (entry: LogEntry): void => {
    output.push(formatEntry(entry));
    if (output.length > LINES_KEPT) output.shift();
    options.onLog?.(entry);
  };
  let current = await Instance.start(options, options.port ?? 0, write);
  const { url, keys, functions, timers } = current;
  const port = Number(new URL(url).port);
  const ending = new AbortController();

  /** Starts the app until it runs: a process may be killed, or fail, while it starts. Null once the host is to end. */
  const startAgain = async (): Promise<Instance | null> => {
    for (let delayMs = RESTART_AFTER_MS; ; delayMs = Math.min(2 * delayMs, RESTART_AFTER_AT_MOST_MS)) {
      await sleep(delayMs, undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return null;
      try {
        return await Instance.start(options, port, write, ending.signal);
      } catch (error) {
        if (!ending.signal.aborted) write(warning(`The app could not be started again: ${messageOf(error)}`));
      }
    }
  };

  /** Replaces each process that ends, until one is meant to end. */
  const supervise = async (): Promise<void> => {
    for (;;) {
      const exitCode = await current.exited;
      if (ending.signal.aborted || options.restart !== true) return;
      write(warning(`The app's process ended (${exitCode ?? 'killed'}). Starting it again.`));
      const next = await startAgain();
      if (next === null) return;
      current = next;
    }
  };
  const exited = supervise();

  return {
    url,
    keys,
    masterKey: keys.masterKey,
    functions,
    timers,
    output,
    exited,
    runTimer: (name, timer = {}) => current.runTimer(name, timer.isPastDue === true),
    async kill(signal = 'SIGKILL') {
      ending.abort();
      current.signal(signal);
      await exited;
    },
    async stop() {
      ending.abort();
      current.stop();
      await exited;
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const warning = (message: string): LogEntry => ({
  time: new Date().toISOString(),
  source: 'host',
  level: 'warning',
  message,
});
