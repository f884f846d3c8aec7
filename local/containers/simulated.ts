// Simulated containers, for tests: no processes and no real time, only the clock. Thousands of them cost nothing.

import type { Clock } from '../../src/lib/util/clock.ts';
import { LogBuffer } from './log-buffer.ts';
import {
  type ContainerEnd,
  type ContainerRuntime,
  type ContainerSpec,
  ImageUnavailable,
  type RunningContainer,
} from './runtime.ts';

/** What a simulated container does, step by step. */
interface SimulatedStep {
  /** Milliseconds after the previous step. */
  readonly after: number;
  /** Written to the log, with a newline. */
  readonly line?: string;
  /** A side effect, such as submitting to Numerai. If it throws, the container ends with exit code 1. */
  readonly effect?: () => void | Promise<void>;
}

export interface SimulatedRun {
  readonly steps?: readonly SimulatedStep[];
  /** Milliseconds from the last step to the end; `Infinity`: it never ends. Default 0. */
  readonly endsAfter?: number;
  /** Default 0. */
  readonly exitCode?: number;
  readonly detail?: string;
}

/** Decides what a container does. `start` counts all starts of the runtime, from 1. */
export type Behaviour = (spec: ContainerSpec, start: number) => SimulatedRun;

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  /** Default: runs for a minute and succeeds. */
  readonly behaviour?: Behaviour;
  /** Images that cannot be pulled. */
  readonly missingImages?: readonly string[];
}

const SUCCEED_AFTER_A_MINUTE: Behaviour = () => ({ endsAfter: 60_000 });
const TERMINATED: ContainerEnd = { exitCode: 143 };

export class SimulatedRuntime implements ContainerRuntime {
  /** Every container that has been started, oldest first. */
  readonly starts: ContainerSpec[] = [];
  behaviour: Behaviour;
  readonly missingImages: Set<string>;
  /** Why an image cannot be pulled, where it is not that it is missing. */
  readonly pullErrors = new Map<string, string>();
  /** How long a pull takes, milliseconds, on top of what the platform takes for every image. */
  pullMs: (spec: ContainerSpec) => number = () => 0;
  readonly #clock: Clock;
  readonly #running = new Set<RunningContainer>();

  constructor(options: SimulatedRuntimeOptions) {
    this.#clock = options.clock;
    this.behaviour = options.behaviour ?? SUCCEED_AFTER_A_MINUTE;
    this.missingImages = new Set(options.missingImages);
  }

  /** How many containers are running now. */
  get running(): number {
    return this.#running.size;
  }

  async pull(spec: ContainerSpec): Promise<void> {
    this.#assertImage(spec);
    await this.#clock.sleep(this.pullMs(spec));
  }

  async start(spec: ContainerSpec): Promise<RunningContainer> {
    this.#assertImage(spec);
    this.starts.push(spec);
    const log = new LogBuffer();
    const stopped = new AbortController();
    const container: RunningContainer = {
      ended: this.#live(this.behaviour(spec, this.starts.length), log, stopped.signal).finally(() =>
        this.#running.delete(container),
      ),
      log: () => log.text(),
      stop: async () => {
        stopped.abort();
        await container.ended;
      },
    };
    this.#running.add(container);
    return container;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((container) => container.stop()));
  }

  #assertImage({ image }: ContainerSpec): void {
    const error = this.missingImages.has(image) ? `image ${image} not found` : this.pullErrors.get(image);
    if (error !== undefined) throw new ImageUnavailable(image, error);
  }

  async #live(run: SimulatedRun, log: LogBuffer, stopped: AbortSignal): Promise<ContainerEnd> {
    for (const step of run.steps ?? []) {
      await this.#sleep(step.after, stopped);
      if (stopped.aborted) return TERMINATED;
      if (step.line !== undefined) log.append(`${step.line}\n`);
      try {
        await step.effect?.();
      } catch (error) {
        log.append(`${String(error)}\n`);
        return { exitCode: 1 };
      }
    }
    await this.#sleep(run.endsAfter ?? 0, stopped);
    if (stopped.aborted) return TERMINATED;
    const { exitCode = 0, detail } = run;
    return detail === undefined ? { exitCode } : { exitCode, detail };
  }

  async #sleep(milliseconds: number, stopped: AbortSignal): Promise<void> {
    if (Number.isFinite(milliseconds)) return this.#clock.sleep(milliseconds, stopped);
    if (stopped.aborted) return;
    await new Promise<void>((resolve) => stopped.addEventListener('abort', () => resolve(), { once: true }));
  }
}
