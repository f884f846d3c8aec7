// `npm start`: the whole system on this machine, with its state in .local.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { buildApp, isStale } from '../scripts/build.ts';
import { createProgram, endWithReader } from '../scripts/command-line.ts';
import { addDrillOptions, type DrillOptions, drillOf } from './drills/options.ts';
import { tellEdits } from './edits.ts';
import type { Environment } from './environment/environment.ts';
import { type Programs, withProgram } from './environment/programs.ts';
import {
  DEFAULT_FOLDER,
  DRILL_FOLDER,
  firstOpening,
  reserveFolder,
  shortPath,
  writeSettings,
} from './environment/state-folder.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from './environment/subscription.ts';
import { UserError } from './environment/user-error.ts';
import type { LogEntry } from './host/log.ts';
import { readOwnModels } from './own-models.ts';
import { logLine } from './terminal/log-line.ts';
import { overview } from './terminal/overview.ts';

const DEFAULT_PORT = 7071;
const INSPECT_PORT = 9229;
/** Signals that end everything; a second one ends it at once. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * In Azure the watcher runs once a minute; here a person is waiting. A round is open all day, so the fallback
 * gives that person an hour to call the webhook.
 */
const SETTINGS = {
  WATCH_SCHEDULE: '*/2 * * * * *',
  FALLBACK_GRACE_MINUTES: '60',
  CONTAINER_APPS_LOG_WORKSPACE_ID: `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`,
};

/** Shown where the list of models is invalid. */
const DEMO = { name: 'demo', tournament: 8 } as const;

interface Options extends DrillOptions {
  readonly fresh?: boolean;
  readonly enableAuth?: boolean;
  /** Where state is kept. */
  readonly state?: string;
  readonly verbose?: boolean;
  readonly program?: Programs;
  /** Where a debugger may attach. */
  readonly inspect?: number;
  /** False where they are to stand still. */
  readonly timers: boolean;
}

const ENVIRONMENT_VARIABLES = `
Environment variables:
  PORT           the app's port, default ${DEFAULT_PORT}; 0 for a free one
  MODELS_FILE    models of your own, default models.json`;

const readOptions = (): Options =>
  addDrillOptions(createProgram('npm start --'))
    .description('Starts the app in its local environment.')
    .option('--fresh', 'start from scratch: delete the runs, submissions and keys of earlier starts')
    .option('--enable-auth', 'require keys, as Azure does')
    .addOption(
      new Option('--state <dir>', 'where state is kept')
        .argParser((folder) => resolve(folder))
        .default(undefined, '.local, or .local/drill'),
    )
    .addOption(
      new Option(
        '--program <image=folder>',
        'run the folder of a Dockerfile in place of the image built of it',
      ).argParser(withProgram),
    )
    .option('--no-timers', 'let the timers stand still, to see what the app does without them')
    .addOption(
      new Option('--inspect [port]', `let a debugger attach to the app, at port ${INSPECT_PORT} or another one`)
        .preset(String(INSPECT_PORT))
        .argParser((port) => portOf('--inspect', port)),
    )
    .option('--verbose', 'show every line of the Functions host')
    .addHelpText('after', ENVIRONMENT_VARIABLES)
    .parse()
    .opts<Options>();

function portOf(name: string, given: string): number {
  const port = /^\d+$/.test(given) ? Number(given) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw new UserError(`${name} is "${given}"; it must be a number from 0 to 65535.`);
}

