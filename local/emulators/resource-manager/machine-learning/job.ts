// One job: what Machine Learning does after it has taken it.

import type { CommandJob, JobBase, PipelineJob } from '@azure/arm-machinelearning';
import type { Clock } from '../../../../src/lib/util/clock.ts';
import {
  type ContainerRuntime,
  type ContainerSpec,
  ImageUnavailable,
  type RunningContainer,
} from '../../../containers/runtime.ts';
import type { Delays } from '../delays.ts';

export interface JobContext {
  readonly clock: Clock;
  readonly runtime: ContainerRuntime;
  readonly delays: Delays;
}

/** What the emulator uses of the states; the order is that of a cluster without nodes. */
export type JobStatus =
  | 'NotStarted'
  | 'Preparing'
  | 'Queued'
  | 'Running'
  | 'Finalizing'
  | 'CancelRequested'
  | 'Completed'
  | 'Failed'
  | 'Canceled'
  | 'NotResponding';

export type JobProperties = CommandJob | PipelineJob;

export class MlJob {
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly createdAt: Date;
  /** What it was created with; tags may be replaced. */
  properties: JobProperties;
  /** Set by tests, where Azure says something else than what is. */
  status: JobStatus = 'NotStarted';
  /** Set by tests: the list of jobs is late. */
  isListed = true;
  /** Set by tests: how many steps a pipeline has. */
  steps = 1;
  startTime: Date | undefined;
  endTime: Date | undefined;
  /** Of its command; no answer has it but in words. */
  exitCode: number | undefined;
  /** What the run history says of its end. */
  error: { readonly code: string; readonly message: string } | null = null;
  readonly #context: JobContext;
  readonly #ending = new AbortController();
  #running: RunningContainer | undefined;
  #log = '';

  constructor(name: string, properties: JobProperties, spec: ContainerSpec, context: JobContext) {
    this.name = name;
    this.properties = properties;
    this.spec = spec;
    this.createdAt = context.clock.now();
    this.#context = context;
  }

  get hasEnded(): boolean {
    return this.endTime !== undefined;
  }

  /** Whether an endpoint has made it: then its command is that of a step. */
  get isPipeline(): boolean {
    return this.properties.jobType === 'Pipeline';
  }

  get log(): string {
    return this.#running?.log() ?? this.#log;
  }

  /** Whether there is a log: from its start on. */
  get hasLog(): boolean {
    return this.startTime !== undefined;
  }

  /** Brings it up; returns at once. */
  begin(): void {
    this.#run().catch((error: unknown) => {
      console.error(`Job ${this.name} failed in the emulator:`, error);
      this.#end('Failed', { code: 'SystemError', message: String(error) });
    });
  }

  /** Asks it to end. That comes later. */
  cancel(): void {
    if (this.#ending.signal.aborted || this.hasEnded) return;
    this.status = 'CancelRequested';
    this.#abandon('Canceled', null);
  }

  /** Azure loses the node that it runs on. */
  fail(message: string): void {
    if (!this.hasEnded) this.#abandon('Failed', { code: 'SystemError', message });
  }

  /** The kernel ends its command: Python reports a signal as a negative code. */
  async kill(): Promise<void> {
    if (!this.hasEnded) {
      this.exitCode = 137;
      this.#abandon('Failed', exited(-9));
    }
    await this.#running?.stop();
  }

  /** Stops everything without reporting it: the environment is closing, or the job is deleted. */
  async halt(): Promise<void> {
    this.#ending.abort();
    this.endTime ??= this.#context.clock.now();
    await this.#running?.stop();
  }

  /** @param services where its history and its page in the studio are. */
  view(id: string, services: JobBase['properties']['services']): JobBase {
    return {
      id,
      name: this.name,
      type: 'Microsoft.MachineLearningServices/workspaces/jobs',
      systemData: { createdAt: this.createdAt, createdByType: 'Application' },
      properties: { ...this.properties, status: this.status, ...(services === undefined ? {} : { services }) },
    };
  }

  async #run(): Promise<void> {
    const { clock, delays, runtime } = this.#context;
    const { signal } = this.#ending;
    const wait = async (status: JobStatus, milliseconds: number) => {
      if (!signal.aborted) this.status = status;
      await clock.sleep(milliseconds, signal);
    };
    await wait('NotStarted', delays.accept);
    await wait('Preparing', delays.starting);
    // A cluster without nodes starts one, which pulls the image.
    await wait('Queued', delays.pulling);
    if (signal.aborted) return;
    try {
      await runtime.pull?.(this.spec);
      const running = await runtime.start(this.spec);
      if (this.#ending.signal.aborted) return void (await running.stop());
      this.status = 'Running';
      this.startTime = clock.now();
      this.#running = running;
      const { exitCode } = await running.ended;
      this.#log = running.log();
      this.#running = undefined;
      if (signal.aborted) return;
      this.exitCode = exitCode;
      // Its outputs are collected yet; its end is that of the command.
      const endedAt = clock.now();
      await wait('Finalizing', delays.starting);
      if (signal.aborted) return;
      this.#end(exitCode === 0 ? 'Completed' : 'Failed', exitCode === 0 ? null : exited(exitCode), endedAt);
    } catch (error) {
      if (!(error instanceof ImageUnavailable)) throw error;
      this.#end('Failed', {
        code: 'UserError',
        // As reported in https://github.com/Azure/MachineLearningNotebooks/issues/1479.
        message: [
          'AzureMLCompute job failed.',
          'FailedPullingImage: Unable to pull docker image',
          `\timageName: ${this.spec.image}`,
          `\terr: Run docker command to pull public image failed with error: Error response from daemon: ${error.message}`,
          '\tInfo: Failed to prepare an environment for the job execution: Job environment preparation failed on 10.0.0.4 with err exit status 1.',
        ].join('\n'),
      });
    }
  }

  /** Ends it whatever it does. */
  #abandon(status: JobStatus, error: MlJob['error']): void {
    this.#ending.abort();
    const stopping = async () => {
      await this.#context.clock.sleep(this.#context.delays.stopping);
      const running = this.#running;
      await running?.stop();
      if (running !== undefined) this.#log = running.log();
      this.#running = undefined;
      this.#end(status, error);
    };
    stopping().catch((thrown: unknown) => console.error(`Job ${this.name} could not be stopped:`, thrown));
  }

  #end(status: JobStatus, error: MlJob['error'], at: Date = this.#context.clock.now()): void {
    if (this.hasEnded) return;
    this.status = status;
    this.error = error;
    this.endTime = at;
    this.#ending.abort();
  }
}

/** In the words of the run history. */
const exited = (code: number) => ({
  code: 'UserError',
  message: `Execution failed. User process 'sh' exited with status code ${code}. Please check log file 'user_logs/std_log.txt' for error details.`,
});
