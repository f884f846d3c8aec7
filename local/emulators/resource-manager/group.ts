// A container group's life: what Azure does with it after it has taken the order. Each order (create,
// start, stop, ...) begins a new course, which ends whatever the one before still had in mind.
// The states are those of https://learn.microsoft.com/azure/container-instances/container-state

import type { Clock } from '../../../src/lib/util/clock.ts';
import { type ContainerRuntime, ImageUnavailable } from '../../containers/runtime.ts';
import { noCapacity } from './arm-error.ts';
import type { Delays } from './delays.ts';
import type { History, StartRecord } from './history.ts';
import { addEvent, ContainerInstance, containerSpec, type InstanceEvent } from './instance.ts';
import type { Capacity } from './locations.ts';
import { endOperation, type Operation } from './operations.ts';
import type { ContainerBody, GroupBody } from './schema.ts';

export type GroupState = 'Pending' | 'Running' | 'Stopped' | 'Succeeded' | 'Failed';
export type Transition = 'creating' | 'updating' | 'starting' | 'stopping' | 'deleting';
/** Where a group that is told to get stuck does so. */
export type Stuck = 'pending' | 'pulling' | 'stopping' | 'deleting';

/** What tests have in mind for groups that are yet to come. */
export interface Fate {
  readonly stuck?: Stuck | undefined;
  readonly platformRestarts?: number | undefined;
}

/** What a group needs of the world around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly delays: Delays;
  readonly history: History;
  capacity(location: string): Capacity;
  /** What lies in wait for new groups of this name. */
  fate(name: string): Fate;
  /** Says that something worth keeping has changed. */
  changed(): void;
  /** The group is gone. */
  removed(group: ContainerGroup): void;
}

export interface GroupIdentity {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
}

interface Course {
  readonly signal: AbortSignal;
  readonly operation: Operation | undefined;
}

interface ProvisioningError {
  readonly code?: string;
  readonly message: string;
  /** The name of the event that tells it. */
  readonly event?: string;
}

const TRANSITION_OF = {
  create: 'creating',
  update: 'updating',
  start: 'starting',
  restart: 'starting',
  repair: 'updating',
} as const;

export class ContainerGroup {
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
  /** Where its next course, or the present one, gets stuck. */
  stuck: Stuck | undefined;
  /** Added to every time that it reports, milliseconds. */
  clockSkewMs = 0;
  /**
   * How often the platform starts a container again that ended badly, though the policy is `Never`: it may, see
   * https://learn.microsoft.com/azure/container-instances/container-instances-restart-policy
   */
  platformRestarts: number;
  readonly #around: Surroundings;
  #course = new AbortController();
  #operation: Operation | undefined;
  #start: StartRecord | undefined;
  #unstick: (() => void) | undefined;

  constructor(identity: GroupIdentity, body: GroupBody, around: Surroundings) {
    this.id = identity.id;
    this.name = identity.name;
    this.resourceGroup = identity.resourceGroup;
    this.location = identity.location;
    this.body = body;
    this.#around = around;
    const { stuck, platformRestarts = 0 } = around.fate(identity.name);
    this.stuck = stuck;
    this.platformRestarts = platformRestarts;
    this.containers = this.#freshContainers();
  }

  /** Whether all its containers came to their end. */
  get hasEnded(): boolean {
    return this.state === 'Succeeded' || this.state === 'Failed';
  }

