// The file that keeps the groups between two starts of the local environment.

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ContainerGroup } from './group.ts';
import { ContainerInstance, type InstanceEvent, type InstanceState } from './instance.ts';
import { readGroup } from './parse.ts';
import type { Provider } from './provider.ts';

/** Changes come in bursts: how long to wait for the end of one, milliseconds of real time. */
const SETTLE_MS = 50;
/** The exit code of containers that were running when the environment ended. */
const KILLED = 137;

const date = z.coerce.date();
const eventSchema = z.object({
  name: z.string(),
  type: z.enum(['Normal', 'Warning']),
  message: z.string(),
  count: z.number(),
  first: date,
  last: date,
});
const instanceStateSchema = z.object({
  state: z.enum(['Waiting', 'Running', 'Terminated']),
  startTime: date.optional(),
  exitCode: z.number().optional(),
  finishTime: date.optional(),
  detailStatus: z.string(),
});
const savedSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      resourceGroup: z.string(),
      body: z.unknown(),
      provisioningState: z.string(),
      state: z.enum(['Pending', 'Running', 'Stopped', 'Succeeded', 'Failed']),
      transition: z.string().optional(),
      events: z.array(eventSchema),
      containers: z.array(
        z.object({
          name: z.string(),
          current: instanceStateSchema.optional(),
          previous: instanceStateSchema.optional(),
          restartCount: z.number(),
          events: z.array(eventSchema),
          log: z.string().optional(),
        }),
      ),
    }),
  ),
});
type Saved = z.infer<typeof savedSchema>;
type SavedGroup = Saved['groups'][number];

/** Writes the state after each change; `close` writes the last one. */
export class StateFile {
  readonly #file: string;
  readonly #provider: () => Provider;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string, provider: () => Provider) {
    this.#file = file;
    this.#provider = provider;
  }

  readonly changed = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write().catch((error: unknown) => {
        console.error(`The container groups could not be saved to ${this.#file}:`, error);
      });
    }, SETTLE_MS).unref();
  };

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#write();
  }

  #write(): Promise<void> {
    const content = JSON.stringify(save(this.#provider()));
    this.#writing = this.#writing.then(async () => {
      await mkdir(dirname(this.#file), { recursive: true });
      // Contains the secure values: no other user may read it.
      await writeFile(`${this.#file}.new`, content, { mode: 0o600 });
      await rename(`${this.#file}.new`, this.#file);
    });
    return this.#writing;
  }
}

/** Restores the groups of the last start. Those that were running then have ended with it. */
export async function restore(file: string, provider: Provider): Promise<void> {
  if (!existsSync(file)) return;
  const saved = savedSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  for (const one of saved.groups) {
    if (one.transition === 'deleting') continue;
    const group = provider.add(one.resourceGroup, one.name, readGroup(one.body));
    group.provisioningState = one.provisioningState;
    group.state = one.state;
    group.events = one.events;
    group.containers = one.containers.map((container) => restoredInstance(container, group));
    endIfRunning(group, one);
  }
}

function save(provider: Provider): Saved {
  return {
    groups: [...provider.groups.values()].map((group) => ({
      name: group.name,
      resourceGroup: group.resourceGroup,
      body: group.body,
      provisioningState: group.provisioningState,
      state: group.state,
      transition: group.transition,
      events: group.events,
      containers: group.containers.map(
        ({ name, current, previous, restartCount, events, log }) =>
          ({ name, current, previous, restartCount, events, log }) satisfies object,
      ),
    })),
  };
}

function restoredInstance(saved: SavedGroup['containers'][number], group: ContainerGroup): ContainerInstance {
  const instance = new ContainerInstance(saved.name, () => group.now());
  instance.current = saved.current satisfies InstanceState | undefined;
  instance.previous = saved.previous;
  instance.restartCount = saved.restartCount;
  instance.events = saved.events satisfies InstanceEvent[];
  instance.keptLog = saved.log;
  return instance;
}

function endIfRunning(group: ContainerGroup, saved: SavedGroup): void {
  if (saved.state !== 'Running' && saved.state !== 'Pending') return;
  for (const container of group.containers) {
    if (container.current?.state !== 'Terminated') container.ended(KILLED);
  }
  group.state = saved.transition === 'stopping' ? 'Stopped' : 'Failed';
  if (saved.provisioningState !== 'Succeeded') group.provisioningState = 'Failed';
}
