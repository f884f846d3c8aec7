// What the host's process and the one that started it tell each other.

import type { HostKeys } from './keys.ts';
import type { LogEntry } from './log.ts';

export interface HostSetup {
  /** Has package.json and host.json. */
  readonly appFolder: string;
  /** 0: a free one. */
  readonly port: number;
  readonly auth: boolean;
  readonly timers: boolean;
  /** Where keys and schedules are kept; absent: nowhere. */
  readonly stateFolder?: string | undefined;
  /** How long a stop waits for invocations, milliseconds. */
  readonly drainMs: number;
}

/** The result of a timer's invocation that was asked for. */
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
  | { readonly type: 'loaded'; readonly keys: HostKeys; readonly functions: readonly string[] }
  /** The last word of a process that ends by itself. */
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string; readonly code?: string }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | {
      readonly type: 'timerRan';
      readonly request: number;
      /** Absent: there is no such timer function. */
      readonly outcome?: TimerOutcome;
    };
