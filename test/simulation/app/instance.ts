// An instance of the app in this process, made by the app's own composition root. Its clock may be off, and
// it can be killed: then it does nothing more, since neither its calls nor its sleeps ever come back. All
// that the simulation asks of the app's code is asked here.

import { createApp, type Services } from '../../../src/app.ts';
import { withBudget } from '../../../src/functions/start-budget.ts';
import { watchAndAlert } from '../../../src/functions/watcher.ts';
import { findModel, type Model } from '../../../src/lib/config/models.ts';
import { fallback } from '../../../src/lib/fallback/tick.ts';
import { cancelRun } from '../../../src/lib/operations/cancel-run.ts';
import { requestRun } from '../../../src/lib/operations/request-run.ts';
import type { RunRequest } from '../../../src/lib/start/request.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
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

/** What a trigger is answered. */
export interface Answered {
  readonly runId: string;
  readonly duplicate: boolean;
}

export class Instance implements Caller {
  readonly name: string;
  /** Resolves when it dies. */
  readonly died: Promise<undefined>;
  readonly #services: Services;
  readonly #covered = new Set<string>();
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
    const { run, duplicate } = await withBudget(services, (signal) =>
      requestRun(services, { ...trigger, model: this.#model(model), signal }),
    );
    return { runId: run.id, duplicate };
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

  #model(name: string): Model {
    return findModel(this.#services.models, name);
  }
}
