// A process of the app that serves HTTP calls, made by the app's own runtime: a call goes through all that a function does,
// but the host. It runs no timer, as on Flex Consumption, where timers have instances of their own.

import { HttpRequest, InvocationContext } from '@azure/functions';
import { type HttpFunction, httpHandler } from '../../../src/functions/http/handler.ts';
import { createRuntime, type Runtime } from '../../../src/functions/runtime.ts';
import type { Caller, ExternalCalls } from '../world/external-calls.ts';
import type { World } from '../world/world.ts';
import { systemFor } from './system.ts';

export interface HttpQuestion {
  readonly method?: 'GET' | 'POST';
  /** Parts of the route. */
  readonly params?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
}

export interface HttpAnswer {
  readonly status: number;
  /** What was JSON is read; pages are text. */
  readonly body: unknown;
}

export class HttpProcess implements Caller {
  readonly name = 'http';
  readonly #runtime: Runtime;
  readonly #onLog: (line: string) => void;

  constructor(world: World, { calls, onLog }: { calls: ExternalCalls; onLog: (line: string) => void }) {
    this.#runtime = createRuntime(systemFor(world, { calls, caller: this, random: () => 0.5 }));
    this.#onLog = onLog;
  }

  async call(served: HttpFunction, { method = 'GET', params = {}, body }: HttpQuestion = {}): Promise<HttpAnswer> {
    const request = new HttpRequest({
      method,
      url: `https://app.example/api/${served.route}`,
      params: { ...params },
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: { string: JSON.stringify(body) } }),
    });
    const context = new InvocationContext({
      functionName: 'served',
      invocationId: 'an-invocation',
      logHandler: (_level, line) => this.#onLog(String(line)),
    });
    const { status = 200, body: answered } = await httpHandler(this.#runtime, served)(request, context);
    return {
      status,
      body: typeof answered === 'string' && !answered.startsWith('<') ? JSON.parse(answered) : answered,
    };
  }

  isDead(): boolean {
    return false;
  }

  die(): void {
    throw new Error('It lives as long as its test.');
  }
}