async function main(): Promise<void> {
  const options = readOptions();
  const port = portOf('PORT', process.env.PORT || String(DEFAULT_PORT));
  const startedAt = performance.now();
  await checkPort(port);
  const modelsFile = process.env.MODELS_FILE ?? '';
  const { drill, closesIn } = drillOf(options, modelsFile);
  const own = drill === null ? await readOwnModels(modelsFile) : null;
  const models = drill ?? own?.options ?? {};
  // What earlier starts have left must not be in the way of a drill, nor a drill in theirs.
  const state = options.state ?? (closesIn === null ? DEFAULT_FOLDER : DRILL_FOLDER);
  await reserveFolder(state, options.fresh === true || closesIn !== null);
  if (!process.stdout.isTTY) console.log('Building and starting the app …');
  if (await isStale()) await buildApp();
  // Loaded only now: they take a third of a second, which an error in the options should not have to wait for.
  const { startEnvironment } = await import('./environment/environment.ts');
  const { localRuntime } = await import('./environment/container-runtime.ts');
  const { makeExisting } = await import('./environment/existing.ts');
  const { roundsClosingIn, roundsSince } = await import('./environment/rounds.ts');

  const timers = new Set<string>();
  const environment = await startEnvironment({
    folder: state,
    ...models,
    programs: options.program ?? {},
    settings: { ...SETTINGS, ...drill?.settings },
    runtime: await localRuntime(state),
    alerts: true,
    registerWebhooks: true,
    numerai: {
      schedule: closesIn === null ? roundsSince(await firstOpening(state)) : roundsClosingIn(closesIn, new Date()),
      callAtOpening: true,
    },
    host: {
      port,
      auth: options.enableAuth === true,
      timers: options.timers,
      inspect: options.inspect,
      restart: true,
      onLog: (entry) => show(entry, timers, options.verbose === true),
    },
  });
  makeExisting(environment.resourceManager, [models.models ?? [], 'jobs' in models ? models.jobs : []].flat());
  endOnSignal(environment);
  const { host, settings, certificates, folder } = environment;
  for (const name of host.timers) timers.add(name);
  // No secret is among them: secrets come from the vault, whose name `preload.ts` resolves to this machine.
  writeSettings(folder, {
    ...settings,
    LOCAL_AUTHORITY_FILE: certificates.authorityFile,
    NODE_OPTIONS: `--import=${new URL('environment/preload.ts', import.meta.url).href}`,
    PUBLIC_URL: host.url,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const elsewhere = options.state === undefined ? '' : ` --state ${quoted(shortPath(folder))}`;
  const fresh = closesIn === null ? `npm start -- --fresh${elsewhere}` : null;
  console.log(describe(environment, options.enableAuth === true, seconds, fresh));
  const missing = (own?.secretNames ?? []).filter((name) => !environment.keyVault.has(name));
  if (missing.length > 0)
    console.log(
      `${modelsFile || 'models.json'} names secrets that the vault here does not have. Set each, also while this runs:\n${missing.map((name) => `  npm run numerai -- secret ${name}${elsewhere}`).join('\n')}\n`,
    );
  if (drill === null) {
    const read = async () => (await readOwnModels(modelsFile)).text;
    tellEdits(modelsFile || 'models.json', own?.text ?? '', read, console.log);
    return;
  }
  const { carryOut } = await import('./drills/stage.ts');
  console.log(`Drill: ${drill.what} …`);
  await carryOut(drill, environment);
  console.log('It has happened. What there is to do stands on the dashboard, and in the alerts.');
}

/** As a word of a command line. */
const quoted = (path: string): string => (/^[\w./~:\\-]+$/.test(path) ? path : `'${path}'`);

/** Checks the port before anything is started: it is the one thing that another process may have taken. */
async function checkPort(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      const other = port === DEFAULT_PORT ? DEFAULT_PORT + 1 : DEFAULT_PORT;
      throw new UserError(
        `Port ${port} is in use. Stop the process that uses it, or choose another port: PORT=${other} npm start`,
      );
    }
    if (code === 'EACCES') throw new UserError(`You may not use port ${port}. Choose a port above 1023.`);
    throw error;
  }
  server.close();
  await once(server, 'close');
}

function endOnSignal({ host, close }: Environment): void {
  let isEnding = false;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isEnding) process.exit(1);
    isEnding = true;
    if (signal === 'SIGINT')
      console.log('\nStopping, once the calls under way have ended. Ctrl-C again stops at once.');
    await host.stop();
    await close();
    process.exit(0);
  };
  for (const signal of END_SIGNALS) process.on(signal, () => void end(signal));
}

function describe(environment: Environment, withKeys: boolean, seconds: number, fresh: string | null): string {
  const { host, folder, numerai, keyVault, tables, resourceManager } = environment;
  const { identity, alertReceivers } = environment;
  const now = new Date();
  const [model = DEMO] = environment.models;
  const round = numerai.rounds.current(model.tournament);
  return overview({
    seconds,
    url: host.url,
    model: model.name,
    now,
    folder: shortPath(folder),
    fresh,
    round: { number: round?.number ?? 0, closesAt: round?.closeStakingTime ?? now },
    emulators: [
      ['Numerai', numerai.url, 'GraphQL, data, uploads; calls the webhook'],
      ['Resource Manager', resourceManager.url, 'container groups, jobs, workspaces; what they run really runs'],
      ['Key Vault', keyVault.url, "the demo's secrets"],
      ['Table Storage', tables.emulator.url, 'Azurite with token authentication'],
      ['Managed identity', identity.emulator.url, 'tokens for the three above'],
      ['Alerts', alertReceivers.emulator.url, 'shows what Discord, Slack, Teams and a webhook get'],
    ],
    ...(withKeys
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

/** What is said of a folder or a disk that takes nothing; null of all else, which is a fault of this program. */
function ofTheDisk(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error && 'code' in error)) return null;
  return /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EEXIST|ENOTDIR|ENAMETOOLONG)$/.test(String(error.code))
    ? `The state cannot be kept: ${error.message}. Make it possible there, or name another folder: npm start -- --state FOLDER`
    : null;
}

// What has started by then is ended in order.
endWithReader(() => process.kill(process.pid, 'SIGTERM'));
try {
  await main();
} catch (error) {
  console.error(error instanceof UserError ? error.message : (ofTheDisk(error) ?? error));
  process.exit(1);
}
