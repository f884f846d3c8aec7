// The resource provider: what each call does to the container groups.

import type { Clock } from '../../../src/lib/util/clock.ts';
import type { ContainerRuntime } from '../../containers/runtime.ts';
import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';
import { type Admitted, RESOURCE_TYPE } from './admission.ts';
import { ArmError, notFound, transitioning } from './arm-error.ts';
import type { CallKind } from './calls.ts';
import { Checks, checkLinkedAccess, checkLocation } from './checks.ts';
import type { Delays } from './delays.ts';
import type { FileShares } from './file-shares.ts';
import { ContainerGroup, type GroupContext } from './group.ts';
import { History } from './history.ts';
import { type CountedCall, type RateLimit, RateLimiter } from './limits.ts';
import type { Capacity } from './locations.ts';
import { logView } from './log-view.ts';
import { type Operation, Operations } from './operations.ts';
import { checkSubnet } from './options.ts';
import { pageOf } from './page.ts';
import { parseGroup, parsePatch } from './parse.ts';
import type { GroupBody } from './schema.ts';
import type { Scope } from './scope.ts';
import type { PlannedFault } from './states.ts';
import { checkGroup, checkUpdate, locationOf, type RegistryAccess } from './validation.ts';
import { operationView, viewOf } from './view.ts';

export interface ProviderOptions {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly delays: Delays;
  readonly scope: Scope;
  readonly shares: FileShares;
  readonly registries: Readonly<Record<string, RegistryAccess>>;
  readonly rateLimits: readonly RateLimit[];
  readonly groupQuota: number;
  /** May change. */
  coreQuota: number;
  readonly pageSize: number;
  readonly deletesInTransition: 'accepted' | 'refused';
  /** The emulator's own URL, for links. */
  url(): string;
  changed(): void;
}

