// Starts host instances: one child process each, so that an instance can be killed at any point and has
// only the environment that a deployed app would have.

import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HostKeys } from './keys.ts';
import { formatEntry, type LogEntry } from './log.ts';
import type { FromHost, HostSetup, TimerOutcome, ToHost } from './messages.ts';

export type { HostKeys, LogEntry, TimerOutcome };

export type Environment = Readonly<Record<string, string>>;

export interface HostOptions {
  /** Has package.json, whose `main` is loaded, and host.json. */
  readonly appFolder: string;
  /** The app's settings; a function of the host's URL where they name it. */
  readonly environment: Environment | ((url: string) => Environment);
  /** Default: a free one. On loopback in any case. */
  readonly port?: number;
  /** Default false: no key is asked for, as with the Core Tools. */
  readonly auth?: boolean;
  /** Whether timers fire by their schedule; default false: they run when `runTimer` says so. */
  readonly timers?: boolean;
  /** Keeps keys and schedules between starts; default: not kept. */
  readonly stateFolder?: string;
  /** PEM file of an authority that the app's TLS clients trust beside the usual ones. */
  readonly authorityFile?: string;
  /** How long `stop` waits for invocations; default 10 s. */
  readonly drainMs?: number;
  /** Start the app anew, on the same port, when its process ends by itself; default false. */
  readonly restart?: boolean;
  readonly onLog?: (entry: LogEntry) => void;
}

export interface Host {
  /** `http://localhost:<port>`, without a slash at the end. */
  readonly url: string;
  readonly keys: HostKeys;
  readonly masterKey: string;
  /** Names, in the order of registration. */
  readonly functions: readonly string[];
  /** Every line that host and app have written so far. */
  readonly output: readonly string[];
  /**
   * Runs a timer function now and waits for its end, whether it succeeds or not. Waits its turn while
   * the timer is running already. Rejects where there is no such timer, or the process ends before it.
   */
  runTimer(name: string, options?: { isPastDue?: boolean }): Promise<TimerOutcome>;
  /** Ends the process at once, as a crash does (default SIGKILL), and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Takes no more requests, lets invocations end, runs the app's `appTerminate` hooks, ends the process. */
  stop(): Promise<void>;
  /** Settles when the process is gone for good. */
  readonly exited: Promise<void>;
}

/** The host could not be started. `code` is Node's, where there is one (`EADDRINUSE`). */
export class HostStartError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** What a process needs of the machine's own environment; nothing else of it reaches the app. */
const SYSTEM_VARIABLES = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'ComSpec',
];
const DEFAULT_DRAIN_MS = 10_000;
const RESTART_AFTER_MS = 1000;
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
  const first = current;
  let ending = false;
  const port = Number(new URL(first.url).port);

  /** Follows one process after the other until one is meant to end. */
  const follow = async (): Promise<void> => {
    for (;;) {
      const exitCode = await current.exited;
      if (ending || options.restart !== true) return;
      write(hostEntry(`The app's process ended (${exitCode ?? 'killed'}). Starting it again.`));
      await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS));
      if (ending) return;
      current = await Instance.start(options, port, write);
    }
  };
  const exited = follow().catch((error: unknown) => write(hostEntry(String(error))));

  return {
    url: first.url,
    keys: first.keys,
    masterKey: first.keys.masterKey,
    functions: first.functions,
    output,
    exited,
    runTimer: (name, timer = {}) => current.runTimer(name, timer.isPastDue === true),
    async kill(signal = 'SIGKILL') {
      ending = true;
      current.signal(signal);
      await exited;
    },
    async stop() {
      ending = true;
      current.stop((options.drainMs ?? DEFAULT_DRAIN_MS) + 5000);
      await exited;
    },
  };
}

const hostEntry = (message: string): LogEntry => ({
  time: new Date().toISOString(),
  source: 'host',
  level: 'warning',
  message,
});

/** One child process and the talk with it. */
class Instance {
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (outcome: TimerOutcome | undefined) => void>();
  #requests = 0;
  #gone = false;
  url = '';
  keys: HostKeys = { masterKey: '', functionKeys: {}, functions: {} };
  functions: readonly string[] = [];

