// The whole local environment in one call: every service outside the app as an emulator, and the app itself
// in one or several hosts. `npm start` runs it with its state in a folder; tests run many at once.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';
import {
  type Certificates,
  ensureCertificates,
  sharedCertificates,
  trustAuthority,
} from '../emulators/certificates.ts';
import type { Emulator } from '../emulators/emulator.ts';
import type { NumeraiEmulator } from '../emulators/numerai/numerai.ts';
import { replaceFile } from '../files/replace-file.ts';
import { type Host, type HostOptions, startHost } from '../host/host.ts';
import { resolveVaultsLocally } from '../host/name-resolution.ts';
import { type ModelAtNumerai, modelsAtNumerai } from './demo.ts';
import { type Emulators, type EmulatorsOptions, startEmulators } from './emulators.ts';
import { settingsFor, withoutEmpty } from './settings.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface EnvironmentOptions extends EmulatorsOptions {
  /** The entries of `models.json`. Default: the file of the project. */
  readonly models?: readonly object[];
  /** Its jobs, where `models` are given. */
  readonly jobs?: readonly object[];
  /** Settings of the app, in addition to the environment's own or in their place. An empty one counts as absent. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The time of the emulators. The app itself reads the machine's clock. */
  readonly clock?: Clock;
  /** How many host instances are started; default 1. `addHost` starts more. */
  readonly hosts?: number;
  /** For every host: key checks, restart after a crash. For the first only: port, timers by schedule. */
  readonly host?: Partial<
    Pick<HostOptions, 'auth' | 'port' | 'timers' | 'restart' | 'onLog' | 'appFolder' | 'inspect'>
  >;
  /** Registers the first host's webhooks with Numerai's emulator; default false. */
  readonly registerWebhooks?: boolean;
  /** Sends alerts to the emulated receivers; default false: the app has nowhere to send them. */
  readonly alerts?: boolean;
}

export interface Environment extends Emulators {
  readonly certificates: Certificates;
  /** By name, to put faults into: identity, keyVault, tables, resourceManager, numerai, alertReceivers. */
  readonly emulators: Readonly<Record<string, Emulator>>;
  /** What the app is configured with; for tests that build the app in their own process. */
  readonly settings: Readonly<Record<string, string>>;
  /** The models of the models file; none where it is invalid. */
  readonly models: readonly ModelAtNumerai[];
  /** Where state and the models file are. */
  readonly folder: string;
  /** All host instances, oldest first, including those that have ended. */
  readonly hosts: readonly Host[];
  /** The oldest host; throws if none was started. */
  readonly host: Host;
  /** Starts another instance of the app against the same emulators, with the same keys. */
  addHost(options?: Partial<HostOptions>): Promise<Host>;
  /** Ends everything. Hosts are killed: stop them first if they are to end gracefully. */
  close(): Promise<void>;
}

/** Starts everything. If a step fails, what has been started before it is ended. */
export async function startEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  await using starting = new AsyncDisposableStack();
  const clock = options.clock ?? systemClock;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'numerai-local-')));
  if (options.folder === undefined) starting.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates =
    options.folder === undefined ? await sharedCertificates() : await ensureCertificates(join(folder, 'certificates'));
  trustAuthority(certificates);
  resolveVaultsLocally();

  const models = await readModels(options);
  const emulators = await startEmulators(
    options,
    { certificates, clock, models, sharesFolder: join(folder, 'shares') },
    starting,
  );
  const settings = withoutEmpty({
    ...settingsFor(emulators, {
      clientId: options.identity?.clientId,
      modelsFile: options.models === undefined ? undefined : writeModels(folder, models),
      alerts: options.alerts === true,
    }),
    ...options.settings,
  });

  const hosts: Host[] = [];
  const startNext = async (more: Partial<HostOptions>): Promise<Host> => {
    const { port, timers, ...shared } = options.host ?? {};
    // A timer fires in one instance at a time.
    const ofFirst = {
      ...(port === undefined ? {} : { port }),
      ...(timers === undefined ? {} : { timers }),
    };
    const host = await startHost({
      appFolder: ROOT,
      environment: settings,
      authorityFile: certificates.authorityFile,
      stateFolder: join(folder, 'host'),
      ...shared,
      ...(hosts.length === 0 ? ofFirst : {}),
      ...more,
    });
    hosts.push(host);
    return host;
  };
  starting.defer(async () => {
    await Promise.all(hosts.map((host) => host.kill()));
  });
  for (let count = 0; count < (options.hosts ?? 1); count++) await startNext({});
  const [firstHost] = hosts;
  if (options.registerWebhooks === true && firstHost !== undefined)
    registerWebhooks(emulators.numerai, firstHost, models, options.host?.auth === true);

  const started = starting.move();
  return {
    ...emulators,
    certificates,
    emulators: {
      identity: emulators.identity.emulator,
      keyVault: emulators.keyVault.emulator,
      tables: emulators.tables.emulator,
      resourceManager: emulators.resourceManager.emulator,
      numerai: emulators.numerai.emulator,
      alertReceivers: emulators.alertReceivers.emulator,
    },
    settings,
    models: modelsAtNumerai(models),
    folder,
    hosts,
    get host() {
      const [host] = hosts;
      if (host === undefined) throw new Error('This environment was started without a host.');
      return host;
    },
    addHost: (more = {}) => startNext(more),
    close: () => started.disposeAsync(),
  };
}

/** The content of a models file, unchecked: the app checks it, and some tests give it a bad one. */
async function readModels({ models, jobs }: Pick<EnvironmentOptions, 'models' | 'jobs'>): Promise<unknown> {
  if (models !== undefined) return { models, ...(jobs !== undefined && { jobs }) };
  return JSON.parse(await readFile(join(ROOT, 'models.json'), 'utf8'));
}

function writeModels(folder: string, content: unknown): string {
  const file = join(folder, 'models.json');
  replaceFile(file, JSON.stringify(content, null, 2));
  return file;
}

/** Registers what a participant would enter at Numerai: the URL of the model's webhook with the function's key. */
function registerWebhooks(numerai: NumeraiEmulator, host: Host, content: unknown, withKey: boolean): void {
  const key = withKey ? `?code=${host.keys.functions.webhook?.default ?? ''}` : '';
  for (const model of modelsAtNumerai(content)) {
    const registered = numerai.models.find(({ name }) => name === model.nameAtNumerai);
    if (registered !== undefined && model.isFirst) registered.webhook = `${host.url}/api/webhook/${model.name}${key}`;
  }
}