/** Holds the container groups by lower-case resource id: Azure ignores the case of ids. */
export class Provider {
  readonly history = new History();
  readonly groups = new Map<string, ContainerGroup>();
  readonly capacities = new Map<string, Capacity>();
  /** Faults of groups that do not exist yet; the first whose pattern matches the name applies. */
  readonly plannedFaults: { readonly name: RegExp; readonly fault: PlannedFault }[] = [];
  readonly operations = new Operations();
  readonly #options: ProviderOptions;
  readonly #rates: RateLimiter;
  readonly #checks: Checks;
  readonly #context: GroupContext;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#rates = new RateLimiter(options.rateLimits);
    this.#checks = new Checks(options, (location) => this.capacities.get(location) ?? 'ample');
    this.#context = {
      clock: options.clock,
      runtime: options.runtime,
      delays: options.delays,
      shares: options.shares,
      history: this.history,
      capacity: (location) => this.capacities.get(location) ?? 'ample',
      plannedFault: (name) => this.plannedFaults.find((one) => one.name.test(name))?.fault ?? {},
      changed: options.changed,
      removed: (group) => {
        if (this.groups.get(group.id.toLowerCase()) === group) {
          this.groups.delete(group.id.toLowerCase());
        }
      },
    };
  }

  /** Registries that ask to be left alone for now. */
  get throttledRegistries(): Set<string> {
    return this.#checks.throttledRegistries;
  }

  /** Others of the subscription call so often at once. */
  spend(what: CountedCall, location: string, count: number): void {
    this.#rates.spend(`${what} ${location}`, count, this.#now().getTime());
  }

  /** The cores that a region gives from now on. */
  setCoreQuota(cores: number): void {
    this.#options.coreQuota = cores;
  }

  /** Adds a group that does nothing yet: for tests, and for groups that were saved. */
  add(resourceGroup: string, name: string, body: GroupBody): ContainerGroup {
    const id = this.#idOf(resourceGroup, name);
    const identity = { id, name, resourceGroup, location: locationOf(body) };
    const group = new ContainerGroup(identity, body, this.#context);
    this.groups.set(id.toLowerCase(), group);
    return group;
  }

  answer(admitted: Admitted, request: EmulatorCall): EmulatorAnswer {
    return this.#handlers[admitted.call.kind](admitted, request);
  }

  readonly #handlers: Readonly<Record<CallKind, (admitted: Admitted, request: EmulatorCall) => EmulatorAnswer>> = {
    ContainerGroups_Get: (admitted) => ({ status: 200, body: viewOf(this.#find(admitted), true) }),
    ContainerGroups_ListByResourceGroup: (admitted, request) => this.#list(admitted, request),
    ContainerGroups_List: (admitted, request) => this.#list(admitted, request),
    ContainerGroups_CreateOrUpdate: (admitted, request) => this.#put(admitted, request),
    ContainerGroups_Update: (admitted, request) => this.#patch(admitted, request),
    ContainerGroups_Delete: (admitted) => this.#delete(admitted),
    ContainerGroups_Start: (admitted) => this.#start(admitted),
    ContainerGroups_Stop: (admitted) => this.#stop(admitted),
    ContainerGroups_Restart: (admitted) => this.#restart(admitted),
    Containers_ListLogs: (admitted, request) => this.#logs(admitted, request),
    Operations_Get: (admitted) => this.#operation(admitted),
  };

  #put({ call, clientId, apiVersion }: Admitted, request: EmulatorCall): EmulatorAnswer {
    const body = parseGroup(request.body, call.group);
    checkLocation(body);
    this.#options.scope.checkPolicies(call.group, body.tags);
    checkLinkedAccess(clientId, body, this.#options.scope.roles);
    const id = this.#idOf(call.resourceGroup, call.group);
    checkSubnet(clientId, id, locationOf(body), body, this.#options.scope);
    const existing = this.groups.get(id.toLowerCase());
    if (existing !== undefined) return this.#update(existing, body, apiVersion);

    checkGroup(call.group, body);
    this.#checks.images(call.group, body);
    const location = locationOf(body);
    this.#checks.quota(location, body, this.groups.values());
    this.#checks.capacity(location, body);
    this.#rates.take(`create ${location}`, 'ContainerGroups.Create', this.#now().getTime());
    const group = this.add(call.resourceGroup, call.group, body);
    const operation = this.#begin(group);
    group.run('create', operation);
    return {
      status: 201,
      headers: this.#asyncHeaders(operation, apiVersion),
      body: viewOf(group, true),
    };
  }

  #update(group: ContainerGroup, body: GroupBody, apiVersion: string): EmulatorAnswer {
    const location = locationOf(body);
    if (location !== group.location) {
      throw new ArmError(
        409,
        'InvalidResourceLocation',
        `The resource '${group.name}' already exists in location '${group.location}' in resource group '${group.resourceGroup}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
      );
    }
    checkGroup(group.name, body);
    if (group.transition !== undefined) throw transitioning(group.name);
    if (group.hasEnded || group.state === 'Stopped') {
      throw new ArmError(
        409,
        'ContainerGroupTerminated',
        `The container group '${group.name}' has terminated or is stopped and can't be updated. It must be deleted first and then deployed as new.`,
      );
    }
    checkUpdate(group.name, group.body, body);
    this.#checks.images(group.name, body);
    const operation = this.#begin(group);
    group.run('update', operation, body);
    return {
      status: 200,
      headers: this.#asyncHeaders(operation, apiVersion),
      body: viewOf(group, true),
    };
  }

  #patch(admitted: Admitted, request: EmulatorCall): EmulatorAnswer {
    const group = this.#find(admitted);
    const { tags } = parsePatch(request.body);
    if (tags !== undefined) group.body = { ...group.body, tags };
    this.#options.changed();
    return { status: 200, body: viewOf(group, true) };
  }

  #delete({ call, apiVersion }: Admitted): EmulatorAnswer {
    const group = this.groups.get(this.#idOf(call.resourceGroup, call.group).toLowerCase());
    if (group === undefined) return { status: 204 };
    const inTransition = this.#options.deletesInTransition === 'refused';
    if (group.transition === 'deleting' || (inTransition && group.transition !== undefined)) {
      throw transitioning(group.name);
    }
    this.#rates.take(`delete ${group.location}`, 'ContainerGroups.Delete', this.#now().getTime());
    const operation = this.#begin(group);
    group.delete(operation);
    return { status: 202, headers: this.#asyncHeaders(operation, apiVersion) };
  }

  #start(admitted: Admitted): EmulatorAnswer {
    const group = this.#find(admitted);
    if (group.transition === 'starting') return { status: 204 };
    if (group.transition !== undefined) throw transitioning(group.name);
    if (group.state === 'Running') return { status: 204 };
    this.#checks.images(group.name, group.body);
    this.#checks.capacity(group.location, group.body);
    const operation = this.#begin(group);
    group.run('start', operation);
    return { status: 202, headers: this.#asyncHeaders(operation, admitted.apiVersion) };
  }

  #stop(admitted: Admitted): EmulatorAnswer {
    const group = this.#find(admitted);
    if (group.transition !== undefined) throw transitioning(group.name);
    // "The stop action has no effect if the container group already terminated."
    if (group.state === 'Running' || group.state === 'Pending') group.stop();
    return { status: 204 };
  }

  #restart(admitted: Admitted): EmulatorAnswer {
    const group = this.#find(admitted);
    if (group.transition !== undefined) throw transitioning(group.name);
    if (group.state === 'Stopped') {
      throw new ArmError(
        409,
        'ContainerGroupStopped',
        `Container Group '${group.name}' in resource group '${group.resourceGroup}' is stopped.`,
      );
    }
    this.#checks.images(group.name, group.body);
    group.run('restart');
    return { status: 204 };
  }

  #logs(admitted: Admitted, request: EmulatorCall): EmulatorAnswer {
    const { container } = admitted.call;
    const body = logView(this.#find(admitted), container, request.url.searchParams);
    return { status: 200, body };
  }

  #list({ call, apiVersion }: Admitted, request: EmulatorCall): EmulatorAnswer {
    const resourceGroup = call.resourceGroup.toLowerCase();
    const all = [...this.groups.values()].filter(
      (group) => resourceGroup === '' || group.resourceGroup.toLowerCase() === resourceGroup,
    );
    const { items, nextLink } = pageOf(all, request, {
      apiVersion,
      pageSize: this.#options.pageSize,
      url: this.#options.url(),
      parameter: '$skiptoken',
    });
    const value = items.map((group) => viewOf(group, false));
    return { status: 200, body: nextLink === null ? { value } : { value, nextLink } };
  }

  #operation({ call }: Admitted): EmulatorAnswer {
    const operation = this.operations.get(call.operationId);
    if (operation === undefined) {
      throw new ArmError(404, 'OperationNotFound', `The operation '${call.operationId}' was not found.`);
    }
    return { status: 200, body: operationView(operation) };
  }

  #find({ call }: Admitted): ContainerGroup {
    const group = this.groups.get(this.#idOf(call.resourceGroup, call.group).toLowerCase());
    if (group === undefined) throw notFound(call.resourceGroup, call.group);
    return group;
  }

  #begin(group: ContainerGroup): Operation {
    return this.operations.begin(group.id, group.location, this.#now());
  }

  #asyncHeaders(operation: Operation, apiVersion: string): Record<string, string> {
    const path = `/subscriptions/${this.#options.scope.subscriptionId}/providers/Microsoft.ContainerInstance/locations/${operation.location}/operations/${operation.id}`;
    return {
      'azure-asyncoperation': `${this.#options.url()}${path}?api-version=${apiVersion}`,
    };
  }

  #idOf(resourceGroup: string, name: string): string {
    return `/subscriptions/${this.#options.scope.subscriptionId}/resourceGroups/${resourceGroup}/providers/${RESOURCE_TYPE}/${name}`;
  }

  #now(): Date {
    return this.#options.clock.now();
  }
}
