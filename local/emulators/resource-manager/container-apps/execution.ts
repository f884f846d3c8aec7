// One execution of a job: what Container Apps do after they have accepted a start.

import type { JobExecution } from '@azure/arm-appcontainers';
import type { Clock } from '../../../../src/lib/util/clock.ts';
import { type ContainerRuntime, ImageUnavailable, type RunningContainer } from '../../../containers/runtime.ts';
import type { Delays } from '../delays.ts';
import { type ExecutionTemplate, gibibytes } from './template.ts';

export interface ExecutionContext {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly delays: Delays;
}

export interface ExecutionOptions {
  readonly name: string;
  readonly template: ExecutionTemplate;
  /** The values of the job's secrets, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly replicaTimeout: number;
  readonly replicaRetryLimit: number;
}

type Status = 'Running' | 'Processing' | 'Stopped' | 'Degraded' | 'Failed' | 'Unknown' | 'Succeeded';
type ContainerDetail = NonNullable<
  NonNullable<NonNullable<JobExecution['detailedStatus']>['replicas']>[number]['containers']
>[number];

/** An execution as an answer has it. */
export interface ShownExecution {
  readonly name: string;
  readonly id: string;
  readonly properties: object;
}

export class Execution {
  readonly name: string;
  readonly template: ExecutionTemplate;
  readonly env: Readonly<Record<string, string>>;
  /** Set by tests, where Azure says something else than what is. */
  status: Status = 'Processing';
  startTime: Date | undefined;
  endTime: Date | undefined;
  exitCode: number | undefined;
  /** What it says of its container, and of its end. */
  words = '';
  /** How often its container was started. */
  starts = 0;
  readonly #options: ExecutionOptions;
  readonly #context: ExecutionContext;
  readonly #ending = new AbortController();
  #running: RunningContainer | undefined;
  #log = '';

  constructor(options: ExecutionOptions, context: ExecutionContext) {
    this.name = options.name;
    this.template = options.template;
    this.#options = options;
    this.#context = context;
    const [first] = options.template.containers;
    this.env = Object.fromEntries(
      (first?.env ?? []).map(({ name, value, secretRef }) => [
        name,
        secretRef == null ? (value ?? '') : (options.secrets.get(secretRef) ?? ''),
      ]),
    );
  }

  get hasEnded(): boolean {
    return this.endTime !== undefined;
  }

  get log(): string {
    return this.#running?.log() ?? this.#log;
  }

  /** Brings it up; returns at once. */
  begin(): void {
    this.#limitTime();
    this.#run().catch((error: unknown) => {
      console.error(`Execution ${this.name} failed in the emulator:`, error);
      this.#end('Failed', { words: String(error) });
    });
  }

  /** Asks it to stop. Its end comes later. */
  stop(): void {
    if (this.#ending.signal.aborted || this.hasEnded) return;
    this.#abandon('Stopped', {});
  }

  /** Azure loses what it runs on. */
  fail(words: string): void {
    if (!this.hasEnded) this.#abandon('Failed', { words });
  }

  /** The kernel ends its container. */
  async kill(): Promise<void> {
    if (!this.hasEnded) this.#abandon('Failed', { exitCode: 137, words: 'OOMKilled' });
    await this.#running?.stop();
  }

  /** Stops everything without reporting it: the environment is closing. */
  async halt(): Promise<void> {
    this.#ending.abort();
    this.endTime ??= this.#context.clock.now();
    await this.#running?.stop();
  }

  view(id: string): ShownExecution & { readonly type: string } {
    const { template, startTime, endTime, status } = this;
    const [first] = template.containers;
    const container: ContainerDetail = {
      name: first?.name ?? '',
      status: this.hasEnded ? 'Terminated' : this.#running === undefined ? 'Waiting' : 'Running',
      ...(this.exitCode === undefined ? {} : { code: this.exitCode }),
      ...(this.words === '' ? {} : { additionalInformation: this.words }),
    };
    return {
      name: this.name,
      id,
      type: 'Microsoft.App/jobs/executions',
      properties: {
        status,
        ...(startTime === undefined ? {} : { startTime: startTime.toISOString() }),
        ...(endTime === undefined ? {} : { endTime: endTime.toISOString() }),
        template,
        detailedStatus: { replicas: [{ name: `${this.name}-0`, containers: [container] }] },
      },
    };
  }

  async #run(): Promise<void> {
    const { clock, delays } = this.#context;
    const { signal } = this.#ending;
    await clock.sleep(delays.accept + delays.pulling, signal);
    for (let retries = 0; !signal.aborted; retries += 1) {
      const running = await this.#bringUp();
      if (running === null) return;
      const { exitCode } = await running.ended;
      this.#log = running.log();
      this.#running = undefined;
      if (signal.aborted) return;
      if (exitCode === 0 || retries >= this.#options.replicaRetryLimit)
        return this.#end(exitCode === 0 ? 'Succeeded' : 'Failed', { exitCode });
    }
  }

  /** Pulls and starts, again and again while the image is not to be had. */
  async #bringUp(): Promise<RunningContainer | null> {
    const { clock, delays, runtime } = this.#context;
    const { signal } = this.#ending;
    const spec = this.#spec();
    while (!signal.aborted) {
      try {
        await runtime.pull?.(spec);
        await clock.sleep(delays.starting, signal);
        if (signal.aborted) return null;
        const running = await runtime.start(spec);
        if (this.#ending.signal.aborted) {
          await running.stop();
          return null;
        }
        this.starts += 1;
        this.words = '';
        this.status = 'Running';
        this.startTime ??= clock.now();
        this.#running = running;
        return running;
      } catch (error) {
        if (!(error instanceof ImageUnavailable)) throw error;
        this.words = `ImagePullBackOff: Back-off pulling image "${spec.image}": ${error.message}`;
        await clock.sleep(delays.pullRetry, signal);
      }
    }
    return null;
  }

  #spec() {
    const [{ name = '', image = '', command, args, resources } = {}] = this.template.containers;
    const words = [...(command ?? []), ...(args ?? [])];
    return {
      name: `${this.name}/${name}`,
      image,
      ...(words.length === 0 ? {} : { command: words }),
      env: this.env,
      cpu: resources?.cpu ?? 0.5,
      memoryGB: gibibytes(resources?.memory ?? '1Gi'),
    };
  }

  /** "The maximum time in seconds a replica can execute": https://learn.microsoft.com/azure/container-apps/jobs */
  #limitTime(): void {
    this.#context.clock.sleep(this.#options.replicaTimeout * 1000, this.#ending.signal).then(() => {
      if (!this.hasEnded && !this.#ending.signal.aborted)
        this.#abandon('Failed', { words: 'DeadlineExceeded: Job was active longer than specified deadline' });
    });
  }

  /** Ends it whatever it does. */
  #abandon(status: Status, end: { readonly exitCode?: number; readonly words?: string }): void {
    this.#ending.abort();
    const stopping = async () => {
      await this.#context.clock.sleep(this.#context.delays.stopping);
      const running = this.#running;
      await running?.stop();
      if (running !== undefined) this.#log = running.log();
      this.#running = undefined;
      this.#end(status, end);
    };
    stopping().catch((error: unknown) => console.error(`Execution ${this.name} could not be stopped:`, error));
  }

  #end(status: Status, { exitCode, words = '' }: { readonly exitCode?: number; readonly words?: string }): void {
    if (this.hasEnded) return;
    this.status = status;
    this.exitCode = exitCode;
    this.words = words;
    this.endTime = this.#context.clock.now();
    this.#ending.abort();
  }
}
