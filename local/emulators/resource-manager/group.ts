// A container group: what Azure does with it after it has accepted a call. Each call (create, start, stop …)
// begins a new activity and aborts the one before.

import { type Activity, type DeployedGroup, Deployment, type DeploymentContext } from './deployment.ts';
import type { History, StartRecord } from './history.ts';
import { addEvent, ContainerInstance, type InstanceEvent } from './instance.ts';
import { endOperation, type Operation } from './operations.ts';
import type { GroupBody } from './schema.ts';
import type { GroupState, PlannedFault, ProvisioningError, Stuck, Transition } from './states.ts';

export interface GroupContext extends DeploymentContext {
  readonly history: History;
  /** The fault planned for a new group of this name. */
  plannedFault(name: string): PlannedFault;
  /** Reports that the group no longer exists. */
  removed(group: ContainerGroup): void;
}

export interface GroupIdentity {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
}

const TRANSITION_OF = {
  create: 'creating',
  update: 'updating',
  start: 'starting',
  restart: 'starting',
  repair: 'updating',
} as const;

export class ContainerGroup implements DeployedGroup {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  body: GroupBody;
  provisioningState = 'Pending';
  state: GroupState = 'Pending';
  events: InstanceEvent[] = [];
  containers: ContainerInstance[];
  transition: Transition | undefined;
  /** The step at which its present or next activity gets stuck. */
  stuck: Stuck | undefined;
  /** Added to every time that it reports, milliseconds. */
  clockSkewMs = 0;
  /**
   * How often the platform starts a failed container again although the policy is `Never`. It may do so, see
   * https://learn.microsoft.com/azure/container-instances/container-instances-restart-policy
   */
  platformRestarts: number;
  readonly #context: GroupContext;
  #activity = new AbortController();
  #operation: Operation | undefined;
  #start: StartRecord | undefined;
  #unstick: (() => void) | undefined;

  constructor(identity: GroupIdentity, body: GroupBody, context: GroupContext) {
    this.id = identity.id;
    this.name = identity.name;
    this.resourceGroup = identity.resourceGroup;
    this.location = identity.location;
    this.body = body;
    this.#context = context;
    const { stuck, platformRestarts = 0 } = context.plannedFault(identity.name);
    this.stuck = stuck;
    this.platformRestarts = platformRestarts;
    this.containers = this.#newContainers();
  }

  /** Whether all its containers have ended by themselves. */
  get hasEnded(): boolean {
    return this.state === 'Succeeded' || this.state === 'Failed';
  }

