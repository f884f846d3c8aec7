// One container of a group: what it is to run, how it fares, and its log.

import type { ContainerSpec, RunningContainer } from '../../containers/runtime.ts';
import type { ContainerBody, GroupBody } from './schema.ts';

export interface InstanceState {
  readonly state: 'Waiting' | 'Running' | 'Terminated';
  readonly startTime?: Date;
  readonly exitCode?: number;
  readonly finishTime?: Date;
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

/** Remembered for that many of the same event, as one entry with a count. */
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

export class ContainerInstance {
  readonly name: string;
  current: InstanceState | undefined;
  previous: InstanceState | undefined;
  restartCount = 0;
  events: InstanceEvent[] = [];
  running: RunningContainer | undefined;
  /** What is left of the log when nothing runs any more; `undefined` where there is none to have. */
  keptLog: string | undefined;
  /** How the kill that is under way is to be reported. */
  killedWith: { exitCode: number; detailStatus: string } | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Its log: the current run's, or what the last one left. `undefined` before the first start. */
  get log(): string | undefined {
    return this.running?.log() ?? this.keptLog;
  }

  /** The state that counts now; the one before it stays visible. */
  become(state: InstanceState): void {
    if (this.current !== undefined && this.current.state !== 'Waiting')
      this.previous = this.current;
    this.current = state;
  }

  /** A new deployment of the group begins: nothing of the last one stays but its end. */
  renew(): void {
    this.running = undefined;
    this.keptLog = undefined;
    this.previous = undefined;
    this.current = { state: 'Waiting', detailStatus: '' };
    this.restartCount = 0;
    this.events = [];
  }
}

/** What the runtime is told: exactly what the group says, plain and secure variables alike. */
export function containerSpec(
  group: string,
  body: GroupBody,
  container: ContainerBody,
): ContainerSpec {
  const { image, command, environmentVariables = [], resources } = container.properties;
  const credential = (body.properties.imageRegistryCredentials ?? []).find(
    (one) => one.username !== undefined && registryOf(image) === one.server,
  );
  return {
    name: `${group}/${container.name}`,
    image,
    ...(command === undefined || command.length === 0 ? {} : { command }),
    env: Object.fromEntries(
      environmentVariables.map(({ name, value, secureValue }) => [
        name,
        secureValue ?? value ?? '',
      ]),
    ),
    cpu: resources.requests.cpu,
    memoryGB: resources.requests.memoryInGB,
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

/** The registry that an image's name points at, as Docker reads it. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return named ? first : 'docker.io';
}
