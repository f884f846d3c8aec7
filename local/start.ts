// `npm start`: the whole system on this machine, with its state in .local.

import { once } from 'node:events';
import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp, isStale } from '../scripts/build.ts';
import { createProgram } from '../scripts/command-line.ts';
import { localRuntime } from './environment/container-runtime.ts';
import { type Environment, startEnvironment } from './environment/environment.ts';
import { roundsSince } from './environment/rounds.ts';
import { isRunning } from './environment/running.ts';
import type { Host } from './host/host.ts';
import type { LogEntry } from './host/log.ts';
import { logLine, overview } from './terminal/overview.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** All that the environment keeps in its folder. */
const STATE = [
  'certificates',
  'container-groups.json',
  'first-opening',
  'host',
  'models.json',
  'numerai.json',
  'settings.env',
  'tables',
];
const DEFAULT_PORT = 7071;
/** Signals that end everything; the second one at once. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * In Azure the watcher looks once a minute; here somebody is waiting. With a round open all day, the
 * fallback leaves people an hour to call the webhook themselves.
 */
const SETTINGS = { WATCH_SCHEDULE: '*/5 * * * * *', FALLBACK_GRACE_MINUTES: '60' };

/** What a person can put right: shown as one sentence, without a stack. */
class Refusal extends Error {}

interface Options {
  readonly fresh?: boolean;
  readonly enableAuth?: boolean;
  /** Where state is kept. */
  readonly state: string;
  readonly verbose?: boolean;
}

const ENVIRONMENT_VARIABLES = `
Environment variables:
  PORT           the app's port, default ${DEFAULT_PORT}; 0 for a free one
  MODELS_FILE    models of your own, default models.json`;

const readOptions = (): Options =>
  createProgram('npm start --')
    .description('Starts the app in its local environment.')
    .option('--fresh', 'begin anew: forget runs, submissions and keys of earlier starts')
    .option('--enable-auth', 'require keys, as Azure does')
    .option(
      '--state <dir>',
      'where state is kept',
      (folder) => resolve(folder),
      join(ROOT, '.local'),
    )
    .option('--verbose', 'show every line of the Functions host')
    .addHelpText('after', ENVIRONMENT_VARIABLES)
    .parse()
    .opts<Options>();

function portOf(given: string): number {
  const port = given === '' ? DEFAULT_PORT : Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Refusal(`PORT is "${given}"; it has to be a number from 0 to 65535.`);
}

async function main(): Promise<void> {
  const options = readOptions();
  const port = portOf(process.env.PORT ?? '');
  const startedAt = performance.now();
  await checkPort(port);
  await takeFolder(options.state, options.fresh === true);
  if (!process.stdout.isTTY) console.log('Building and starting …');
  if (await isStale()) await buildApp();
  const timers = new Set<string>();
  const environment = await startEnvironment({
    folder: options.state,
    settings: SETTINGS,
    ...(await ownModels()),
    runtime: await localRuntime(options.state),
    alerts: true,
    registerWebhooks: true,
    numerai: { schedule: roundsSince(await firstOpening(options.state)), callAtOpening: true },
    host: {
      port,
      auth: options.enableAuth === true,
      timers: true,
      restart: true,
      onLog: (entry) => show(entry, timers, options.verbose === true),
    },
  });
  const { host } = environment;
  endOnSignal(environment, host);
  for (const name of await timerFunctions(host)) timers.add(name);
  await writeSettings(environment, host);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(describe(environment, host, options, seconds));
}

/** Said before anything is started: the port is the one thing that somebody else may have. */
async function checkPort(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new Refusal(
        `Port ${port} is in use. End what uses it, or choose another: PORT=${port === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT} npm start`,
      );
    if (code === 'EACCES')
      throw new Refusal(`Port ${port} may not be used here. Choose one over 1023.`);
    throw error;
  }
  server.close();
  await once(server, 'close');
}

