// The messages between a host's process and the process that started it.

import type { HostKeys } from './keys.ts';
import type { LogEntry } from './log.ts';

export interface HostSetup {
  /** Contains package.json and host.json. */
  readonly appFolder: string;
  /** 0: a free one. */
  readonly port: number;
  readonly auth: boolean;
  readonly timers: boolean;
  /** Keeps keys and schedules; absent: they are not kept. */
  readonly stateFolder?: string | undefined;
  /** How long a stop waits for invocations, milliseconds. */
  readonly drainMs: number;
}

/** The outcome of a timer's invocation. */
export interface TimerOutcome {
  readonly invocationId: string;
  readonly succeeded: boolean;
  readonly durationMs: number;
  /** What the function threw, with its stack. */
  readonly error?: string;
}

export type ToHost =
  | { readonly type: 'open'; readonly setup: HostSetup }
  | { readonly type: 'load'; readonly environment: Readonly<Record<string, string>> }
  | {
      readonly type: 'runTimer';
      readonly request: number;
      readonly name: string;
      readonly isPastDue: boolean;
    }
  | { readonly type: 'stop' };

export type FromHost =
  | { readonly type: 'started' }
  | { readonly type: 'opened'; readonly url: string }
  | {
      readonly type: 'loaded';
      readonly keys: HostKeys;
      /** Names, in the order of registration. */
      readonly functions: readonly string[];
      /** Names of the timer functions. */
      readonly timers: readonly string[];
    }
  /** The last message of a process that ends by itself. */
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string; readonly code?: string }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | {
      readonly type: 'timerRan';
      readonly request: number;
      /** Absent: there is no such timer function. */
      readonly outcome?: TimerOutcome;
    };
