// One container of a group: its state, its events and its log.

import { type ContainerSpec, LOG_LIMIT_BYTES, type RunningContainer } from '../../containers/runtime.ts';
import type { FileShares } from './file-shares.ts';
import type { ContainerBody, GroupBody } from './schema.ts';

export interface InstanceState {
  readonly state: 'Waiting' | 'Running' | 'Terminated';
  readonly startTime?: Date | undefined;
  readonly exitCode?: number | undefined;
  readonly finishTime?: Date | undefined;
  readonly detailStatus: string;
}

export interface InstanceEvent {
  readonly name: string;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
  count: number;
  readonly first: Date;
  last: Date;
}

/** Records an event. A repeated one is counted instead of listed again. */
export function addEvent(
  events: InstanceEvent[],
  event: { name: string; type?: 'Normal' | 'Warning'; message: string },
  now: Date,
): void {
  const { name, type = 'Normal', message } = event;
  const same = events.find((one) => one.name === name && one.message === message);
  if (same === undefined) {
    events.push({ name, type, message, count: 1, first: now, last: now });
    return;
  }
  same.count += 1;
  same.last = now;
}

/**
 * Of the log of an ended container less is kept than of a running one: 16 KB or 1,000 lines. See "Container
 * instance log size" in
 * https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
 */
const ENDED_LOG_BYTES = 16 * 1024;
const ENDED_LOG_LINES = 1_000;

export class ContainerInstance {
  readonly name: string;
  current: InstanceState | undefined;
  previous: InstanceState | undefined;
  restartCount = 0;
  events: InstanceEvent[] = [];
  running: RunningContainer | undefined;
  /** The log after the end of the container; `undefined` if there is none. */
  keptLog: string | undefined;
  /** How to report the kill that is under way. */
  killedWith: { exitCode: number; detailStatus: string } | undefined;
  readonly #now: () => Date;

  constructor(name: string, now: () => Date) {
    this.name = name;
    this.#now = now;
  }

  /** The log of the current run, or of the last one. `undefined` before the first start. */
  get log(): string | undefined {
    return this.running?.log() ?? this.keptLog;
  }

  note(name: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    addEvent(this.events, { name, message, type }, this.#now());
  }

  waits(detailStatus: string): void {
    this.#become({ state: 'Waiting', detailStatus });
  }

  pullFailed(image: string, why: string): void {
    this.note('Failed', `Failed to pull image "${image}": ${why}`, 'Warning');
    this.note('BackOff', `Back-off pulling image "${image}"`);
    this.waits(`ImagePullBackOff: Back-off pulling image "${image}"`);
  }

  started(running: RunningContainer): void {
    this.note('Started', 'Started container');
    this.running = running;
    this.keptLog = undefined;
    this.#become({ state: 'Running', startTime: this.#now(), detailStatus: '' });
  }

  /** Records that it has ended. */
  ended(code: number): void {
    const exitCode = this.killedWith?.exitCode ?? code;
    if (this.running !== undefined) this.keptLog = endedLog(this.running.log());
    this.running = undefined;
    this.#become({
      state: 'Terminated',
      startTime: this.current?.startTime ?? this.#now(),
      exitCode,
      finishTime: this.#now(),
      detailStatus: this.killedWith?.detailStatus ?? (exitCode === 0 ? 'Completed' : 'Error'),
    });
    this.killedWith = undefined;
  }

  /**
   * Sets the current state. The end of a run stays visible as the previous state once the platform starts the
   * container again; before that it has none: `"previousState": null` in
   * https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/long-image-pulls
   */
  #become(state: InstanceState): void {
    if (this.current?.state === 'Terminated') this.previous = this.current;
    this.current = state;
  }
}

/** Cuts the log of a running container, the last 4 MiB, to that of an ended one. */
function endedLog(log: string): string {
  const bytes = Buffer.from(log.slice(-LOG_LIMIT_BYTES));
  const tail = bytes.subarray(Math.max(0, bytes.length - ENDED_LOG_BYTES)).toString('utf8');
  const whole = bytes.length <= ENDED_LOG_BYTES ? tail : tail.slice(tail.indexOf('\n') + 1);
  const lines = whole.split('\n');
  // A trailing newline makes the last element empty.
  const keep = ENDED_LOG_LINES + (whole.endsWith('\n') ? 1 : 0);
  return lines.slice(-keep).join('\n');
}

/** The container as the runtime gets it: exactly as its group describes it, secure variables included. */
export function containerSpec(
  group: string,
  body: GroupBody,
  container: ContainerBody,
  shares: FileShares,
): ContainerSpec {
  const { image, command, environmentVariables = [], resources, volumeMounts } = container.properties;
  const mounts = shares.mountsOf(body.properties.volumes ?? [], volumeMounts);
  const credential = (body.properties.imageRegistryCredentials ?? []).find(
    (one) => one.username !== undefined && registryOf(image) === one.server,
  );
  return {
    name: `${group}/${container.name}`,
    image,
    ...(command === undefined || command.length === 0 ? {} : { command }),
    env: Object.fromEntries(
      environmentVariables.map(({ name, value, secureValue }) => [name, secureValue ?? value ?? '']),
    ),
    cpu: resources.requests.cpu,
    memoryGB: resources.requests.memoryInGB,
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(credential === undefined
      ? {}
      : {
          registry: {
            server: credential.server,
            username: credential.username ?? '',
            password: credential.password ?? '',
          },
        }),
  };
}

/** The registry in an image's name, as Docker reads it. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return named ? first : 'docker.io';
}
