// The whole local environment in one call: everything outside of the app as emulators, and the app itself
// in one or several hosts. `npm start` runs it with its state in a folder, tests run many at once.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';
import { ProcessRuntime } from '../containers/process.ts';
import type { ContainerRuntime } from '../containers/runtime.ts';
import {
  type AlertReceivers,
  startAlertReceivers,
} from '../emulators/alert-receivers/alert-receivers.ts';
import {
  type Certificates,
  ensureCertificates,
  trustAuthority,
} from '../emulators/certificates.ts';
import type { Emulator } from '../emulators/emulator.ts';
import { type Identity, type IdentityOptions, startIdentity } from '../emulators/identity.ts';
import { type KeyVault, startKeyVault } from '../emulators/key-vault.ts';
import {
  type NumeraiEmulator,
  type NumeraiOptions,
  startNumerai,
} from '../emulators/numerai/numerai.ts';
import {
  type ResourceManager,
  type ResourceManagerOptions,
  startResourceManager,
} from '../emulators/resource-manager/resource-manager.ts';
import { startTableStorage, type TableStorage } from '../emulators/table-storage/table-storage.ts';
import { TokenAuthority } from '../emulators/tokens.ts';
import { type Host, type HostOptions, startHost } from '../host/host.ts';
import { resolveVaultsLocally } from '../host/name-resolution.ts';
import { accountFor, DEMO_IMAGE, DEMO_SECRETS, demoImage, modelsAtNumerai } from './demo.ts';
import { roundsSince } from './rounds.ts';

export const SUBSCRIPTION_ID = '11111111-2222-4333-8444-555555555555';
export const RESOURCE_GROUP = 'numerai-containers';
export const LOCATION = 'westeurope';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOUR_MS = 3_600_000;

/** What a container runtime may want to know of the environment that its containers run in. */
export interface ContainerSurroundings {
  readonly certificates: Certificates;
  readonly numeraiUrl: string;
  /** Variables that a local image holds, so that its program finds Numerai's emulator and trusts it. */
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly numerai: NumeraiEmulator;
}

export interface EnvironmentOptions {
  /** Keeps state between starts; default: a temporary one that goes at the end, and tables in memory. */
  readonly folder?: string;
  /** The entries of `models.json`; default: the file of the project. */
  readonly models?: readonly object[];
  /** Secrets in the vault, beside or instead of the demo's. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Settings of the app, beside or instead of the environment's own. An empty one counts as absent. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The time of the emulators. The app itself reads the machine's clock. */
  readonly clock?: Clock;
  /** How many host instances are started; default 1. `addHost` starts more. */
  readonly hosts?: number;
  /** For every host: key checks, port of the first, timers by schedule (the first only), restart after a crash. */
  readonly host?: Partial<
    Pick<HostOptions, 'auth' | 'port' | 'timers' | 'restart' | 'onLog' | 'appFolder'>
  >;
  /** Default: processes on this machine. */
  readonly runtime?: ContainerRuntime | ((surroundings: ContainerSurroundings) => ContainerRuntime);
  readonly identity?: Partial<Omit<IdentityOptions, 'certificates' | 'tokens'>>;
  /** Default: one account that has all models, and a round of 24 hours that opened an hour ago. */
  readonly numerai?: Partial<Omit<NumeraiOptions, 'certificates'>>;
  readonly resourceManager?: Partial<
    Omit<ResourceManagerOptions, 'certificates' | 'tokens' | 'runtime'>
  >;
  /** Registers the first host's webhooks with Numerai's emulator; default false. */
  readonly registerWebhooks?: boolean;
  /** Sends alerts to the receivers; default false: the app has nowhere to send them. */
  readonly alerts?: boolean;
}

export interface Environment {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
  readonly identity: Identity;
  readonly keyVault: KeyVault;
  readonly tables: TableStorage;
  readonly resourceManager: ResourceManager;
  readonly numerai: NumeraiEmulator;
  readonly alertReceivers: AlertReceivers;
  readonly runtime: ContainerRuntime;
  /** By name, to put faults into: identity, keyVault, tables, resourceManager, numerai, alertReceivers. */
  readonly emulators: Readonly<Record<string, Emulator>>;
  /** What the app is configured with; tests that build the app in their own process use it too. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where state and the models file are. */
  readonly folder: string;
  /** All host instances, oldest first, also those that have ended. */
  readonly hosts: readonly Host[];
  /** The oldest host; throws where none was started. */
  readonly host: Host;
  /** Starts another instance of the app against the same emulators, with the same keys. */
  addHost(options?: Partial<HostOptions>): Promise<Host>;
  /** Ends everything. Hosts are killed: stop them first where they should end gracefully. */
  close(): Promise<void>;
}

