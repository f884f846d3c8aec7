// One child process of a host: started, given its app, spoken to over IPC, ended.

import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HostKeys } from './keys.ts';
import type { LogEntry } from './log.ts';
import type { FromHost, HostSetup, TimerOutcome, ToHost } from './messages.ts';

type Variables = Readonly<Record<string, string>>;

export interface InstanceOptions {
  /** Contains package.json, whose `main` is loaded, and host.json. */
  readonly appFolder: string;
  /** The app's settings, or a function that gets the host's URL and returns them. */
  readonly environment: Variables | ((url: string) => Variables);
  /** Default false: no key is required, as with the Core Tools. */
  readonly auth?: boolean;
  /** Whether timers fire by their schedule; default false: they run only through `runTimer`. */
  readonly timers?: boolean;
  /** Keeps keys and schedules between starts; default: not kept. */
  readonly stateFolder?: string;
  /** PEM file of an authority that the app's TLS clients trust in addition to the usual ones. */
  readonly authorityFile?: string;
  /** The port, on loopback, at which a debugger may attach to the app's process; 0 for a free one. Default: none. */
  readonly inspect?: number | undefined;
  /** How long `stop` waits for invocations; default 10 s. */
  readonly drainMs?: number;
}

/** The host could not be started. `code` is Node's, if there is one (`EADDRINUSE`). */
class HostStartError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Variables of this machine that a process needs to run. No others reach the app. */
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
  // Set by the tests, which start many hosts: with it a start takes half the time.
  'NODE_COMPILE_CACHE',
];
const DEFAULT_DRAIN_MS = 10_000;
/** What a process gets in addition to `drainMs` until it is killed. */
const STOP_MARGIN_MS = 5_000;

export class Instance {
  /** Resolves with the exit code when the process is gone; null if a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #drainMs: number;
  readonly #waiting = new Map<number, (outcome: TimerOutcome | undefined) => void>();
  #requests = 0;
  #gone = false;
  url = '';
  keys: HostKeys = { masterKey: '', functionKeys: {}, functions: {} };
  functions: readonly string[] = [];
  timers: readonly string[] = [];

  /** Starts the process and waits until it has loaded its app. With the signal, it is killed while it starts. */
  static async start(
    options: InstanceOptions,
    port: number,
    write: (entry: LogEntry) => void,
    signal?: AbortSignal,
  ): Promise<Instance> {
    const instance = new Instance(options, write);
    const kill = () => instance.signal('SIGKILL');
    signal?.addEventListener('abort', kill);
    try {
      await instance.#open(options, port);
      signal?.throwIfAborted();
    } catch (error) {
      kill();
      await instance.exited;
      throw error;
    } finally {
      signal?.removeEventListener('abort', kill);
    }
    return instance;
  }

  private constructor(options: InstanceOptions, write: (entry: LogEntry) => void) {
    this.#drainMs = options.drainMs ?? DEFAULT_DRAIN_MS;
    this.#child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), [], {
      cwd: options.appFolder,
      execArgv: options.inspect === undefined ? [] : [`--inspect=127.0.0.1:${options.inspect}`],
      env: {
        ...systemVariables(),
        ...(options.authorityFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: options.authorityFile }),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#gone = true;
      });
      // Without a process id it could not be started, and there will be no `close`.
      this.#child.on('error', () => this.#child.pid === undefined && resolve(null));
      // `close` comes after the last of its output has been read.
      this.#child.once('close', (code) => resolve(code));
    });
    this.#child.on('message', (message) => {
      // The other end of the channel is main.ts, which sends nothing else.
      const received = message as FromHost;
      if (received.type === 'log') write(received.entry);
      if (received.type === 'timerRan') {
        this.#waiting.get(received.request)?.(received.outcome);
        this.#waiting.delete(received.request);
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

  async #open(options: InstanceOptions, port: number): Promise<void> {
    const setup: HostSetup = {
      appFolder: options.appFolder,
      port,
      auth: options.auth === true,
      timers: options.timers === true,
      stateFolder: options.stateFolder,
      drainMs: this.#drainMs,
    };
    await this.#next('started');
    this.#send({ type: 'open', setup });
    const { url } = await this.#next('opened');
    this.url = url;
    const { environment } = options;
    this.#send({
      type: 'load',
      environment: {
        FUNCTIONS_WORKER_RUNTIME: 'node',
        WEBSITE_HOSTNAME: new URL(url).host,
        ...(typeof environment === 'function' ? environment(url) : environment),
      },
    });
    const { keys, functions, timers } = await this.#next('loaded');
    this.keys = keys;
    this.functions = functions;
    this.timers = timers;
  }

  async runTimer(name: string, isPastDue: boolean): Promise<TimerOutcome> {
    const request = ++this.#requests;
    const answered = new Promise<TimerOutcome | undefined>((resolve) => {
      this.#waiting.set(request, resolve);
    });
    if (!this.#gone) this.#send({ type: 'runTimer', request, name, isPastDue });
    const outcome = await Promise.race([
      answered,
      this.exited.then(() => Promise.reject(new Error(`The host ended before the timer '${name}'.`))),
    ]);
    if (outcome === undefined) throw new Error(`There is no timer function '${name}'.`);
    return outcome;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#gone) this.#child.kill(signal);
  }

  /** Asks the process to end, and kills it if it takes too long. */
  stop(): void {
    if (this.#gone) return;
    this.#send({ type: 'stop' });
    const timer = setTimeout(() => this.signal('SIGKILL'), this.#drainMs + STOP_MARGIN_MS);
    void this.exited.then(() => clearTimeout(timer));
  }

  #send(message: ToHost): void {
    // A process that is ending gets no message; `exited` reports its end.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** The child's next message of a type; rejects if the child fails or ends first. */
  #next<Type extends FromHost['type']>(type: Type): Promise<Extract<FromHost, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const done = () => {
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
      };
      const onMessage = (message: unknown) => {
        const received = message as FromHost; // As above.
        if (received.type === 'failed') {
          done();
          reject(new HostStartError(received.message, received.code));
        } else if (received.type === type) {
          done();
          // Just compared; TypeScript does not narrow by a type parameter.
          resolve(received as Extract<FromHost, { type: Type }>);
        }
      };
      const onExit = (code: number | null) => {
        done();
        reject(new HostStartError(`The host ended while it started (${code ?? 'killed'}).`));
      };
      const onError = (error: Error) => {
        done();
        reject(new HostStartError(error.message));
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.on('error', onError);
    });
  }
}

function systemVariables(): Record<string, string> {
  return Object.fromEntries(
    SYSTEM_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
