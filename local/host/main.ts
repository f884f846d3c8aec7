// The process of one host instance. instance.ts starts it and controls it over IPC. It ends when its parent ends,
// in whatever way.

import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { type Binding, SystemError } from './core-api.ts';
import { type HostFile, readHostFile } from './host-file.ts';
import { HOST_CALL, Invocations, type Outcome } from './invocations.ts';
import { ensureKeys } from './keys.ts';
import { loadApp } from './load-app.ts';
import { atLeast, type Log, type LogEntry } from './log.ts';
import type { FromHost, HostSetup, ToHost } from './messages.ts';
import { resolveVaultsLocally } from './name-resolution.ts';
import { toRpcRequest } from './rpc-http.ts';
import { parseSchedule } from './schedule.ts';
import { HostServer } from './server.ts';
import type { HttpFunction } from './server-content.ts';
import { ScheduleStatusStore, Timer } from './timers.ts';
import { type RegisteredFunction, Worker } from './worker.ts';

/** Exit code after an invocation has exceeded the time limit; the real host too replaces its worker then. */
const EXIT_AFTER_TIMEOUT = 124;

const send = (message: FromHost): void => {
  if (process.connected) process.send?.(message);
};

let threshold: LogEntry['level'] = 'information';

const log: Log = (entry) => {
  const source = entry.source ?? 'host';
  // Of the worker's own messages the Core Tools show only warnings and errors.
  if (!atLeast(entry.level, source === 'system' ? 'warning' : threshold)) return;
  send({ type: 'log', entry: { time: new Date().toISOString(), ...entry, source } });
};

/** A host that has its port and, once it is loaded, its app. */
interface Instance {
  readonly setup: HostSetup;
  readonly server: HostServer;
  readonly url: string;
  app?: LoadedApp;
}

interface LoadedApp {
  readonly worker: Worker;
  readonly invocations: Invocations;
  readonly timers: ReadonlyMap<string, Timer>;
}

let instance: Instance | undefined;

async function open(setup: HostSetup): Promise<void> {
  const server = new HostServer();
  const url = await server.listen(setup.port);
  instance = { setup, server, url };
  send({ type: 'opened', url });
}

async function load(host: Instance, environment: Readonly<Record<string, string>>): Promise<void> {
  const { setup, server } = host;
  const hostFile = await readHostFile(setup.appFolder);
  threshold = hostFile.logLevel;
  Object.assign(process.env, environment);
  process.chdir(setup.appFolder);
  resolveVaultsLocally();
  const worker = new Worker(log);
  worker.provideCoreModule();
  await loadApp(setup.appFolder);
  await worker.finishStart(setup.appFolder);

  const functions = [...worker.functions.values()];
  const triggers = functions.flatMap((registered) =>
    indexed(registered, () => [{ registered, binding: triggerOf(registered) }]),
  );
  const invocations = new Invocations({
    worker,
    log,
    timeoutMs: hostFile.functionTimeoutMs,
    // The caller gets the answer first.
    onTimeout: () => setTimeout(() => leave(EXIT_AFTER_TIMEOUT, { type: 'stopped' }), 100),
  });
  const keys = ensureKeys(
    inStateFolder(setup, 'keys.json'),
    functions.map(({ metadata }) => metadata.name),
  );
  const timers = createTimers(setup, triggers, invocations);
  host.app = { worker, invocations, timers };
  const httpFunctions = triggers.flatMap(asHttpFunction);
  server.open({
    functions,
    httpFunctions,
    invocations,
    keys,
    auth: setup.auth,
    signIn: environment.WEBSITE_AUTH_ENABLED === 'True',
    routePrefix: hostFile.routePrefix,
    customHeaders: hostFile.customHeaders,
    trigger: (name, input) => triggerByName(host, functions, name, input),
  });
  if (setup.timers) for (const timer of timers.values()) timer.start();
  send({
    type: 'loaded',
    keys,
    functions: functions.map(({ metadata }) => metadata.name),
    timers: [...timers.keys()],
  });
  announce(hostFile, functions);
  flushCompileCache();
}

const inStateFolder = (setup: HostSetup, name: string): string | undefined =>
  setup.stateFolder === undefined ? undefined : join(setup.stateFolder, name);

interface Triggered {
  readonly registered: RegisteredFunction;
  readonly binding: Binding | undefined;
}

/** The binding that triggers a function, with its `%SETTING%` expressions resolved. */
function triggerOf(registered: RegisteredFunction): Binding | undefined {
  const binding = Object.values(registered.metadata.bindings).find(({ type }) => /trigger$/i.test(type ?? ''));
  if (binding === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(binding).map(([name, value]) => [name, typeof value === 'string' ? resolveSettings(value) : value]),
  );
}

