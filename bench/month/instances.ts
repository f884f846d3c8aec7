// Instances of the app as Flex Consumption has them: the bundle that is deployed, in the local host's worker,
// with every execution and every line of the log counted.

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { TypedData } from '../../local/host/core-api.ts';
import { type Invocations, Invocations as LocalInvocations } from '../../local/host/invocations.ts';
import { toRpcRequest } from '../../local/host/rpc-http.ts';
import { Worker } from '../../local/host/worker.ts';
import type { System } from '../../src/app.ts';
import { PLATFORM } from './assumptions.ts';
import type { Tally } from './tally.ts';
import { APP_URL } from './world.ts';

interface Instance {
  readonly worker: Worker;
  readonly invocations: Invocations;
  active: number;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface InstancesOptions {
  /** The bundle of entry.ts. */
  readonly bundle: string;
  readonly tally: Tally;
  readonly systemFor: (group: string) => System;
}

const require = createRequire(import.meta.url);

export class Instances {
  readonly #options: InstancesOptions;
  readonly #byGroup = new Map<string, Instance[]>();

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** One tick of a timer, in its own instance. */
  async tick(name: 'watcher' | 'fallback'): Promise<void> {
    await this.#execute(name, name, 1, 'Timer fired at 2026-03-03T00:00:00.0000000+00:00', {
      json: JSON.stringify({ Schedule: {}, ScheduleStatus: null, IsPastDue: false }),
    });
  }

  /** @returns status and body. */
  async http(name: string, call: HttpCall): Promise<{ status: number; body: string }> {
    const request = {
      method: call.method,
      url: new URL(call.path, APP_URL),
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(call.body ?? ''),
    };
    const { http } = await this.#execute(
      'http',
      name,
      PLATFORM.httpAtOnce,
      'This function was programmatically called via the host APIs.',
      { http: toRpcRequest(request, call.params ?? {}) },
    );
    const { bytes, string, json } = http?.body ?? {};
    return {
      status: Number(http?.statusCode ?? 204),
      body: Buffer.from(bytes ?? string ?? json ?? '').toString(),
    };
  }

  async #execute(group: string, name: string, atOnce: number, reason: string, data: TypedData): Promise<TypedData> {
    const { tally, systemFor } = this.#options;
    const { clock } = systemFor(group);
    const instance = this.#instanceOf(group, atOnce);
    const registered = instance.worker.functions.get(name);
    if (registered === undefined) throw new Error(`There is no function ${name}.`);
    const startedAt = clock.now().getTime();
    instance.active += 1;
    const outcome = await instance.invocations.run(registered, { reason, data });
    instance.active -= 1;
    const seconds = (clock.now().getTime() - startedAt) / 1000;
    tally.execution(name, seconds + (group === 'http' ? PLATFORM.coldStartSeconds : 0), outcome.succeeded);
    return outcome.response?.returnValue ?? {};
  }

  /** One that has room, else a new one. What an instance keeps in memory lasts minutes on its clock. */
  #instanceOf(group: string, atOnce: number): Instance {
    const instances = this.#byGroup.get(group) ?? [];
    this.#byGroup.set(group, instances);
    const free = instances.find(({ active }) => active < atOnce);
    if (free !== undefined) return free;
    const started = this.#start(group);
    instances.push(started);
    return started;
  }

  /** The dashboard's door asks the guarded page at the app's own address, which the platform brings back here. */
  #fetchFor(group: string): typeof fetch {
    const { fetch: outwards } = this.#options.systemFor(group);
    return async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin !== APP_URL) return outwards(input, init);
      const { status, body } = await this.http('dashboard', { method: 'GET', path: url.pathname });
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      return new Response(body, { status, headers });
    };
  }

  #start(group: string): Instance {
    const { bundle, tally, systemFor } = this.#options;
    const worker = new Worker((entry) => tally.line(entry));
    worker.provideCoreModule();
    // Each instance is a process of its own in Azure: nothing of the app or of its clients is shared.
    for (const file of Object.keys(require.cache)) if (dirname(file) === dirname(bundle)) delete require.cache[file];
    const { registerFunctions }: typeof import('./entry.ts') = require(bundle);
    registerFunctions({ ...systemFor(group), fetch: this.#fetchFor(group) });
    const invocations = new LocalInvocations({
      worker,
      log: (entry) => tally.line(entry),
      timeoutMs: Number.POSITIVE_INFINITY,
      onTimeout: () => {},
    });
    return { worker, invocations, active: 0 };
  }
}
