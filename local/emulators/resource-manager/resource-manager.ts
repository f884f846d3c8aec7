// The emulator of Azure Resource Manager, with the container groups, the Container Apps jobs and the Machine Learning
// workspaces in it.

import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/lib/util/clock.ts';
import type { ContainerRuntime } from '../../containers/runtime.ts';
import type { Certificates } from '../certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from '../emulator.ts';
import type { TokenAuthority } from '../tokens.ts';
import { type AdmissionOptions, admit, GROUP_CALLS } from './admission.ts';
import { ArmError } from './arm-error.ts';
import { isOfContainerApps, JOB_CALLS } from './container-apps/calls.ts';
import { Jobs } from './container-apps/jobs.ts';
import { answerQuery, isOfLogs, LOG_CALLS } from './container-apps/logs.ts';
import { type Delays, SHORT_DELAYS } from './delays.ts';
import { FileShares } from './file-shares.ts';
import { type GroupFixture, Groups } from './groups.ts';
import {
  type BucketKind,
  type BucketLimits,
  type CountedCall,
  DEFAULT_CORE_QUOTA,
  DEFAULT_GROUP_QUOTA,
  type RateLimit,
  TokenBuckets,
} from './limits.ts';
import type { Capacity } from './locations.ts';
import { isOfMachineLearning, WORKSPACE_CALLS } from './machine-learning/calls.ts';
import { answerDataPlane, isOfDataPlane } from './machine-learning/data-plane.ts';
import { Workspaces } from './machine-learning/workspaces.ts';
import { Provider } from './provider.ts';
import { type Roles, Scope } from './scope.ts';
import { restore, StateFile } from './state-file.ts';
import type { RegistryAccess } from './validation.ts';

export interface ResourceManagerOptions {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
  readonly runtime: ContainerRuntime;
  readonly subscriptionId: string;
  readonly resourceGroups: readonly string[];
  readonly clock?: Clock;
  /** In place of `SHORT_DELAYS`. */
  readonly delays?: Partial<Delays>;
  /** What each caller may do, by client id. Default: every caller with a token may do everything. */
  readonly roles?: Roles;
  /** Registries that require credentials, by server; all others are public. */
  readonly registries?: Readonly<Record<string, RegistryAccess>>;
  /** Limits of creates, and of deletes, per region; default none. `DOCUMENTED_LIMITS` are Azure's. */
  readonly rateLimits?: readonly RateLimit[];
  /** Container groups per region; default 100, as in Azure. */
  readonly groupQuota?: number;
  /** Cores per region; default 100, as in Azure. */
  readonly coreQuota?: number;
  /** Resource Manager's own throttling; default none. `DOCUMENTED_BUCKETS` are Azure's. */
  readonly throttling?: BucketLimits;
  /**
   * Whether a group can be deleted while it is created, started or stopped. Azure's documentation does not say,
   * and reports differ. Default: accepted.
   */
  readonly deletesInTransition?: 'accepted' | 'refused';
  /** Keeps the groups between two starts; default: they are not kept. */
  readonly stateFile?: string;
  /** The storage accounts whose shares groups mount; default: none that keeps anything. */
  readonly shares?: FileShares;
  /** Variables by which a job of Machine Learning finds the identity of its compute; default: none. */
  readonly ofCompute?: Readonly<Record<string, string>>;
  /** Groups, executions or jobs per page of a list. */
  readonly pageSize?: number;
  readonly port?: number;
}

export interface ResourceManager {
  readonly emulator: Emulator;
  /** `AZURE_RESOURCE_MANAGER_ENDPOINT` */
  readonly url: string;
  /** The groups, to inspect and to change. */
  readonly groups: Groups;
  /** The Container Apps jobs, to be made, inspected and changed. */
  readonly jobs: Jobs;
  /** The Machine Learning workspaces, to be made, inspected and changed. */
  readonly workspaces: Workspaces;
  /** The subscription, the resource groups, their locks and the roles, to be changed while the app runs. */
  readonly scope: Scope;
  /** The storage accounts with the shares that groups mount, to be made and changed. */
  readonly shares: FileShares;
  /** Creates a group as a participant's own. Leaves one of this name, kept from the last start, as it is. */
  createGroup(fixture: GroupFixture): void;
  /** Sets how much room a region has. */
  setCapacity(location: string, capacity: Capacity): void;
  /** Sets whether a registry, such as `docker.io`, asks to be left alone: groups with its images are refused. */
  setThrottled(registry: string, isThrottled: boolean): void;
  /** The cores that each region gives from now on. */
  setCoreQuota(cores: number): void;
  /** Others of the subscription create, or delete, so many groups of a region now: that counts with its rate limits. */
  spend(what: CountedCall, location: string, count: number): void;
  /** Sets whether something else with the app's identity takes each token of a bucket as it comes. */
  setDrained(bucket: BucketKind, isDrained: boolean): void;
  /** Stops all containers and the server. */
  close(): Promise<void>;
}