/** Throws if a setting is missing, as the real host does. */
function resolveSettings(text: string): string {
  return text.replace(/%([^%\s]+)%/g, (whole, name: string) => {
    const value = process.env[name];
    if (value === undefined || value === '') throw new SystemError(`'${whole}' does not resolve to a value.`);
    return value;
  });
}

/** Reports a function that cannot be indexed and leaves it out; the others run. */
function indexed<Result>(registered: RegisteredFunction, index: () => Result[]): Result[] {
  try {
    return index();
  } catch (error) {
    const { name } = registered.metadata;
    const reason = error instanceof Error ? error.message : String(error);
    log({
      level: 'error',
      functionName: name,
      message: `The '${name}' function is in error: Error indexing method 'Functions.${name}'. ${reason}`,
    });
    return [];
  }
}

function asHttpFunction({ registered, binding }: Triggered): HttpFunction[] {
  if (binding?.type !== 'httpTrigger') return [];
  const level = String(binding.authLevel ?? 'function').toLowerCase();
  return [
    {
      name: registered.metadata.name,
      registered,
      route: typeof binding.route === 'string' ? binding.route : undefined,
      methods: Array.isArray(binding.methods) ? binding.methods.map(String) : undefined,
      authLevel: level === 'anonymous' || level === 'admin' ? level : 'function',
    },
  ];
}

function createTimers(setup: HostSetup, triggers: readonly Triggered[], invocations: Invocations): Map<string, Timer> {
  const store = new ScheduleStatusStore(inStateFolder(setup, 'schedules.json'));
  return new Map(
    triggers.flatMap(({ registered, binding }) =>
      indexed(registered, (): [string, Timer][] => {
        if (binding?.type !== 'timerTrigger') return [];
        const schedule = parseSchedule(String(binding.schedule));
        const timer = new Timer({ registered, binding, schedule, store, invocations, log });
        return [[registered.metadata.name, timer]];
      }),
    ),
  );
}

/** Runs any function by name, for the admin API. */
async function triggerByName(
  host: Instance,
  functions: readonly RegisteredFunction[],
  name: string,
  input: string,
): Promise<Outcome> {
  const timer = host.app?.timers.get(name);
  if (timer !== undefined) return timer.run({ reason: HOST_CALL });
  const registered = functions.find(({ metadata }) => metadata.name === name);
  if (registered === undefined || host.app === undefined)
    throw new SystemError(`The function '${name}' cannot be run.`);
  const url = new URL(`/admin/functions/${name}`, host.url);
  return host.app.invocations.run(registered, {
    reason: HOST_CALL,
    data: {
      http: toRpcRequest({ method: 'POST', url, headers: {}, body: Buffer.from(input) }, {}),
    },
  });
}

function announce(hostFile: HostFile, functions: readonly RegisteredFunction[]): void {
  const timeout = hostFile.functionTimeoutMs / 1000;
  log({
    level: 'information',
    message: `Host started: ${functions.length} functions, time limit ${timeout} s.`,
  });
}

async function runTimer(host: Instance, message: Extract<ToHost, { type: 'runTimer' }>): Promise<void> {
  const timer = host.app?.timers.get(message.name);
  if (timer === undefined) return send({ type: 'timerRan', request: message.request });
  const { response: _, ...outcome } = await timer.run({ isPastDue: message.isPastDue });
  send({ type: 'timerRan', request: message.request, outcome });
}

/** Lets invocations finish, runs the app's `appTerminate` hooks, ends the process. */
async function stop(host: Instance | undefined): Promise<void> {
  host?.server.stop();
  for (const timer of host?.app?.timers.values() ?? []) timer.stop();
  await host?.app?.invocations.drain(host.setup.drainMs);
  await host?.app?.worker.terminate();
  leave(0, { type: 'stopped' });
}

async function receive(message: ToHost): Promise<void> {
  if (message.type === 'open') return open(message.setup);
  if (message.type === 'stop') return stop(instance);
  if (instance === undefined) throw new Error(`The host got '${message.type}' before it was open.`);
  if (message.type === 'load') return load(instance, message.environment);
  return runTimer(instance, message);
}

process.on('message', (message) => {
  // The other end of the channel is instance.ts, which sends nothing else.
  receive(message as ToHost).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    leave(1, {
      type: 'failed',
      message: error instanceof Error ? error.message : String(error),
      ...(code === undefined ? {} : { code }),
    });
  });
});

/** Ends the process after a last message, which goes out after all earlier ones. */
function leave(exitCode: number, lastMessage: FromHost): void {
  if (process.send === undefined || !process.connected) process.exit(exitCode);
  process.send(lastMessage, () => process.exit(exitCode));
}

// Ctrl-C reaches every process of the terminal; the parent decides what happens.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
send({ type: 'started' });
