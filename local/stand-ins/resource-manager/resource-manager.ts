// Azure Resource Manager with its container groups, on this machine.

import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { Certificates } from '../../certificates.ts';
import type { ContainerRuntime } from '../../containers/runtime.ts';
import { StandIn, type StandInAnswer, type StandInCall } from '../stand-in.ts';
import type { TokenAuthority } from '../tokens.ts';
import { ArmError } from './arm-error.ts';
import { type Delays, SHORT_DELAYS } from './delays.ts';
import { type GroupFixture, Groups } from './fixtures.ts';
import { admit, type Roles } from './front.ts';
import { DEFAULT_GROUP_QUOTA, type RateLimit } from './limits.ts';
import type { Capacity } from './locations.ts';
import { Provider } from './provider.ts';
import type { RegistryAccess } from './rules.ts';

export interface ResourceManagerOptions {
  readonly certificates: Certificates;
  readonly tokens: TokenAuthority;
  readonly runtime: ContainerRuntime;
  readonly subscriptionId: string;
  readonly resourceGroups: readonly string[];
  readonly clock?: Clock;
  /** Default: short ones. */
  readonly delays?: Partial<Delays>;
  /** Who may do what, by client id; default: whoever has a token may do everything. */
  readonly roles?: Roles;
  /** Registries that want credentials, by server; all others are public. */
  readonly registries?: Readonly<Record<string, RegistryAccess>>;
  /** Creates, and deletes, a region; default none. `DOCUMENTED_LIMITS` are Azure's. */
  readonly rateLimits?: readonly RateLimit[];
  /** Container groups a region; default 100, as in Azure. */
  readonly groupQuota?: number;
  /** Cores a region; default unlimited. */
  readonly coreQuota?: number;
  /** Groups a page of a list. */
  readonly pageSize?: number;
  readonly port?: number;
}

export interface ResourceManager {
  readonly standIn: StandIn;
  /** For `AZURE_RESOURCE_MANAGER_ENDPOINT`. */
  readonly url: string;
  /** The groups: to look at, and to tamper with. */
  readonly groups: Groups;
  /** Makes a group that exists already, as a participant's own. */
  createGroup(fixture: GroupFixture): void;
  /** How much room a region has from now on. */
  setCapacity(location: string, capacity: Capacity): void;
  /** Stops all containers and the server. */
  close(): Promise<void>;
}

/** Starts the stand-in on a free port. */
export async function startResourceManager(
  options: ResourceManagerOptions,
): Promise<ResourceManager> {
  let url = '';
  const provider = new Provider({
    clock: options.clock ?? systemClock,
    runtime: options.runtime,
    subscriptionId: options.subscriptionId,
    delays: { ...SHORT_DELAYS, ...options.delays },
    roles: options.roles,
    registries: options.registries ?? {},
    rateLimits: options.rateLimits ?? [],
    groupQuota: options.groupQuota ?? DEFAULT_GROUP_QUOTA,
    coreQuota: options.coreQuota ?? Number.POSITIVE_INFINITY,
    pageSize: options.pageSize ?? 100,
    url: () => url,
    changed: () => {},
  });
  const handle = async (request: StandInCall): Promise<StandInAnswer> => {
    try {
      return withIds(await provider.answer(admit(request, options), request));
    } catch (error) {
      if (error instanceof ArmError) return withIds(error.toAnswer());
      throw error;
    }
  };
  const standIn = new StandIn({
    name: 'Azure Resource Manager',
    certificates: options.certificates,
    handle,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  await standIn.listen();
  url = standIn.url;
  const groups = new Groups(provider, options.resourceGroups[0] ?? 'local');
  return {
    standIn,
    url,
    groups,
    createGroup: (fixture) => groups.create(fixture),
    setCapacity: (location, capacity) => void provider.capacities.set(location, capacity),
    close: async () => {
      await standIn.close();
      await Promise.all([...provider.groups.values()].map((group) => group.halt()));
    },
  };
}

function withIds(answer: StandInAnswer): StandInAnswer {
  const id = randomUUID();
  return {
    ...answer,
    headers: { 'x-ms-request-id': id, 'x-ms-correlation-request-id': id, ...answer.headers },
  };
}