  /** Creates, updates, starts, restarts or repairs: all come to a fresh run of all containers. */
  run(kind: StartRecord['kind'], operation?: Operation, body?: GroupBody): void {
    const course = this.#begin(TRANSITION_OF[kind], operation);
    const previous = this.#stopContainers();
    if (body !== undefined) this.body = body;
    this.provisioningState = kind === 'repair' ? 'Repairing' : 'Pending';
    this.state = 'Pending';
    this.events = [];
    this.containers = this.#freshContainers();
    for (const container of this.containers) container.waits('');
    this.#start = this.#around.history.record(this, kind, this.now());
    this.#around.changed();
    this.#follow(course, async () => {
      await previous;
      await this.#deploy(course);
    });
  }

  /** Stops all containers; the group stays, `Stopped`. */
  stop(): void {
    const course = this.#begin('stopping', undefined);
    for (const container of this.containers) {
      if (container.running !== undefined) container.note('Killing', 'Killing container');
    }
    this.#around.changed();
    this.#follow(course, async () => {
      await this.#pause(course, this.#around.delays.stopping, 'stopping');
      if (course.signal.aborted) return;
      await this.#stopContainers();
      if (!course.signal.aborted) this.#settle('Stopped', course);
    });
  }

  /** Ends all containers and then the group itself. */
  delete(operation?: Operation): void {
    const course = this.#begin('deleting', operation);
    this.provisioningState = 'Deleting';
    this.#around.changed();
    this.#follow(course, async () => {
      await this.#pause(course, this.#around.delays.deleting, 'deleting');
      if (course.signal.aborted) return;
      endOperation(operation, this.now());
      await this.vanish();
    });
  }

  /** Gone at once, as if it had never been there. */
  async vanish(): Promise<void> {
    this.#course.abort();
    endOperation(this.#operation, this.now(), 'canceled');
    this.#around.history.deletions.push({ group: this.name, at: this.now() });
    this.#around.removed(this);
    this.#around.changed();
    await this.#stopContainers();
  }

  /** Ends its containers with this exit code, as the kernel does to one that takes too much memory. */
  async kill(exitCode: number, detailStatus: string): Promise<void> {
    for (const container of this.containers) {
      if (container.running === undefined) continue;
      container.killedWith = { exitCode, detailStatus };
      await container.running.stop();
    }
  }

  /** Fails what it is doing, or loses what it has done, the way Azure reports it afterwards. */
  async fail(error: ProvisioningError): Promise<void> {
    this.#course.abort();
    await this.#stopContainers();
    this.#failed(error, this.#operation, 'Failed');
  }

  /** Goes on from where it got stuck. */
  free(): void {
    this.stuck = undefined;
    this.#unstick?.();
  }

  /** Stops everything without a word: the environment is closing, or a test takes over. */
  async halt(): Promise<void> {
    this.#course.abort();
    await this.#stopContainers();
  }

  /** The time on its clock, without the skew of what it reports. */
  now(): Date {
    return this.#around.clock.now();
  }

  #begin(transition: Transition, operation: Operation | undefined): Course {
    this.#course.abort();
    endOperation(this.#operation, this.now(), 'canceled');
    this.#course = new AbortController();
    this.#operation = operation;
    this.transition = transition;
    return { signal: this.#course.signal, operation };
  }

  #follow(course: Course, steps: () => Promise<void>): void {
    steps().catch((error: unknown) => {
      if (course.signal.aborted) return;
      console.error(`Container group ${this.name} failed in the emulator:`, error);
      this.#failed({ message: String(error) }, course.operation, 'Failed');
    });
  }

  async #deploy(course: Course): Promise<void> {
    const { delays } = this.#around;
    await this.#pause(course, delays.accept, 'pending');
    await this.#findRoom(course);
    if (course.signal.aborted || this.state === 'Failed') return;
    if (this.provisioningState === 'Pending') this.provisioningState = 'Creating';
    for (const container of this.containers) this.#notePulling(container);
    this.#around.changed();
    await this.#pause(course, delays.pulling, 'pulling');
    for (const container of this.containers) await this.#bringUp(course, container);
    if (course.signal.aborted || this.hasEnded) return;
    this.provisioningState = 'Succeeded';
    this.transition = undefined;
    this.state = 'Running';
    if (this.#start !== undefined) this.#start.runningAt = this.now();
    endOperation(course.operation, this.now());
    this.#around.changed();
  }

  /** Returns when there is room in the region; fails for good where there never will be. */
  async #findRoom(course: Course): Promise<void> {
    let capacity = this.#around.capacity(this.location);
    const error = { ...noCapacity(this.location, this.body), event: 'InsufficientCapacity.' };
    if (course.signal.aborted || capacity === 'ample' || capacity === 'refuses') return;
    if (capacity === 'fails-later') return this.#failed(error, course.operation, 'Failed');
    // "A failed state does not mean that the resource is removed or stops attempting to succeed."
    this.#failed(error, course.operation, 'Pending');
    while (capacity === 'fails-and-keeps-trying' && !course.signal.aborted) {
      await this.#around.clock.sleep(this.#around.delays.tryingAgain, course.signal);
      capacity = this.#around.capacity(this.location);
    }
  }

  /** Fetches the image, again and again where it cannot be had, and starts the container. */
  async #bringUp(course: Course, container: ContainerInstance): Promise<void> {
    const { delays, clock } = this.#around;
    const givesUpAt = clock.now().getTime() + delays.pullGivesUpAfter;
    const { image } = this.#bodyOf(container).properties;
    while (!course.signal.aborted && this.state === 'Pending') {
      try {
        return await this.#launch(course, container, true);
      } catch (error) {
        if (!(error instanceof ImageUnavailable)) throw error;
        if (course.signal.aborted) return;
        container.pullFailed(image, error.message);
        this.#around.changed();
        if (clock.now().getTime() >= givesUpAt) {
          const message = `Failed to pull image "${image}": ${error.message}`;
          return this.#failed({ message, event: 'Failed' }, course.operation, 'Failed');
        }
        await clock.sleep(delays.pullRetry, course.signal);
        if (!course.signal.aborted) this.#notePulling(container);
      }
    }
  }

  async #launch(course: Course, container: ContainerInstance, first: boolean): Promise<void> {
    const { runtime, clock, delays } = this.#around;
    const body = this.#bodyOf(container);
    const spec = containerSpec(this.name, this.body, body);
    if (first) {
      await runtime.pull?.(spec);
      if (course.signal.aborted) return;
      container.note('Pulled', `Successfully pulled image "${body.properties.image}"`);
      await clock.sleep(delays.starting, course.signal);
      if (course.signal.aborted) return;
    }
    const running = await runtime.start(spec);
    if (course.signal.aborted) return running.stop();
    container.started(running);
    this.#around.changed();
    running.ended.then(({ exitCode }) => {
      container.ended(exitCode);
      if (container === this.containers[0] && this.#start !== undefined) {
        this.#start.exitCode = container.current?.exitCode;
      }
      this.#around.changed();
      if (!course.signal.aborted) this.#follow(course, () => this.#afterEnd(course, container));
    });
  }

  /** What the restart policy, and the platform, make of a container's end. */
  async #afterEnd(course: Course, container: ContainerInstance): Promise<void> {
    const { restartPolicy = 'Always' } = this.body.properties;
    const failed = container.current?.exitCode !== 0;
    if (restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && failed)) {
      return this.#startAgain(course, container);
    }
    if (failed && this.platformRestarts > 0) {
      this.platformRestarts -= 1;
      return this.#startAgain(course, container);
    }
    const ends = this.containers.map(({ current }) => current);
    if (ends.every((end) => end?.state === 'Terminated')) {
      this.#settle(ends.every((end) => end?.exitCode === 0) ? 'Succeeded' : 'Failed', course);
    }
  }

  async #startAgain(course: Course, container: ContainerInstance): Promise<void> {
    container.waits('CrashLoopBackOff: Back-off restarting failed');
    this.#around.changed();
    await this.#around.clock.sleep(this.#around.delays.restarting, course.signal);
    if (course.signal.aborted) return;
    container.restartCount += 1;
    await this.#launch(course, container, false);
  }

  /** Comes to rest. The provisioning is what it was: a run that failed is no failed deployment. */
  #settle(state: GroupState, course: Course): void {
    this.state = state;
    this.transition = undefined;
    if (this.provisioningState !== 'Failed') this.provisioningState = 'Succeeded';
    if (this.#start !== undefined) this.#start.endedAt ??= this.now();
    endOperation(course.operation, this.now());
    this.#around.changed();
  }

  #failed(
    error: ProvisioningError,
    operation: Operation | undefined,
    state: 'Failed' | 'Pending',
  ): void {
    this.provisioningState = 'Failed';
    this.state = state;
    this.transition = undefined;
    const { code, message, event = code ?? 'Failed' } = error;
    addEvent(this.events, { name: event, type: 'Warning', message }, this.now());
    if (operation !== undefined) operation.events = this.events;
    endOperation(operation, this.now(), code === undefined ? { message } : { code, message });
    if (state === 'Failed' && this.#start !== undefined) this.#start.endedAt ??= this.now();
    this.#around.changed();
  }

  async #stopContainers(): Promise<void> {
    await Promise.all(this.containers.map(({ running }) => running?.stop()));
  }

  async #pause(course: Course, milliseconds: number, place: Stuck): Promise<void> {
    await this.#around.clock.sleep(milliseconds, course.signal);
    while (this.stuck === place && !course.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#unstick = resolve;
        course.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  #freshContainers(): ContainerInstance[] {
    return this.body.properties.containers.map(
      ({ name }) => new ContainerInstance(name, () => this.now()),
    );
  }

  #notePulling(container: ContainerInstance): void {
    container.note('Pulling', `pulling image "${this.#bodyOf(container).properties.image}"`);
  }

  #bodyOf(container: ContainerInstance): ContainerBody {
    const body = this.body.properties.containers.find(({ name }) => name === container.name);
    if (body === undefined) {
      throw new Error(`Group ${this.name} has no container ${container.name}.`);
    }
    return body;
  }
}
