// The one simulated world: Azure, Numerai and the receivers of alerts as emulators, a clock that stands still
// until it is moved, containers that are only simulated, and the file with the models. What happens in it, and
// which instances of the app live in it, is its users' business.

import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenCredential } from '@azure/identity';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { type AlertReceivers, startAlertReceivers } from '../../../local/emulators/alert-receivers/alert-receivers.ts';
import { ensureCertificates, trustAuthority } from '../../../local/emulators/certificates.ts';
import { type KeyVault, startKeyVault } from '../../../local/emulators/key-vault.ts';
import { type NumeraiEmulator, type NumeraiOptions, startNumerai } from '../../../local/emulators/numerai/numerai.ts';
import { FileShares } from '../../../local/emulators/resource-manager/file-shares.ts';
import {
  type ResourceManager,
  type ResourceManagerOptions,
  startResourceManager,
} from '../../../local/emulators/resource-manager/resource-manager.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { LOCATION, RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../../local/environment/subscription.ts';
import { resolveVaultsLocally } from '../../../local/host/name-resolution.ts';
import { type Carrier, carryInProcess, carryOverSockets } from './carrier.ts';
import type { Dependency } from './fate.ts';
import { credentialOf, RememberedTokens } from './identity.ts';
import { type SimulatedTables, tablesInMemory, tablesOverSockets } from './tables.ts';

/** How long Azure takes, in milliseconds. Quick, so that a start that comes twice restarts the container and is not refused. */
export const DELAYS = {
  accept: 200,
  pulling: 2_000,
  starting: 300,
  stopping: 5_000,
  deleting: 10_000,
  pullRetry: 30_000,
  mountRetry: 105_000,
  pullGivesUpAfter: 30 * 60_000,
  tryingAgain: 60_000,
} as const;

export interface WorldOptions {
  /** When it begins. */
  readonly start: Date | string;
  readonly numerai: Pick<NumeraiOptions, 'accounts' | 'schedule' | 'callWebhook'>;
  readonly resourceManager?: Pick<
    ResourceManagerOptions,
    'coreQuota' | 'delays' | 'pageSize' | 'rateLimits' | 'throttling'
  >;
  /** Secrets in the vault, beside those of the receivers of alerts. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Settings of the app, beside or instead of the world's own. An empty one counts as absent. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Real connections and Azurite instead of calls in this process: much slower. */
  readonly overSockets?: boolean;
}

export interface World {
  readonly clock: SimulatedClock;
  readonly runtime: SimulatedRuntime;
  readonly tables: SimulatedTables;
  readonly resourceManager: ResourceManager;
  readonly keyVault: KeyVault;
  readonly numerai: NumeraiEmulator;
  readonly alertReceivers: AlertReceivers;
  readonly credential: TokenCredential;
  readonly carrier: Carrier;
  /** By host and port. */
  readonly dependencies: ReadonlyMap<string, Dependency>;
  /** What an instance of the app is configured with. */
  readonly settings: Readonly<Record<string, string>>;
  /** Holds `models.json`. */
  readonly folder: string;
  /** Writes `models.json`: instances that start from now on have these models and jobs. */
  setModels(models: readonly object[], jobs?: readonly object[]): void;
  close(): Promise<void>;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const { overSockets = false, numerai: numeraiOptions } = options;
  const folder = await mkdtemp(join(tmpdir(), 'world-'));
  const certificates = await ensureCertificates(join(folder, 'certificates'));
  const clock = new SimulatedClock(options.start);
  const tokens = new RememberedTokens();
  const credential = credentialOf(tokens);
  const common = { certificates, tokens, clock };
  const runtime = new SimulatedRuntime({ clock });
  if (overSockets) {
    trustAuthority(certificates);
    resolveVaultsLocally();
  }
  const tables = overSockets ? await tablesOverSockets(common, credential) : tablesInMemory(common);
  const alertReceivers = await startAlertReceivers(common);
  const numerai = await startNumerai({ ...common, ...numeraiOptions });
  const keyVault = await startKeyVault({
    ...common,
    secrets: {
      ...alertReceivers.secrets,
      ...options.secrets,
    },
  });
  const resourceManager = await startResourceManager({
    ...common,
    runtime,
    subscriptionId: SUBSCRIPTION_ID,
    resourceGroups: [RESOURCE_GROUP],
    shares: new FileShares(join(folder, 'shares')),
    ...options.resourceManager,
  });

  const places = [
    [tables.endpoint, 'tables', tables.emulator],
    [resourceManager.url, 'resource-manager', resourceManager.emulator],
    [keyVault.url, 'key-vault', keyVault.emulator],
    [numerai.url, 'numerai', numerai.emulator],
    [alertReceivers.emulator.url, 'alerts', alertReceivers.emulator],
  ] as const;
  const settings = {
    AZURE_SUBSCRIPTION_ID: SUBSCRIPTION_ID,
    CONTAINER_RESOURCE_GROUP: RESOURCE_GROUP,
    CONTAINER_APPS_LOG_WORKSPACE_ID: `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`,
    CONTAINER_LOCATION: LOCATION,
    AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManager.url,
    KEY_VAULT_URL: keyVault.url,
    AzureWebJobsStorage__tableServiceUri: tables.endpoint,
    NUMERAI_API_URL: numerai.url,
    ...options.settings,
  };
  return {
    clock,
    runtime,
    tables,
    resourceManager,
    keyVault,
    numerai,
    alertReceivers,
    credential,
    carrier: overSockets
      ? carryOverSockets()
      : carryInProcess(new Map(places.map(([url, , emulator]) => [new URL(url).origin, emulator]))),
    dependencies: new Map(places.map(([url, dependency]) => [new URL(url).host, dependency])),
    settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')),
    folder,
    setModels: (models, jobs = []) =>
      writeFileSync(join(folder, 'models.json'), JSON.stringify({ models, ...(jobs.length > 0 && { jobs }) })),
    async close() {
      await runtime.close();
      for (const part of [resourceManager, numerai, keyVault, alertReceivers, tables]) await part.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
