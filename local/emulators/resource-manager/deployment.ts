// One run of all containers of a group: room in the region, the images, the starts, and what follows when a
// container ends.

import type { Clock } from '../../../src/lib/util/clock.ts';
import { type ContainerRuntime, ImageUnavailable } from '../../containers/runtime.ts';
import { noCapacity } from './arm-error.ts';
import type { Delays } from './delays.ts';
import type { FileShares } from './file-shares.ts';
import { addEvent, type ContainerInstance, containerSpec, type InstanceEvent } from './instance.ts';
import type { Capacity } from './locations.ts';
import type { Operation } from './operations.ts';
import type { ContainerBody, GroupBody } from './schema.ts';
import type { GroupState, ProvisioningError, Stuck } from './states.ts';

/** What a group is doing now. The next call to the group aborts it. */
export interface Activity {
  readonly signal: AbortSignal;
  readonly operation: Operation | undefined;
}

export interface DeploymentContext {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly delays: Delays;
  readonly shares: FileShares;
  capacity(location: string): Capacity;
  /** Reports that something has changed that the state file keeps. */
  changed(): void;
}

/** A container group as its deployment sees it. */
export interface DeployedGroup {
  readonly name: string;
  readonly location: string;
  readonly body: GroupBody;
  readonly containers: readonly ContainerInstance[];
  /** Its own, which are not of one container. */
  readonly events: InstanceEvent[];
  readonly state: GroupState;
  readonly hasEnded: boolean;
  provisioningState: string;
  platformRestarts: number;
  /** Takes its steps; an error in them makes the group fail. */
  follow(activity: Activity, steps: () => Promise<void>): void;
  /** Waits for a step of this length, longer if the group is stuck there. */
  pause(activity: Activity, milliseconds: number, step: Stuck): Promise<void>;
  /** All containers have been started. */
  running(activity: Activity): void;
  containerEnded(container: ContainerInstance): void;
  /** Comes to rest. */
  settle(state: GroupState, activity: Activity): void;
  fail(error: ProvisioningError, activity: Activity, state: 'Failed' | 'Pending'): void;
}

export class Deployment {
  readonly #group: DeployedGroup;
  readonly #activity: Activity;
  readonly #context: DeploymentContext;

  constructor(group: DeployedGroup, activity: Activity, context: DeploymentContext) {
    this.#group = group;
    this.#activity = activity;
    this.#context = context;
  }

