// All emulators of an environment, and the runtime of its containers.

import { join } from 'node:path';
import type { Clock } from '../../src/lib/util/clock.ts';
import type { ContainerRuntime } from '../containers/runtime.ts';
import { type AlertReceivers, startAlertReceivers } from '../emulators/alert-receivers/alert-receivers.ts';
import type { Certificates } from '../emulators/certificates.ts';
import { type ComputeIdentity, startComputeIdentity } from '../emulators/compute-identity.ts';
import { type Identity, type IdentityOptions, startIdentity } from '../emulators/identity.ts';
import { type KeyVault, startKeyVault } from '../emulators/key-vault.ts';
import { readFeatures } from '../emulators/numerai/features.ts';
import { type NumeraiEmulator, type NumeraiOptions, startNumerai } from '../emulators/numerai/numerai.ts';
import { FileShares } from '../emulators/resource-manager/file-shares.ts';
import {
  type ResourceManager,
  type ResourceManagerOptions,
  startResourceManager,
} from '../emulators/resource-manager/resource-manager.ts';
import { startTableStorage, type TableStorage } from '../emulators/table-storage/table-storage.ts';
import { TokenAuthority } from '../emulators/tokens.ts';
import { type ContainerSurroundings, processRuntime, trusting } from './container-runtime.ts';
import { accountFor, DEMO_SECRETS } from './demo.ts';
import { makeJobs } from './made-jobs.ts';
import { type OwnSecrets, readOwnSecrets } from './own-secrets.ts';
import type { Programs } from './programs.ts';
import { roundsSince } from './rounds.ts';
import { createShares } from './shares.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from './subscription.ts';

const HOUR_MS = 3_600_000;

export interface EmulatorsOptions {
  /** Keeps state between starts. Default: state is kept in memory. */
  readonly folder?: string;
  /** Secrets in the vault, in addition to the demo's or in their place. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Default: processes on this machine. */
  readonly runtime?: ContainerRuntime | ((surroundings: ContainerSurroundings) => ContainerRuntime);
  /** A participant's own programs, run in place of their images: folders with a Dockerfile, by image. */
  readonly programs?: Programs;
  readonly identity?: Partial<Omit<IdentityOptions, 'certificates' | 'tokens'>>;
  /** Default: one account that has all models, and a round of 24 hours that opened an hour ago. */
  readonly numerai?: Partial<Omit<NumeraiOptions, 'certificates'>>;
  readonly resourceManager?: Partial<Omit<ResourceManagerOptions, 'certificates' | 'tokens' | 'runtime'>>;
}

export interface Emulators {
  readonly tokens: TokenAuthority;
  readonly identity: Identity;
  readonly computeIdentity: ComputeIdentity;
  readonly keyVault: KeyVault;
  readonly tables: TableStorage;
  readonly resourceManager: ResourceManager;
  readonly numerai: NumeraiEmulator;
  readonly alertReceivers: AlertReceivers;
  readonly runtime: ContainerRuntime;
}

/** Starts them one after the other; `resources` takes each as soon as there is something to close. */
export async function startEmulators(
  options: EmulatorsOptions,
  context: { certificates: Certificates; clock: Clock; models: unknown; sharesFolder: string },
  resources: AsyncDisposableStack,
): Promise<Emulators> {
  const { certificates, clock, models } = context;
  const shares = new FileShares(context.sharesFolder);
  const { folder } = options;
  const tokens = new TokenAuthority();
  const common = { certificates, tokens, clock };
  const adopt = <Resource extends { close(): Promise<void> }>(resource: Resource): Resource =>
    resources.adopt(resource, () => resource.close());

  const tables = adopt(
    await startTableStorage({
      ...common,
      folder: folder === undefined ? undefined : join(folder, 'tables'),
    }),
  );
  const alertReceivers = adopt(await startAlertReceivers(common));
  const identity = adopt(await startIdentity({ ...common, ...options.identity }));
  const computeIdentity = adopt(await startComputeIdentity(common));
  const numerai = adopt(
    await startNumerai({
      ...common,
      accounts: [accountFor(models)],
      schedule: roundsSince(new Date(clock.now().getTime() - HOUR_MS)),
      stateFile: folder === undefined ? undefined : join(folder, 'numerai.json'),
      ...(folder === undefined ? {} : { features: readFeatures(join(folder, 'features.json')) }),
      ...options.numerai,
    }),
  );
  const secrets = {
    ...DEMO_SECRETS,
    ...alertReceivers.secrets,
    ...createShares(shares, models),
    ...options.secrets,
  };
  const own = (): OwnSecrets => (folder === undefined ? {} : readOwnSecrets(folder));
  const keyVault = adopt(await startKeyVault({ ...common, secrets, own }));
  const runtime = adopt(
    createRuntime(options.runtime ?? processRuntime, certificates, numerai, options.programs ?? {}),
  );
  const resourceManager = adopt(
    await startResourceManager({
      ...common,
      runtime,
      subscriptionId: SUBSCRIPTION_ID,
      resourceGroups: [RESOURCE_GROUP],
      shares,
      ofCompute: computeIdentity.env,
      ...(folder === undefined ? {} : { stateFile: join(folder, 'container-groups.json') }),
      ...options.resourceManager,
    }),
  );
  makeJobs(resourceManager.jobs, models, () => ({ ...secrets, ...own() }));
  return { tokens, identity, computeIdentity, keyVault, tables, resourceManager, numerai, alertReceivers, runtime };
}

function createRuntime(
  runtime: NonNullable<EmulatorsOptions['runtime']>,
  certificates: Certificates,
  numerai: NumeraiEmulator,
  programs: Programs,
): ContainerRuntime {
  if (typeof runtime !== 'function') return runtime;
  const imageEnv = {
    ...trusting(certificates.authorityFile, certificates.bundleFile),
    NUMERAI_API_URL: numerai.url,
  };
  return runtime({ certificates, numeraiUrl: numerai.url, imageEnv, numerai, programs });
}