  /** Creates, updates, starts, restarts or repairs: each means a fresh run of all containers. */
  run(kind: StartRecord['kind'], operation?: Operation, body?: GroupBody): void {
    const activity = this.#begin(TRANSITION_OF[kind], operation);
    const previous = this.#stopContainers();
    if (body !== undefined) this.body = body;
    this.provisioningState = kind === 'repair' ? 'Repairing' : 'Pending';
    this.state = 'Pending';
    this.events = [];
    this.containers = this.#newContainers();
    for (const container of this.containers) container.waits('');
    this.#start = this.#context.history.record(this, kind, this.now());
    this.#context.changed();
    this.follow(activity, async () => {
      await previous;
      await new Deployment(this, activity, this.#context).run();
    });
  }

  /** Stops all containers. The group remains, `Stopped`. */
  stop(): void {
    const activity = this.#begin('stopping', undefined);
    for (const container of this.containers) {
      if (container.running !== undefined) container.note('Killing', 'Killing container');
    }
    this.#context.changed();
    this.follow(activity, async () => {
      await this.pause(activity, this.#context.delays.stopping, 'stopping');
      if (activity.signal.aborted) return;
      await this.#stopContainers();
      if (!activity.signal.aborted) this.settle('Stopped', activity);
    });
  }

  /** Azure takes the room of a Spot group away, and starts it again where it finds room. */
  evict(): void {
    const activity = this.#begin('updating', undefined);
    for (const container of this.containers) {
      if (container.running === undefined) continue;
      container.note('Killing', 'Killing container');
      container.killedWith = { exitCode: 137, detailStatus: 'Error' };
    }
    this.follow(activity, async () => {
      await this.#stopContainers();
      this.#context.changed();
      await this.pause(activity, this.#context.delays.restarting, 'pending');
      if (!activity.signal.aborted) this.run('repair');
    });
  }

  /** Ends all containers and then the group itself. */
  delete(operation?: Operation): void {
    const activity = this.#begin('deleting', operation);
    this.provisioningState = 'Deleting';
    this.#context.changed();
    this.follow(activity, async () => {
      await this.pause(activity, this.#context.delays.deleting, 'deleting');
      if (activity.signal.aborted) return;
      endOperation(operation, this.now());
      await this.vanish();
    });
  }

  /** Removes the group at once, without a transition. */
  async vanish(): Promise<void> {
    this.#activity.abort();
    endOperation(this.#operation, this.now(), 'canceled');
    this.#context.history.deletions.push({ group: this.name, at: this.now() });
    this.#context.removed(this);
    this.#context.changed();
    await this.#stopContainers();
  }

  /** Ends its containers with this exit code, as the kernel does to one that exceeds its memory limit. */
  async kill(exitCode: number, detailStatus: string): Promise<void> {
    for (const container of this.containers) {
      if (container.running === undefined) continue;
      container.killedWith = { exitCode, detailStatus };
      await container.running.stop();
    }
  }

  /** Makes the provisioning fail, or loses what was provisioned, and reports it as Azure does. */
  async failProvisioning(error: ProvisioningError): Promise<void> {
    await this.halt();
    this.#reportFailure(error, this.#operation, 'Failed');
  }

  /** Continues from the step at which it is stuck. */
  free(): void {
    this.stuck = undefined;
    this.#unstick?.();
  }

  /** Stops everything without reporting it: the environment is closing, or a test takes over. */
  async halt(): Promise<void> {
    this.#activity.abort();
    await this.#stopContainers();
  }

  /** The time on its clock, without the skew of what it reports. */
  now(): Date {
    return this.#context.clock.now();
  }

  follow(activity: Activity, steps: () => Promise<void>): void {
    steps().catch((error: unknown) => {
      if (activity.signal.aborted) return;
      console.error(`Container group ${this.name} failed in the emulator:`, error);
      this.fail({ message: String(error) }, activity, 'Failed');
    });
  }

  async pause(activity: Activity, milliseconds: number, step: Stuck): Promise<void> {
    await this.#context.clock.sleep(milliseconds, activity.signal);
    while (this.stuck === step && !activity.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#unstick = resolve;
        activity.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  running(activity: Activity): void {
    this.provisioningState = 'Succeeded';
    this.transition = undefined;
    this.state = 'Running';
    if (this.#start !== undefined) this.#start.runningAt = this.now();
    endOperation(activity.operation, this.now());
    this.#context.changed();
  }

  containerEnded(container: ContainerInstance): void {
    if (container === this.containers[0] && this.#start !== undefined) {
      this.#start.exitCode = container.current?.exitCode;
    }
  }

  settle(state: GroupState, activity: Activity): void {
    this.state = state;
    this.transition = undefined;
    // A run that failed is not a deployment that failed.
    if (this.provisioningState !== 'Failed') this.provisioningState = 'Succeeded';
    if (this.#start !== undefined) this.#start.endedAt ??= this.now();
    endOperation(activity.operation, this.now());
    this.#context.changed();
  }

  fail(error: ProvisioningError, activity: Activity, state: 'Failed' | 'Pending'): void {
    this.#reportFailure(error, activity.operation, state);
  }

  #begin(transition: Transition, operation: Operation | undefined): Activity {
    this.#activity.abort();
    endOperation(this.#operation, this.now(), 'canceled');
    this.#activity = new AbortController();
    this.#operation = operation;
    this.transition = transition;
    return { signal: this.#activity.signal, operation };
  }

  #reportFailure(
    { code, message, event = code ?? 'Failed' }: ProvisioningError,
    operation: Operation | undefined,
    state: 'Failed' | 'Pending',
  ): void {
    this.provisioningState = 'Failed';
    this.state = state;
    this.transition = undefined;
    addEvent(this.events, { name: event, type: 'Warning', message }, this.now());
    if (operation !== undefined) operation.events = this.events;
    endOperation(operation, this.now(), code === undefined ? { message } : { code, message });
    if (state === 'Failed' && this.#start !== undefined) this.#start.endedAt ??= this.now();
    this.#context.changed();
  }

  async #stopContainers(): Promise<void> {
    await Promise.all(this.containers.map(({ running }) => running?.stop()));
  }

  #newContainers(): ContainerInstance[] {
    return this.body.properties.containers.map(({ name }) => new ContainerInstance(name, () => this.now()));
  }
}
