// Runs functions with what the host adds to an invocation: an id, log lines, the time limit and retries. Counts
// the invocations under way, so that a stop can wait for them.

import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationResponse, RetryOptions, TypedData } from './core-api.ts';
import { describeError, type Log } from './log.ts';
import type { RegisteredFunction, Worker } from './worker.ts';

export interface Trigger {
  /** The reason for the invocation, in the words of the real host's log. */
  readonly reason: string;
  /** Data for the trigger's binding. */
  readonly data: TypedData;
  /** Logged if the invocation is out of the ordinary. */
  readonly details?: string;
  readonly metadata?: Readonly<Record<string, TypedData>>;
  /** W3C trace context of the request. */
  readonly traceParent?: string;
  /** For triggers that the real host retries, which HTTP is not. */
  readonly retry?: RetryOptions | undefined;
}

export interface Outcome {
  readonly invocationId: string;
  readonly succeeded: boolean;
  readonly durationMs: number;
  /** What the function threw, with its stack. */
  readonly error?: string;
  readonly response?: InvocationResponse;
}

/** The reason for a call over HTTP, in the words of the host and the Core Tools. */
export const HOST_CALL = 'This function was programmatically called via the host APIs.';

export class Invocations {
  readonly #worker: Worker;
  readonly #log: Log;
  readonly #timeoutMs: number;
  /** Called when an invocation has exceeded the time limit; the real host then replaces the worker process. */
  readonly #onTimeout: () => void;
  readonly #active = new Set<Promise<Outcome>>();

  constructor(options: { worker: Worker; log: Log; timeoutMs: number; onTimeout: () => void }) {
    this.#worker = options.worker;
    this.#log = options.log;
    this.#timeoutMs = options.timeoutMs;
    this.#onTimeout = options.onTimeout;
  }

  /** Runs a function, and again after a failure if the trigger allows retries. Never rejects. */
  async run(registered: RegisteredFunction, trigger: Trigger): Promise<Outcome> {
    const most = trigger.retry?.maxRetryCount ?? 0;
    for (let retryCount = 0; ; retryCount++) {
      const outcome = await this.#track(this.#runOnce(registered, trigger, retryCount, most));
      if (outcome.succeeded || (most !== -1 && retryCount >= most)) return outcome;
      await sleep(retryDelayMs(trigger.retry, retryCount));
    }
  }

  /** Waits for the invocations under way, at most `milliseconds`. */
  async drain(milliseconds: number): Promise<void> {
    if (this.#active.size === 0) return;
    const late = sleep(milliseconds, undefined, { ref: false });
    await Promise.race([late, Promise.all(this.#active)]);
  }

  async #track(running: Promise<Outcome>): Promise<Outcome> {
    this.#active.add(running);
    try {
      return await running;
    } finally {
      this.#active.delete(running);
    }
  }

  async #runOnce(
    registered: RegisteredFunction,
    trigger: Trigger,
    retryCount: number,
    maxRetryCount: number,
  ): Promise<Outcome> {
    const { name, bindings } = registered.metadata;
    const invocationId = randomUUID();
    const say = (level: 'information' | 'error', message: string) =>
      this.#log({ level, message, functionName: name, invocationId });
    say('information', `Executing 'Functions.${name}' (Reason='${trigger.reason}', Id=${invocationId})`);
    if (trigger.details !== undefined) say('information', `Trigger Details: ${trigger.details}`);
    const bindingName = Object.entries(bindings).find(([, binding]) => /trigger$/i.test(binding.type ?? ''))?.[0] ?? '';
    const startedAt = performance.now();
    const took = () => Math.round(performance.now() - startedAt);
    try {
      const response = await this.#withTimeout(
        name,
        this.#worker.invoke(registered, {
          invocationId,
          functionId: registered.id,
          inputData: [{ name: bindingName, data: trigger.data }],
          triggerMetadata: trigger.metadata ?? {},
          traceContext: { traceParent: trigger.traceParent ?? newTraceParent(), traceState: '' },
          ...(maxRetryCount === 0 ? {} : { retryContext: { retryCount, maxRetryCount } }),
        }),
      );
      const durationMs = took();
      say('information', `Executed 'Functions.${name}' (Succeeded, Id=${invocationId}, Duration=${durationMs}ms)`);
      return { invocationId, succeeded: true, durationMs, response };
    } catch (thrown) {
      const durationMs = took();
      const error = describeError(thrown);
      say('error', `Executed 'Functions.${name}' (Failed, Id=${invocationId}, Duration=${durationMs}ms)`);
      say('error', `Exception while executing function: Functions.${name}. Result: Failure\nException: ${error}`);
      return { invocationId, succeeded: false, durationMs, error };
    }
  }

  async #withTimeout<Result>(name: string, work: Promise<Result>): Promise<Result> {
    if (!Number.isFinite(this.#timeoutMs)) return work;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`Timeout value of ${this.#timeoutMs / 1000} s was exceeded by function: Functions.${name}`));
        this.#onTimeout();
      }, this.#timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const newTraceParent = (): string => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;

function retryDelayMs(retry: RetryOptions | undefined, failures: number): number {
  if (retry?.retryStrategy !== 'exponentialBackoff') return (retry?.delayInterval?.seconds ?? 0) * 1000;
  const least = (retry.minimumInterval?.seconds ?? 1) * 1000;
  const most = (retry.maximumInterval?.seconds ?? 60) * 1000;
  return Math.min(most, least * 2 ** failures);
}
