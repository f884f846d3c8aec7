// A container group's life: what Azure does with it after it has taken the order. Each order (create,
// start, stop, ...) begins a new course, which ends whatever the one before still had in mind.

import type { Clock } from '../../../src/lib/clock.ts';
import type { ContainerRuntime, RunningContainer } from '../../containers/runtime.ts';
import { ImageUnavailable } from '../../containers/runtime.ts';
import { noCapacity } from './arm-error.ts';
import type { Delays } from './delays.ts';
import type { History, StartRecord } from './history.ts';
import { addEvent, ContainerInstance, containerSpec, type InstanceEvent } from './instance.ts';
import type { Capacity } from './locations.ts';
import { endOperation, type Operation } from './operations.ts';
import type { ContainerBody, GroupBody } from './schema.ts';

export type GroupState = 'Pending' | 'Running' | 'Stopped' | 'Succeeded' | 'Failed' | 'Repairing';
export type Transition = 'creating' | 'updating' | 'starting' | 'stopping' | 'deleting';
/** Where a group that is told to get stuck does so. */
export type Stuck = 'pending' | 'pulling' | 'stopping' | 'deleting';

/** What a group needs of the world around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly delays: Delays;
  readonly history: History;
  capacity(location: string): Capacity;
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

export class ContainerGroup {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  body: GroupBody;
  provisioningState = 'Pending';
  state: GroupState = 'Pending';
  events: InstanceEvent[] = [];
  containers: ContainerInstance[] = [];
  transition: Transition | undefined;
  /** Where its next course, or the present one, gets stuck. */
  stuck: Stuck | undefined;
  /** Added to every time that it reports, milliseconds. */
  clockSkewMs = 0;
  readonly #around: Surroundings;
  #course = new AbortController();
  #operation: Operation | undefined;
  #start: StartRecord | undefined;

  constructor(identity: GroupIdentity, body: GroupBody, around: Surroundings) {
    this.id = identity.id;
    this.name = identity.name;
    this.resourceGroup = identity.resourceGroup;
    this.location = identity.location;
    this.body = body;
    this.#around = around;
    this.containers = body.properties.containers.map(({ name }) => new ContainerInstance(name));
  }

  /** Whether all its containers came to their end. */
  get hasEnded(): boolean {
    return this.state === 'Succeeded' || this.state === 'Failed';
  }

  /** Creates, updates, starts or restarts: all come to a fresh run of all containers. */
  run(kind: StartRecord['kind'], operation?: Operation, body?: GroupBody): void {
    const transitions = {
      create: 'creating',
      update: 'updating',
      start: 'starting',
      restart: 'starting',
      repair: 'updating',
    } as const;
    const course = this.#begin(transitions[kind], operation);
    const previous = this.#stopContainers();
    if (body !== undefined) this.body = body;
    this.provisioningState = 'Pending';
    this.state = 'Pending';
    this.events = [];
    this.containers = this.body.properties.containers.map(({ name }) => {
      const instance = new ContainerInstance(name);
      instance.renew();
      return instance;
    });
    this.#start = this.#record(kind);
    this.#around.changed();
    this.#follow(course, async () => {
      await previous;
      await this.#deploy(course);
    });
  }

  /** Stops all containers; the group stays, `Stopped`. */
  stop(): void {
    const course = this.#begin('stopping', undefined);
    for (const container of this.containers) this.#announceKill(container);
    this.#around.changed();
    this.#follow(course, async () => {
      await this.#pause(course, this.#around.delays.stopping, 'stopping');
      if (course.signal.aborted) return;
      await this.#stopContainers();
      if (course.signal.aborted) return;
      this.#settle('Stopped', course);
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
      await this.vanish();
      endOperation(operation, this.now());
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
      const { running } = container;
      if (running === undefined) continue;
      container.killedWith = { exitCode, detailStatus };
      await running.stop();
    }
  }

  /** Fails what it is doing, or has done, the way Azure reports it afterwards. */
  async fail(error: { code: string; message: string }): Promise<void> {
    const operation = this.#operation;
    this.#course.abort();
    await this.#stopContainers();
    this.#failed(error, operation);
  }

  /** Goes on from where it got stuck. */
  free(): void {
    this.stuck = undefined;
    this.#unstick?.();
  }

  /** Stops everything without a trace: the environment is closing. */
  async halt(): Promise<void> {
    this.#course.abort();
    await this.#stopContainers();
  }

  #unstick: (() => void) | undefined;

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
      console.error(`Container group ${this.name} failed in the stand-in:`, error);
      this.#failed({ code: 'InternalServerError', message: String(error) }, course.operation);
    });
  }

  async #deploy(course: Course): Promise<void> {
    const { delays } = this.#around;
    await this.#pause(course, delays.accept, 'pending');
    if (course.signal.aborted) return;
    if (this.#around.capacity(this.location) === 'fails-later') {
      return this.#failed(noCapacity(this.location, this.#requested()), course.operation);
    }
    this.provisioningState = 'Creating';
    for (const container of this.containers) this.#event(container, 'Pulling', 'pulling image');
    this.#around.changed();
    await this.#pause(course, delays.pulling, 'pulling');
    for (const container of this.containers) {
      if (course.signal.aborted) return;
      await this.#bringUp(course, container);
    }
    if (course.signal.aborted || this.provisioningState === 'Failed') return;
    this.provisioningState = 'Succeeded';
    this.transition = undefined;
    if (this.state === 'Pending') this.state = 'Running';
    if (this.#start !== undefined) this.#start.runningAt = this.now();
    endOperation(course.operation, this.now());
    this.#around.changed();
  }

  /** Fetches the image, again and again where it cannot be had, and starts the container. */
  async #bringUp(course: Course, container: ContainerInstance): Promise<void> {
    const { delays, clock } = this.#around;
    const givesUpAt = clock.now().getTime() + delays.pullGivesUpAfter;
    const { image } = this.#bodyOf(container).properties;
    while (!course.signal.aborted) {
      try {
        await this.#launch(course, container, true);
        return;
      } catch (error) {
        if (!(error instanceof ImageUnavailable)) throw error;
        if (course.signal.aborted) return;
        this.#pullFailed(container, image, error.message);
        if (clock.now().getTime() >= givesUpAt) {
          const message = `Failed to pull image "${image}": ${error.message}`;
          return this.#failed({ code: 'Failed', message }, course.operation);
        }
        await clock.sleep(delays.pullRetry, course.signal);
        if (!course.signal.aborted) this.#event(container, 'Pulling', 'pulling image');
      }
    }
  }

  async #launch(course: Course, container: ContainerInstance, first: boolean): Promise<void> {
    const { runtime, clock, delays } = this.#around;
    const spec = containerSpec(this.name, this.body, this.#bodyOf(container));
    if (first) {
      await runtime.pull?.(spec);
      if (course.signal.aborted) return;
      this.#event(container, 'Pulled', 'Successfully pulled image');
      await clock.sleep(delays.starting, course.signal);
      if (course.signal.aborted) return;
    }
    const running = await runtime.start(spec);
    if (course.signal.aborted) return running.stop();
    addEvent(container.events, { name: 'Started', message: 'Started container' }, this.now());
    container.running = running;
    container.keptLog = undefined;
    container.become({ state: 'Running', startTime: this.now(), detailStatus: '' });
    this.#around.changed();
    running.ended.then((end) => {
      this.#terminated(container, running, end.exitCode);
      this.#around.changed();
      if (!course.signal.aborted) this.#follow(course, () => this.#afterEnd(course, container));
    });
  }

  #terminated(container: ContainerInstance, running: RunningContainer, code: number): void {
    const killed = container.killedWith;
    const exitCode = killed?.exitCode ?? code;
    container.keptLog = running.log();
    container.running = undefined;
    container.killedWith = undefined;
    container.become({
      state: 'Terminated',
      startTime: container.current?.startTime ?? this.now(),
      exitCode,
      finishTime: this.now(),
      detailStatus: killed?.detailStatus ?? (exitCode === 0 ? 'Completed' : 'Error'),
    });
    if (container === this.containers[0] && this.#start !== undefined) {
      this.#start.exitCode = exitCode;
    }
  }

  /** What the restart policy makes of a container's end. */
  async #afterEnd(course: Course, container: ContainerInstance): Promise<void> {
    const { restartPolicy = 'Always' } = this.body.properties;
    const exitCode = container.current?.exitCode;
    if (restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0)) {
      return this.#startAgain(course, container);
    }
    const ends = this.containers.map(({ current }) => current);
    if (ends.every((end) => end?.state === 'Terminated')) {
      this.#settle(ends.every((end) => end?.exitCode === 0) ? 'Succeeded' : 'Failed', course);
    }
  }

  async #startAgain(course: Course, container: ContainerInstance): Promise<void> {
    const detailStatus = 'CrashLoopBackOff: Back-off restarting failed';
    container.become({ state: 'Waiting', detailStatus });
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

  #failed(error: { code: string; message: string }, operation: Operation | undefined): void {
    this.provisioningState = 'Failed';
    this.state = 'Failed';
    this.transition = undefined;
    const event = { name: error.code, type: 'Warning', message: error.message } as const;
    addEvent(this.events, event, this.now());
    endOperation(operation, this.now(), error);
    if (this.#start !== undefined) this.#start.endedAt ??= this.now();
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

  #record(kind: StartRecord['kind']): StartRecord {
    const [first] = this.body.properties.containers;
    const variables = first?.properties.environmentVariables ?? [];
    const record: StartRecord = {
      group: this.name,
      location: this.location,
      at: this.now(),
      kind,
      image: first?.properties.image ?? '',
      env: Object.fromEntries(
        variables.map((one) => [one.name, one.secureValue ?? one.value ?? '']),
      ),
      secureNames: variables.filter((one) => one.secureValue !== undefined).map(({ name }) => name),
      runningAt: undefined,
      endedAt: undefined,
      exitCode: undefined,
    };
    this.#around.history.starts.push(record);
    return record;
  }

  #pullFailed(container: ContainerInstance, image: string, why: string): void {
    const now = this.now();
    addEvent(
      container.events,
      { name: 'Failed', type: 'Warning', message: `Failed to pull image "${image}": ${why}` },
      now,
    );
    addEvent(
      container.events,
      { name: 'BackOff', message: `Back-off pulling image "${image}"` },
      now,
    );
    const detailStatus = `ImagePullBackOff: Back-off pulling image "${image}"`;
    container.become({ state: 'Waiting', detailStatus });
    this.#around.changed();
  }

  #announceKill(container: ContainerInstance): void {
    if (container.running === undefined) return;
    addEvent(container.events, { name: 'Killing', message: 'Killing container' }, this.now());
  }

  #event(container: ContainerInstance, name: 'Pulling' | 'Pulled', what: string): void {
    const { image } = this.#bodyOf(container).properties;
    addEvent(container.events, { name, message: `${what} "${image}"` }, this.now());
  }

  #bodyOf(container: ContainerInstance): ContainerBody {
    const body = this.body.properties.containers.find(({ name }) => name === container.name);
    if (body === undefined)
      throw new Error(`Group ${this.name} has no container ${container.name}.`);
    return body;
  }

  #requested(): { cpu: number; memoryGB: number; osType: string } {
    return requestedResources(this.body);
  }

  /** The time on its clock, without the skew of what it reports. */
  now(): Date {
    return this.#around.clock.now();
  }
}

/** CPUs and memory of all containers together. */
export function requestedResources(body: GroupBody): {
  cpu: number;
  memoryGB: number;
  osType: string;
} {
  const requests = body.properties.containers.map(
    ({ properties }) => properties.resources.requests,
  );
  return {
    cpu: requests.reduce((sum, { cpu }) => sum + cpu, 0),
    memoryGB: requests.reduce((sum, { memoryInGB }) => sum + memoryInGB, 0),
    osType: body.properties.osType,
  };
}