/** Starts the emulator on a free port. */
export async function startResourceManager(options: ResourceManagerOptions): Promise<ResourceManager> {
  const clock = options.clock ?? systemClock;
  const scope = new Scope(options.subscriptionId, options.resourceGroups, options.roles);
  const shares = options.shares ?? new FileShares(join(tmpdir(), `shares-${randomUUID()}`));
  let url = '';
  const state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => provider);
  const provider = new Provider({
    clock,
    runtime: options.runtime,
    delays: { ...SHORT_DELAYS, ...options.delays },
    scope,
    shares,
    registries: options.registries ?? {},
    rateLimits: options.rateLimits ?? [],
    groupQuota: options.groupQuota ?? DEFAULT_GROUP_QUOTA,
    coreQuota: options.coreQuota ?? DEFAULT_CORE_QUOTA,
    pageSize: options.pageSize ?? 100,
    deletesInTransition: options.deletesInTransition ?? 'accepted',
    url: () => url,
    changed: state?.changed ?? (() => {}),
  });
  const common = {
    clock,
    runtime: options.runtime,
    delays: { ...SHORT_DELAYS, ...options.delays },
    subscriptionId: options.subscriptionId,
    resourceGroup: options.resourceGroups[0] ?? 'local',
    pageSize: options.pageSize ?? 100,
    url: () => url,
  };
  const jobs = new Jobs(common);
  const workspaces = new Workspaces({ ...common, ofCompute: options.ofCompute ?? {} });
  if (options.stateFile !== undefined) await restore(options.stateFile, provider);
  const buckets = options.throttling === undefined ? undefined : new TokenBuckets(options.throttling);
  const serve = (request: EmulatorCall, admission: AdmissionOptions) => {
    const { pathname } = request.url;
    if (isOfContainerApps(pathname))
      return served(admit(request, admission, JOB_CALLS), (admitted) => jobs.answer(admitted, request));
    if (isOfLogs(pathname)) return served(admit(request, admission, LOG_CALLS), () => answerQuery(jobs, request));
    if (isOfMachineLearning(pathname))
      return served(admit(request, admission, WORKSPACE_CALLS), (admitted) => workspaces.answer(admitted, request));
    return served(admit(request, admission, GROUP_CALLS), (admitted) => provider.answer(admitted, request));
  };
  const handle = (request: EmulatorCall): EmulatorAnswer => {
    try {
      const admission = { tokens: options.tokens, scope };
      if (isOfDataPlane(request.url.pathname))
        return answerDataPlane(request, { ...admission, workspaces, url: () => url });
      const { clientId, answer } = serve(request, admission);
      const kind = bucketOf(request.method);
      const now = clock.now().getTime();
      const left = buckets?.take(kind, options.subscriptionId, clientId, now);
      return withHeaders(answer(), kind, left);
    } catch (error) {
      if (error instanceof ArmError) return withHeaders(error.toAnswer());
      throw error;
    }
  };
  const emulator = new Emulator({
    name: 'Azure Resource Manager',
    certificates: options.certificates,
    handle,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  await emulator.listen();
  url = emulator.url;
  const groups = new Groups(provider, options.resourceGroups[0] ?? 'local');
  return {
    emulator,
    url,
    groups,
    jobs,
    workspaces,
    scope,
    shares,
    createGroup: (fixture) => {
      if (!groups.has(fixture.name)) groups.create(fixture);
    },
    setCapacity: (location, capacity) => void provider.capacities.set(location, capacity),
    setThrottled(registry, isThrottled) {
      if (isThrottled) provider.throttledRegistries.add(registry);
      else provider.throttledRegistries.delete(registry);
    },
    setCoreQuota: (cores) => provider.setCoreQuota(cores),
    spend: (what, location, count) => provider.spend(what, location, count),
    setDrained(bucket, isDrained) {
      if (isDrained) buckets?.drained.add(bucket);
      else buckets?.drained.delete(bucket);
    },
    close: async () => {
      await emulator.close();
      await Promise.all([
        ...[...provider.groups.values()].map((group) => group.halt()),
        jobs.halt(),
        workspaces.halt(),
      ]);
      await state?.close();
    },
  };
}

/** A request that was admitted, and what is left to do once it is not throttled. */
function served<A extends { readonly clientId: string }>(admitted: A, answer: (admitted: A) => EmulatorAnswer) {
  return { clientId: admitted.clientId, answer: () => answer(admitted) };
}

function bucketOf(method: string): BucketKind {
  if (method === 'GET') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

function withHeaders(answer: EmulatorAnswer, kind?: BucketKind, left?: number): EmulatorAnswer {
  const id = randomUUID();
  return {
    ...answer,
    headers: {
      'x-ms-request-id': id,
      'x-ms-correlation-request-id': id,
      ...(kind === undefined || left === undefined
        ? {}
        : { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(left) }),
      ...answer.headers,
    },
  };
}