  /** Resolves when all containers have been started, or when the deployment has failed or was aborted. */
  async run(): Promise<void> {
    const group = this.#group;
    const { delays, changed } = this.#context;
    await group.pause(this.#activity, delays.accept, 'pending');
    await this.#findRoom();
    if (this.#aborted || group.state === 'Failed') return;
    if (group.provisioningState === 'Pending') group.provisioningState = 'Creating';
    if (!(await this.#mountVolumes())) return;
    for (const container of group.containers) this.#notePulling(container);
    changed();
    await group.pause(this.#activity, delays.pulling, 'pulling');
    for (const container of group.containers) await this.#bringUp(container);
    if (!this.#aborted && !group.hasEnded) group.running(this.#activity);
  }

  get #aborted(): boolean {
    return this.#activity.signal.aborted;
  }

  /** Returns when the region has room; fails if it never will. */
  async #findRoom(): Promise<void> {
    const { location, body } = this.#group;
    const { clock, delays } = this.#context;
    let capacity = this.#context.capacity(location);
    const error = { ...noCapacity(location, body), event: 'InsufficientCapacity.' };
    if (this.#aborted || capacity === 'ample' || capacity === 'refuses') return;
    if (capacity === 'fails-later') return this.#fail(error);
    // "A failed state does not mean that the resource is removed or stops attempting to succeed."
    this.#group.fail(error, this.#activity, 'Pending');
    while (capacity === 'fails-and-keeps-trying' && !this.#aborted) {
      await clock.sleep(delays.tryingAgain, this.#activity.signal);
      capacity = this.#context.capacity(location);
    }
  }

  /** Whether all volumes are mounted; nothing starts before. Whatever is wrong, Azure's words are these. */
  async #mountVolumes(): Promise<boolean> {
    const { clock, delays, shares, changed } = this.#context;
    const { events, body } = this.#group;
    const givesUpAt = clock.now().getTime() + delays.pullGivesUpAfter;
    const event = { name: 'FailedMountAzureFileVolume', message: 'Failed to mount Azure File Volume.' };
    while (!this.#aborted && !shares.canMount(body.properties.volumes ?? [])) {
      if (clock.now().getTime() >= givesUpAt) {
        this.#fail({ message: event.message, event: event.name });
        return false;
      }
      addEvent(events, { ...event, type: 'Warning' }, clock.now());
      changed();
      await clock.sleep(delays.mountRetry, this.#activity.signal);
    }
    return !this.#aborted;
  }

  /** Pulls the image, repeatedly if it is not available, and starts the container. */
  async #bringUp(container: ContainerInstance): Promise<void> {
    const { delays, clock, changed } = this.#context;
    const givesUpAt = clock.now().getTime() + delays.pullGivesUpAfter;
    const { image } = this.#bodyOf(container).properties;
    while (!this.#aborted && this.#group.state === 'Pending') {
      try {
        await this.#pull(container);
        return await this.#start(container);
      } catch (error) {
        if (!(error instanceof ImageUnavailable)) throw error;
        if (this.#aborted) return;
        container.pullFailed(image, error.message);
        changed();
        if (clock.now().getTime() >= givesUpAt) {
          const message = `Failed to pull image "${image}": ${error.message}`;
          return this.#fail({ message, event: 'Failed' });
        }
        await clock.sleep(delays.pullRetry, this.#activity.signal);
        if (!this.#aborted) this.#notePulling(container);
      }
    }
  }

  async #pull(container: ContainerInstance): Promise<void> {
    const { runtime, clock, delays } = this.#context;
    await runtime.pull?.(this.#specOf(container));
    if (this.#aborted) return;
    const { image } = this.#bodyOf(container).properties;
    container.note('Pulled', `Successfully pulled image "${image}"`);
    await clock.sleep(delays.starting, this.#activity.signal);
  }

  async #start(container: ContainerInstance): Promise<void> {
    if (this.#aborted) return;
    const running = await this.#context.runtime.start(this.#specOf(container));
    if (this.#aborted) return running.stop();
    container.started(running);
    this.#context.changed();
    running.ended.then(({ exitCode }) => {
      container.ended(exitCode);
      this.#group.containerEnded(container);
      this.#context.changed();
      if (!this.#aborted) this.#group.follow(this.#activity, () => this.#afterEnd(container));
    });
  }

  /** Starts an ended container again if the restart policy or the platform does so; else settles the group. */
  async #afterEnd(container: ContainerInstance): Promise<void> {
    const group = this.#group;
    const { restartPolicy = 'Always' } = group.body.properties;
    const failed = container.current?.exitCode !== 0;
    if (restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && failed)) {
      return this.#startAgain(container);
    }
    if (failed && group.platformRestarts > 0) {
      group.platformRestarts -= 1;
      return this.#startAgain(container);
    }
    const ends = group.containers.map(({ current }) => current);
    if (ends.every((end) => end?.state === 'Terminated')) {
      const succeeded = ends.every((end) => end?.exitCode === 0);
      group.settle(succeeded ? 'Succeeded' : 'Failed', this.#activity);
    }
  }

  async #startAgain(container: ContainerInstance): Promise<void> {
    const { clock, delays, changed } = this.#context;
    container.waits('CrashLoopBackOff: Back-off restarting failed');
    changed();
    await clock.sleep(delays.restarting, this.#activity.signal);
    if (this.#aborted) return;
    container.restartCount += 1;
    await this.#start(container);
  }

  #fail(error: ProvisioningError): void {
    this.#group.fail(error, this.#activity, 'Failed');
  }

  #notePulling(container: ContainerInstance): void {
    container.note('Pulling', `pulling image "${this.#bodyOf(container).properties.image}"`);
  }

  #specOf(container: ContainerInstance) {
    return containerSpec(this.#group.name, this.#group.body, this.#bodyOf(container), this.#context.shares);
  }

  #bodyOf(container: ContainerInstance): ContainerBody {
    const { name, body } = this.#group;
    const found = body.properties.containers.find((one) => one.name === container.name);
    if (found === undefined) throw new Error(`Group ${name} has no container ${container.name}.`);
    return found;
  }
}