  static async start(
    options: HostOptions,
    port: number,
    write: (entry: LogEntry) => void,
  ): Promise<Instance> {
    const instance = new Instance(options, write);
    const setup: HostSetup = {
      appFolder: options.appFolder,
      port,
      auth: options.auth === true,
      timers: options.timers === true,
      stateFolder: options.stateFolder,
      drainMs: options.drainMs ?? DEFAULT_DRAIN_MS,
    };
    try {
      await instance.#open(setup, options.environment);
    } catch (error) {
      instance.signal('SIGKILL');
      await instance.exited;
      throw error;
    }
    return instance;
  }

  private constructor(options: HostOptions, write: (entry: LogEntry) => void) {
    this.#child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), [], {
      cwd: options.appFolder,
      execArgv: [],
      env: {
        ...Object.fromEntries(
          SYSTEM_VARIABLES.flatMap((name) => {
            const value = process.env[name];
            return value === undefined ? [] : [[name, value]];
          }),
        ),
        ...(options.authorityFile === undefined
          ? {}
          : { NODE_EXTRA_CA_CERTS: options.authorityFile }),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#gone = true;
      });
      // `close` comes after the last of its output has been read.
      this.#child.once('close', (code) => resolve(code));
    });
    this.#child.on('message', (message) => {
      // The other end of the channel is main.ts, which sends nothing else.
      const told = message as FromHost;
      if (told.type === 'log') write(told.entry);
      if (told.type === 'timerRan') {
        this.#waiting.get(told.request)?.(told.outcome);
        this.#waiting.delete(told.request);
      }
    });
    for (const [stream, level] of [
      [this.#child.stdout, 'information'],
      [this.#child.stderr, 'error'],
    ] as const) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (message) =>
        write({ time: new Date().toISOString(), source: 'console', level, message }),
      );
    }
  }

  async #open(setup: HostSetup, environment: HostOptions['environment']): Promise<void> {
    await this.#answer('started');
    this.#tell({ type: 'open', setup });
    const { url } = await this.#answer('opened');
    this.url = url;
    this.#tell({
      type: 'load',
      environment: {
        FUNCTIONS_WORKER_RUNTIME: 'node',
        WEBSITE_HOSTNAME: new URL(url).host,
        ...(typeof environment === 'function' ? environment(url) : environment),
      },
    });
    const loaded = await this.#answer('loaded');
    this.keys = loaded.keys;
    this.functions = loaded.functions;
  }

  async runTimer(name: string, isPastDue: boolean): Promise<TimerOutcome> {
    const request = ++this.#requests;
    const answered = new Promise<TimerOutcome | undefined>((resolve) => {
      this.#waiting.set(request, resolve);
    });
    if (!this.#gone) this.#tell({ type: 'runTimer', request, name, isPastDue });
    const outcome = await Promise.race([
      answered,
      this.exited.then(() =>
        Promise.reject(new Error(`The host ended before the timer '${name}'.`)),
      ),
    ]);
    if (outcome === undefined) throw new Error(`There is no timer function '${name}'.`);
    return outcome;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#gone) this.#child.kill(signal);
  }

  /** Asks the process to end; after `patienceMs` it has to. */
  stop(patienceMs: number): void {
    if (this.#gone) return;
    this.#tell({ type: 'stop' });
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs);
    void this.exited.then(() => clearTimeout(timer));
  }

  #tell(message: ToHost): void {
    // A process that is just ending cannot be told anything; whoever waits for it learns of its end.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** The child's next message of a kind; rejects when it fails or ends first. */
  #answer<Type extends FromHost['type']>(type: Type): Promise<Extract<FromHost, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const done = () => {
        child.off('message', onMessage);
        child.off('exit', onExit);
      };
      const onMessage = (message: unknown) => {
        const told = message as FromHost; // As above.
        if (told.type === 'failed') {
          done();
          reject(new HostStartError(told.message, told.code));
        } else if (told.type === type) {
          done();
          // Just compared; TypeScript does not narrow by a type parameter.
          resolve(told as Extract<FromHost, { type: Type }>);
        }
      };
      const onExit = (code: number | null) => {
        done();
        reject(new HostStartError(`The host ended while it started (${code ?? 'killed'}).`));
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  }
}
