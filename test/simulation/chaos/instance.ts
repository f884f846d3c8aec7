// An instance of the app in this process: the app's own composition root, with a clock that may be off,
// and a way out that ends when it is killed. A killed instance does nothing more: neither its calls nor
// its sleeps ever come back.

import type { TokenCredential } from '@azure/core-auth';
import { createApp } from '../../../src/app.ts';
import type { Environment } from '../../../src/lib/config/settings.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import type { Services } from '../../../src/services.ts';
import type { Caller, Outside } from './outside.ts';
import type { Random } from './random.ts';

/** Changes what the app works with, to show that the checker notices. */
export type Mutation = (services: Services, instance: Instance) => Services;

export interface InstanceOptions {
  readonly name: string;
  readonly outside: Outside;
  readonly environment: Environment;
  readonly credential: TokenCredential;
  readonly random: Random;
  /** How far its clock is off, milliseconds. */
  readonly skewMs: number;
  readonly mutation: Mutation | null;
  readonly onLog: (line: string) => void;
}

export class Instance implements Caller {
  readonly name: string;
  readonly services: Services;
  /** Resolves when it dies. */
  readonly died: Promise<undefined>;
  #dead = false;
  #tellDeath: () => void = () => {};

  constructor(options: InstanceOptions) {
    this.name = options.name;
    const { outside, skewMs } = options;
    this.died = new Promise((resolve) => {
      this.#tellDeath = () => resolve(undefined);
    });
    const clock: Clock = {
      now: () => new Date(outside.clock.now().getTime() + skewMs),
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          void outside.clock.sleep(milliseconds, signal).then(() => {
            if (!this.#dead) resolve();
          });
        }),
    };
    const app = createApp({
      environment: options.environment,
      clock,
      random: options.random,
      fetch: outside.fetchFor(this),
      httpClient: outside.httpClientFor(this),
      credential: options.credential,
      appFolder: '/',
    });
    const services = app.servicesFor({ instance: options.name }, (line) => options.onLog(line));
    this.services = options.mutation === null ? services : options.mutation(services, this);
  }

  isDead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
    this.#tellDeath();
  }
}