/** Starts everything; what has been started already is ended where something fails. */
export async function startEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return await start(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: EnvironmentOptions,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Environment> {
  const clock = options.clock ?? systemClock;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'numerai-local-')));
  if (options.folder === undefined)
    closers.push(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'tables'), { recursive: true });
  const certificates = await ensureCertificates(join(folder, 'certificates'));
  trustAuthority(certificates);
  resolveVaultsLocally();
  const models = await readModels(options.models);

  const tokens = new TokenAuthority();
  const common = { certificates, tokens, clock };
  /** Notes how to end what has just been started. */
  const closing = async <Started extends { close(): Promise<void> }>(
    starting: Promise<Started>,
  ): Promise<Started> => {
    const started = await starting;
    closers.push(() => started.close());
    return started;
  };
  const tables = await closing(
    startTableStorage({
      ...common,
      ...(options.folder === undefined
        ? { inMemory: true as const }
        : { folder: join(folder, 'tables') }),
    }),
  );
  const alertReceivers = await closing(startAlertReceivers(common));
  const identity = await closing(startIdentity({ ...common, ...options.identity }));
  const numerai = await closing(
    startNumerai({
      ...common,
      accounts: [accountFor(models)],
      schedule: roundsSince(new Date(clock.now().getTime() - HOUR_MS)),
      stateFile: options.folder === undefined ? undefined : join(folder, 'numerai.json'),
      ...options.numerai,
    }),
  );
  const keyVault = await closing(
    startKeyVault({
      ...common,
      secrets: { ...DEMO_SECRETS, ...alertSecrets(alertReceivers), ...options.secrets },
    }),
  );
  const runtime = createRuntime(options.runtime, certificates, numerai);
  closers.push(() => runtime.close());
  const resourceManager = await closing(
    startResourceManager({
      ...common,
      runtime,
      subscriptionId: SUBSCRIPTION_ID,
      resourceGroups: [RESOURCE_GROUP],
      ...(options.folder === undefined ? {} : { stateFile: join(folder, 'container-groups.json') }),
      ...options.resourceManager,
    }),
  );

  const settings = withoutEmpty({
    AZURE_SUBSCRIPTION_ID: SUBSCRIPTION_ID,
    CONTAINER_RESOURCE_GROUP: RESOURCE_GROUP,
    CONTAINER_LOCATION: LOCATION,
    AZURE_CLIENT_ID: options.identity?.clientId ?? '',
    AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManager.url,
    KEY_VAULT_URL: keyVault.url,
    AzureWebJobsStorage__tableServiceUri: tables.endpoint,
    NUMERAI_API_URL: numerai.url,
    MODELS_FILE: options.models === undefined ? '' : await writeModels(folder, models),
    IDENTITY_ENDPOINT: identity.endpoint,
    IDENTITY_HEADER: identity.header,
    ALERT_WEBHOOKS:
      options.alerts === true
        ? 'discord:alert-discord,slack:alert-slack,teams:alert-teams,json:alert-json'
        : '',
    DASHBOARD_LINKS:
      options.alerts === true ? `Alerts that were received=${alertReceivers.emulator.url}/` : '',
    ...options.settings,
  });

  const hosts: Host[] = [];
  const addHost = async (more: Partial<HostOptions> = {}): Promise<Host> => {
    const { port, timers, ...shared } = options.host ?? {};
    const first = hosts.length === 0;
    const host = await startHost({
      appFolder: ROOT,
      environment: settings,
      authorityFile: certificates.authorityFile,
      stateFolder: join(folder, 'host'),
      ...shared,
      // A timer fires in one instance at a time.
      ...(first && port !== undefined ? { port } : {}),
      ...(first && timers !== undefined ? { timers } : {}),
      ...more,
    });
    hosts.push(host);
    closers.push(() => host.kill());
    return host;
  };
  for (let count = 0; count < (options.hosts ?? 1); count++) await addHost();
  const [firstHost] = hosts;
  if (options.registerWebhooks === true && firstHost !== undefined)
    registerWebhooks(numerai, firstHost, models, options.host?.auth === true);

  return {
    certificates,
    tokens,
    identity,
    keyVault,
    tables,
    resourceManager,
    numerai,
    alertReceivers,
    runtime,
    emulators: {
      identity: identity.emulator,
      keyVault: keyVault.emulator,
      tables: tables.emulator,
      resourceManager: resourceManager.emulator,
      numerai: numerai.emulator,
      alertReceivers: alertReceivers.emulator,
    },
    settings,
    folder,
    hosts,
    get host() {
      const [host] = hosts;
      if (host === undefined) throw new Error('This environment was started without a host.');
      return host;
    },
    addHost,
    close,
  };
}

/** The content of a models file, unchecked: the app checks it, and some tests want it wrong. */
async function readModels(models: readonly object[] | undefined): Promise<unknown> {
  if (models !== undefined) return { models };
  return JSON.parse(await readFile(join(ROOT, 'models.json'), 'utf8'));
}

async function writeModels(folder: string, content: unknown): Promise<string> {
  const file = join(folder, 'models.json');
  await writeFile(file, JSON.stringify(content, null, 2));
  return file;
}

const alertSecrets = (receivers: AlertReceivers): Record<string, string> =>
  Object.fromEntries(
    Object.entries(receivers.urls).map(([format, url]) => [`alert-${format}`, url]),
  );

function createRuntime(
  runtime: EnvironmentOptions['runtime'],
  certificates: Certificates,
  numerai: NumeraiEmulator,
): ContainerRuntime {
  const imageEnv = {
    NODE_EXTRA_CA_CERTS: certificates.authorityFile,
    NUMERAI_API_URL: numerai.url,
  };
  if (typeof runtime === 'function')
    return runtime({ certificates, numeraiUrl: numerai.url, imageEnv, numerai });
  return runtime ?? new ProcessRuntime({ images: { [DEMO_IMAGE]: demoImage(imageEnv) } });
}

/** As a participant enters it at Numerai: the URL of the model's webhook with the function's key. */
function registerWebhooks(
  numerai: NumeraiEmulator,
  host: Host,
  content: unknown,
  withKey: boolean,
): void {
  for (const model of modelsAtNumerai(content)) {
    const key = withKey ? `?code=${host.keys.functions.webhook?.default ?? ''}` : '';
    const registered = numerai.models.find(({ name }) => name === model.nameAtNumerai);
    if (registered !== undefined)
      registered.webhook = `${host.url}/api/webhook/${model.name}${key}`;
  }
}

const withoutEmpty = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