/** Two environments on one folder would spoil each other's state. */
async function takeFolder(folder: string, fresh: boolean): Promise<void> {
  const lock = join(folder, 'running');
  if (existsSync(lock)) {
    const owner = Number(await readFile(lock, 'utf8'));
    if (isRunning(owner))
      throw new Refusal(
        `The local environment runs already (process ${owner}), with its state in ${shown(folder)}. End it first, with Ctrl-C in its terminal.`,
      );
  }
  if (fresh) {
    // Just what is known to be state, whatever folder was named.
    for (const name of STATE) await rm(join(folder, name), { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  await writeFile(lock, String(process.pid));
  process.on('exit', () => {
    if (existsSync(lock) && readFileSync(lock, 'utf8') === String(process.pid)) unlinkSync(lock);
  });
}

/** As short as the terminal's own folder allows. */
const shown = (folder: string): string => {
  const short = relative(process.cwd(), folder);
  return short === '' || short.startsWith('..') ? folder : short;
};

/** The models of the file that MODELS_FILE names, if it does. */
async function ownModels(): Promise<{ models?: readonly object[] }> {
  const file = process.env.MODELS_FILE ?? '';
  if (file === '') return {};
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof content === 'object' && content !== null && 'models' in content)
      if (Array.isArray(content.models)) return { models: content.models };
    throw new Refusal(`MODELS_FILE is "${file}", which has no list of models.`);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal(`MODELS_FILE is "${file}", which cannot be read: ${reason}`);
  }
}

/** When the first round opened: at the first start, so that nothing is due yet when somebody tries things out. */
async function firstOpening(folder: string): Promise<Date> {
  const file = join(folder, 'first-opening');
  if (!existsSync(file)) await writeFile(file, new Date().toISOString());
  return new Date(await readFile(file, 'utf8'));
}

function endOnSignal(environment: Environment, host: Host): void {
  let ending = false;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ending) process.exit(1);
    ending = true;
    if (signal === 'SIGINT')
      console.log('\nEnding. What is under way may finish; Ctrl-C again to end at once.');
    await host.stop();
    await environment.close();
    process.exit(0);
  };
  for (const signal of END_SIGNALS) process.on(signal, () => void end(signal));
}

/** Their ticks are shown only when they do something. */
async function timerFunctions(host: Host): Promise<string[]> {
  const response = await fetch(`${host.url}/admin/functions`, {
    headers: { 'x-functions-key': host.masterKey },
  });
  // The host's own answer: see describe() in host/server.ts.
  const functions = (await response.json()) as { name: string; isDirect: boolean }[];
  return functions.filter(({ isDirect }) => !isDirect).map(({ name }) => name);
}

/**
 * The settings as a file for commands that are run beside the app (`node --env-file=.local/settings.env`).
 * No secret is in it: they come from the vault, whose name the preload makes lead to this machine.
 */
async function writeSettings(environment: Environment, host: Host): Promise<void> {
  const all = {
    ...environment.settings,
    LOCAL_AUTHORITY_FILE: environment.certificates.authorityFile,
    NODE_OPTIONS: `--import=${new URL('environment/preload.ts', import.meta.url).href}`,
    PUBLIC_URL: host.url,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  await writeFile(join(environment.folder, 'settings.env'), `${lines.join('\n')}\n`, {
    mode: 0o600,
  });
}

function describe(environment: Environment, host: Host, options: Options, seconds: number): string {
  const { emulators, numerai, keyVault } = environment;
  const now = new Date();
  const round = numerai.rounds.current(8);
  const url = (name: string) => emulators[name]?.url ?? '';
  return overview({
    seconds,
    url: host.url,
    now,
    folder: shown(options.state),
    round: { number: round?.number ?? 0, closesAt: round?.closeStakingTime ?? now },
    emulators: [
      { name: 'Numerai', url: url('numerai'), note: 'GraphQL, data, uploads; calls the webhook' },
      {
        name: 'Resource Manager',
        url: url('resourceManager'),
        note: 'container groups, which really run',
      },
      { name: 'Key Vault', url: keyVault.url, note: "the demo's secrets" },
      { name: 'Table Storage', url: url('tables'), note: 'Azurite with token authentication' },
      { name: 'Managed identity', url: url('identity'), note: 'tokens for the three above' },
      {
        name: 'Alerts',
        url: url('alertReceivers'),
        note: 'what Discord, Slack, Teams and a webhook got',
      },
    ],
    ...(options.enableAuth
      ? {
          keys: {
            webhook: host.keys.functions.webhook?.default ?? '',
            master: host.masterKey,
          },
        }
      : {}),
  });
}

function show(entry: LogEntry, timers: ReadonlySet<string>, verbose: boolean): void {
  const line = verbose ? `[${entry.time}] ${entry.message}` : logLine(entry, timers);
  if (line !== undefined) console.log(line);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exit(1);
}
