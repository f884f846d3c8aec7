// An instance of the app in this process, made by the app's own composition root. Its clock may be off, and
// it can be killed: then it does nothing more, since neither its calls nor its sleeps ever come back. All
// that the simulation asks of the app's code is asked here.

import { createApp, type Services } from '../../../src/app.ts';
import { withBudget } from '../../../src/functions/start-budget.ts';
import { watchAndAlert } from '../../../src/functions/watcher.ts';
import { type Entry, findEntry } from '../../../src/lib/config/models.ts';
import { createDeputy } from '../../../src/lib/fallback/deputy.ts';
import { fallback } from '../../../src/lib/fallback/tick.ts';
import { cancelRun } from '../../../src/lib/operations/cancel-run.ts';
import { requestRun } from '../../../src/lib/operations/request-run.ts';
import type { RunRequest } from '../../../src/lib/start/request.ts';
import { webhookBody } from '../../../src/lib/start/webhook-body.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import { AppError } from '../../../src/lib/util/errors.ts';
import type { WatchResult } from '../../../src/lib/watch/tick.ts';
import type { Caller, ExternalCalls } from '../world/external-calls.ts';
import type { Random } from '../world/random.ts';
import type { World } from '../world/world.ts';
import { systemFor } from './system.ts';

/** Changes what the app works with, to show that the checks notice. */
export type Mutation = (services: Services) => Services;

export interface InstanceOptions {
  readonly name: string;
  /** The gate that its calls go through. */
  readonly calls: ExternalCalls;
  /** Default: always the middle. */
  readonly random?: Random;
  /** How far its clock is off, milliseconds. */
  readonly skewMs?: number;
  readonly mutation?: Mutation | null;
  readonly onLog?: (line: string) => void;
}

/** What a trigger asks for. */
export type Trigger = Pick<RunRequest, 'trigger' | 'triggerId' | 'isTest' | 'force' | 'round'>;

/** What a trigger is answered. 503: it could not be recorded. 409: it was refused. */
export type Answered =
  | { readonly status: 200; readonly runId: string; readonly duplicate: boolean }
  | { readonly status: 409 | 503; readonly runId: null; readonly duplicate: false };

const REFUSED: ReadonlySet<string> = new Set(['conflict', 'paused']);

/** Whether it is an error of the app's own kind, which faults come to; any other is a fault of the app. */
export const isExpected = (error: unknown): boolean => error instanceof AppError;

export class Instance implements Caller {
  readonly name: string;
  /** Resolves when it dies. */
  readonly died: Promise<undefined>;
  readonly #services: Services;
  readonly #covered = new Set<string>();
  readonly #deputy = createDeputy();
  #dead = false;
  #resolveDied: () => void = () => {};

  constructor(world: World, options: InstanceOptions) {
    this.name = options.name;
    const { calls, random = () => 0.5, skewMs = 0, mutation = null, onLog = () => {} } = options;
    this.died = new Promise((resolve) => {
      this.#resolveDied = () => resolve(undefined);
    });
    const clock: Clock = {
      now: () => new Date(world.clock.now().getTime() + skewMs),
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          void world.clock.sleep(milliseconds, signal).then(() => {
            if (!this.#dead) resolve();
          });
        }),
    };
    const app = createApp(systemFor(world, { calls, caller: this, random, clock }));
    const services = app.servicesFor({ instance: options.name }, onLog);
    this.#services = mutation === null ? services : mutation(services);
  }

  /** A trigger of a model, within the webhook's budget. */
  async start(model: string, trigger: Trigger): Promise<Answered> {
    const services = this.#services;
    try {
      const { run, duplicate } = await withBudget(services, (signal) =>
        requestRun(services, { ...trigger, model: this.#model(model), signal }),
      );
      return { status: 200, runId: run.id, duplicate };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { status: REFUSED.has(error.code) ? 409 : 503, runId: null, duplicate: false };
    }
  }

  /** A call of a model's webhook, with Numerai's body. @returns the HTTP status. */
  async webhook(model: string, text: string): Promise<number> {
    const { success, data } = webhookBody.safeParse(JSON.parse(text));
    if (!success) return 400;
    // As every call does: the tick of timers that are silent, beside its own work.
    const [answered] = await Promise.all([
      this.start(model, { trigger: 'webhook', force: false, ...data }),
      this.deputize(),
    ]);
    return answered.status;
  }

  /** What every call by HTTP does beside its own work. */
  async deputize(): Promise<void> {
    await this.#deputy(this.#services);
  }

  /** A tick of the watcher. */
  watch(): Promise<WatchResult> {
    return watchAndAlert(this.#services);
  }

  /** A tick of the fallback. @returns how many runs it started. */
  async fallback(): Promise<number> {
    const { started } = await fallback(this.#services, this.#covered);
    return started;
  }

  /** An operator's cancel. */
  async cancel(model: string, runId: string): Promise<void> {
    await cancelRun(this.#services, this.#model(model), runId);
  }

  isDead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
    this.#resolveDied();
  }

  #model(name: string): Entry {
    return findEntry(this.#services.entries, name);
  }
}
