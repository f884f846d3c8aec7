// The groups as tests handle them: they create groups, inspect them, and change them without the app's
// knowledge, as an operator in the portal or the platform itself does.

import { notFound } from './arm-error.ts';
import type { ContainerGroup } from './group.ts';
import type { StartRecord } from './history.ts';
import { priorityOf } from './options.ts';
import type { Provider } from './provider.ts';
import type { GroupBody } from './schema.ts';
import type { GroupState, Stuck } from './states.ts';

/** A participant's own group, which exists before the app does. */
export interface GroupFixture {
  readonly name: string;
  readonly image: string;
  /** Default: the emulator's first. */
  readonly resourceGroup?: string;
  /** Further containers, after the first. */
  readonly neighbours?: readonly { readonly name: string; readonly image: string }[];
  /** Name of the first container; default: the group's. */
  readonly container?: string;
  /** Default `eastus`. */
  readonly location?: string;
  readonly command?: readonly string[];
  readonly cpu?: number;
  readonly memoryGB?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly secureEnv?: Readonly<Record<string, string>>;
  /** Default `Never`. */
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  readonly tags?: Readonly<Record<string, string>>;
  /** Default `Stopped`. `Running` starts it now. */
  readonly state?: 'Stopped' | 'Succeeded' | 'Failed' | 'Running';
}

export class Groups {
  readonly #provider: Provider;
  readonly #resourceGroup: string;

  constructor(provider: Provider, resourceGroup: string) {
    this.#provider = provider;
    this.#resourceGroup = resourceGroup;
  }

  /** Names of all groups that exist. */
  get names(): string[] {
    return [...this.#provider.groups.values()].map(({ name }) => name);
  }

  /** Every start of every group, oldest first, including groups that no longer exist. */
  get starts(): readonly StartRecord[] {
    return this.#provider.history.starts;
  }

  get deletions(): readonly { readonly group: string; readonly at: Date }[] {
    return this.#provider.history.deletions;
  }

  startsOf(name: string): StartRecord[] {
    return this.#provider.history.startsOf(name);
  }

  has(name: string): boolean {
    return this.#lookUp(name) !== undefined;
  }

  /** The group of this name; throws if there is none. */
  get(name: string): ContainerGroup {
    const group = this.#lookUp(name);
    if (group === undefined) throw notFound(this.#resourceGroup, name);
    return group;
  }

  create(fixture: GroupFixture): ContainerGroup {
    const { resourceGroup = this.#resourceGroup, name, state = 'Stopped' } = fixture;
    const group = this.#provider.add(resourceGroup, name, bodyOf(fixture));
    if (state === 'Running') group.run('create');
    else settle(group, state, state === 'Failed' ? 1 : 0);
    return group;
  }

  /** An operator stops it in the portal. */
  stopByHand(name: string): void {
    this.get(name).stop();
  }

  /** An operator deletes it in the portal; it is gone at once. */
  async deleteByHand(name: string): Promise<void> {
    await this.get(name).vanish();
  }

  /** The kernel ends its containers; 137 is the exit code for exceeding the memory limit. */
  async kill(name: string, exitCode = 137): Promise<void> {
    await this.get(name).kill(exitCode, exitCode === 137 ? 'OOMKilled' : 'Error');
  }

  /** Its provisioning fails, or what was provisioned is lost. */
  async failProvisioning(
    name: string,
    error: { code?: string; message: string } = {
      code: 'InternalServerError',
      message: 'An internal error occurred. Please retry later.',
    },
  ): Promise<void> {
    await this.get(name).failProvisioning(error);
  }

  /** The host that it runs on has failed; the containers may or may not still run. */
  makeUnhealthy(name: string): void {
    this.get(name).provisioningState = 'Unhealthy';
  }

  /** The platform moves it to another host: its containers start again. */
  repair(name: string): void {
    this.get(name).run('repair');
  }

  /**
   * Azure needs the room of a Spot group, and starts it again elsewhere: "the container groups hosting the customer
   * workloads are automatically restarted".
   * https://learn.microsoft.com/azure/container-instances/container-instances-spot-containers-overview
   */
  evict(name: string): void {
    const group = this.get(name);
    if (priorityOf(group.body) !== 'Spot') throw new Error(`Container group ${name} is not of the priority Spot.`);
    group.evict();
  }

  /** Makes it report one outcome for itself and another for its container. */
  async contradict(name: string, state: GroupState, exitCode: number): Promise<void> {
    const group = this.get(name);
    await group.halt();
    settle(group, state, exitCode);
  }

  /** It stays at this step until `free` is called. */
  stick(name: string, step: Stuck): void {
    this.get(name).stuck = step;
  }

  /** Every group that is created from now on and whose name matches gets stuck at this step. */
  stickNew(name: RegExp, step: Stuck): void {
    this.#provider.plannedFaults.push({ name, fault: { stuck: step } });
  }

  /**
   * The platform starts failed containers again, `times` times whatever the policy, in every group that is
   * created from now on and whose name matches.
   */
  restartNewFailed(name: RegExp, times: number): void {
    this.#provider.plannedFaults.push({ name, fault: { platformRestarts: times } });
  }

  /** Forgets the faults planned for groups that do not exist yet. */
  clearPlannedFaults(): void {
    this.#provider.plannedFaults.length = 0;
  }

  /** It continues from the step at which it is stuck. */
  free(name: string): void {
    this.get(name).free();
  }

  /** From now on the times that it reports are off by this much. */
  skewClock(name: string, milliseconds: number): void {
    this.get(name).clockSkewMs = milliseconds;
  }

  #lookUp(name: string): ContainerGroup | undefined {
    return [...this.#provider.groups.values()].find((group) => group.name === name);
  }
}

function bodyOf(fixture: GroupFixture): GroupBody {
  const { name, image, command, env = {}, secureEnv = {}, tags } = fixture;
  return {
    location: fixture.location ?? 'eastus',
    ...(tags === undefined ? {} : { tags: { ...tags } }),
    properties: {
      containers: [
        {
          name: fixture.container ?? name,
          properties: {
            image,
            ...(command === undefined ? {} : { command: [...command] }),
            environmentVariables: [
              ...Object.entries(env).map(([key, value]) => ({ name: key, value })),
              ...Object.entries(secureEnv).map(([key, secureValue]) => ({
                name: key,
                secureValue,
              })),
            ],
            resources: {
              requests: { cpu: fixture.cpu ?? 1, memoryInGB: fixture.memoryGB ?? 1.5 },
            },
          },
        },
        ...(fixture.neighbours ?? []).map((neighbour) => ({
          name: neighbour.name,
          properties: { image: neighbour.image, resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } } },
        })),
      ],
      osType: 'Linux',
      restartPolicy: fixture.restartPolicy ?? 'Never',
    },
  };
}

/** Puts a group into a state without any steps that lead there. */
function settle(group: ContainerGroup, state: GroupState, exitCode: number): void {
  group.provisioningState = 'Succeeded';
  group.state = state;
  group.transition = undefined;
  for (const container of group.containers) {
    container.ended(exitCode);
    container.keptLog ??= '';
  }
}
