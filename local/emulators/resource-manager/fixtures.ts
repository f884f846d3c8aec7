// The groups from the other side: for tests that make them, look at them, and change them behind the
// app's back, as an operator in the portal or the platform itself would.

import { notFound } from './arm-error.ts';
import type { ContainerGroup, GroupState, Stuck } from './group.ts';
import type { StartRecord } from './history.ts';
import type { Provider } from './provider.ts';
import type { GroupBody } from './schema.ts';

/** A participant's own group, as it exists before the app is there. */
export interface GroupFixture {
  readonly name: string;
  readonly image: string;
  /** Default: the emulator's first. */
  readonly resourceGroup?: string;
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

  /** Every start of every group, oldest first, also of groups that are gone. */
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

  /** The group; throws where there is none of this name. */
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

  /** Somebody stops it in the portal. */
  stopByHand(name: string): void {
    this.get(name).stop();
  }

  /** Somebody deletes it in the portal; it is gone at once. */
  async deleteByHand(name: string): Promise<void> {
    await this.get(name).vanish();
  }

  /** The kernel ends its containers: 137 is what taking too much memory comes to. */
  async kill(name: string, exitCode = 137): Promise<void> {
    await this.get(name).kill(exitCode, exitCode === 137 ? 'OOMKilled' : 'Error');
  }

  /** What it is doing comes to nothing, or what it has done is lost. */
  async failProvisioning(
    name: string,
    error: { code?: string; message: string } = {
      code: 'InternalServerError',
      message: 'An internal error occurred. Please retry later.',
    },
  ): Promise<void> {
    await this.get(name).fail(error);
  }

  /** The host under it is in trouble; the containers may or may not still run. */
  makeUnhealthy(name: string): void {
    this.get(name).provisioningState = 'Unhealthy';
  }

  /** The platform moves it to another host: its containers run anew. */
  repair(name: string): void {
    const group = this.get(name);
    group.run('repair');
  }

  /** Makes it say one thing of itself and another of its container. */
  async contradict(name: string, state: GroupState, exitCode: number): Promise<void> {
    const group = this.get(name);
    await group.halt();
    settle(group, state, exitCode);
  }

  /** It never leaves this step, until `free`. */
  stick(name: string, place: Stuck): void {
    this.get(name).stuck = place;
  }

  /** Groups that are yet to come, and whose name matches, get stuck there. */
  stickNew(name: RegExp, place: Stuck): void {
    this.#provider.fates.push({ name, fate: { stuck: place } });
  }

  /**
   * The next `times` bad ends of containers of groups that are yet to come, the platform starts them again,
   * whatever the policy.
   */
  restartNewFailed(name: RegExp, times: number): void {
    this.#provider.fates.push({ name, fate: { platformRestarts: times } });
  }

  /** Nothing lies in wait for groups to come any more. */
  clearFates(): void {
    this.#provider.fates.length = 0;
  }

  /** It goes on from where it got stuck. */
  free(name: string): void {
    this.get(name).free();
  }

  /** From now on it reports times that are off by so much. */
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
          name,
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
      ],
      osType: 'Linux',
      restartPolicy: fixture.restartPolicy ?? 'Never',
    },
  };
}

/** Puts a group into a state without a course that leads there. */
function settle(group: ContainerGroup, state: GroupState, exitCode: number): void {
  group.provisioningState = 'Succeeded';
  group.state = state;
  group.transition = undefined;
  for (const container of group.containers) {
    container.ended(exitCode);
    container.keptLog ??= '';
  }
}
