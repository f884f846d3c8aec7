// The app in this process, on a clock that the test moves, against the local environment's emulators.

import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { afterAll, vi } from 'vitest';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import {
  type Environment,
  type EnvironmentOptions,
  startEnvironment,
} from '../../../local/environment/environment.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { createApp, type Services } from '../../../src/app.ts';
import { tendAlerts } from '../../../src/lib/alerts/review.ts';
import type { TokenCredential } from '../../../src/lib/azure/sdk-types.ts';
import { fallback } from '../../../src/lib/fallback/tick.ts';
import { requestRun } from '../../../src/lib/operations/request-run.ts';
import { watch } from '../../../src/lib/watch/tick.ts';

const MINUTE = 60_000;
/** Looks at an app without requests, after which it counts as waiting. */
const QUIET_TURNS = 10;

/** What the function of the watcher does. */
export async function watchAndAlert(services: Services): Promise<void> {
  await tendAlerts(services, 'watcher', await watch(services));
}

export interface SimulatedApp {
  readonly clock: SimulatedClock;
  readonly environment: Environment;
  readonly services: Services;
  /** Lines of the log, oldest first. */
  readonly lines: readonly string[];
  readonly runtime: SimulatedRuntime;
  /** Another instance of the app, with nothing in common but the outside. */
  anotherInstance(): Services;
  /** Lets minutes pass, with the ticks of both timers as they are scheduled. */
  pass(minutes: number, timers?: { watcher?: boolean; fallback?: boolean }): Promise<void>;
  start(model: string): Promise<string>;
  /** Titles of what one receiver got, oldest first. */
  titles(): string[];
}

export async function startSimulatedApp(
  start: string,
  options: Omit<EnvironmentOptions, 'clock' | 'hosts' | 'runtime'>,
): Promise<SimulatedApp> {
  const clock = new SimulatedClock(start);
  const runtime = new SimulatedRuntime({ clock });
  const environment = await startEnvironment({
    alerts: true,
    ...options,
    settings: { PUBLIC_URL: 'https://app.example', ...options.settings },
    clock,
    hosts: 0,
    runtime,
  });
  afterAll(() => environment.close());
  // Tokens are checked against real time, whatever the clock says.
  const credential: TokenCredential = {
    async getToken(scopes) {
      const scope = Array.isArray(scopes) ? (scopes[0] ?? '') : scopes;
      const { token, expiresOn } = environment.tokens.issue({
        audience: scope.replace(/\/\.default$/, ''),
        clientId: '22222222-2222-4333-8444-555555555555',
      });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
  const lines: string[] = [];
  /** Requests that are on their way. */
  let underway = 0;
  const counted = async <T>(request: Promise<T>): Promise<T> => {
    underway += 1;
    try {
      return await request;
    } finally {
      underway -= 1;
    }
  };
  const client = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest: (request) => counted(client.sendRequest(request)),
  };
  const createInstance = () =>
    createApp({
      environment: environment.settings,
      clock,
      random: Math.random,
      fetch: (...request) => counted(fetch(...request)),
      httpClient,
      credential,
      appFolder: environment.folder,
    }).servicesFor({}, (line) => lines.push(line));
  const services = createInstance();

  /** Waits between attempts are made on the clock: it moves on where nothing else is going on. */
  async function finish<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    settled.catch(() => {});
    let quietTurns = 0;
    await vi.waitUntil(
      async () => {
        quietTurns = underway === 0 ? quietTurns + 1 : 0;
        if (!done && quietTurns > QUIET_TURNS && clock.nextWake !== null)
          // Jitter makes waits of fractions of a millisecond, which a Date does not have.
          await clock.advanceTo(new Date(clock.nextWake.getTime() + 1));
        return done;
      },
      { timeout: 60_000, interval: 5 },
    );
    return settled;
  }

  const app: SimulatedApp = {
    clock,
    environment,
    services,
    lines,
    runtime,
    anotherInstance: createInstance,
    async pass(minutes, timers = {}) {
      for (let passed = 0; passed < minutes; passed += 1) {
        await clock.advance(MINUTE);
        const minute = Math.round(clock.now().getTime() / MINUTE);
        if (timers.watcher !== false) await finish(watchAndAlert(services));
        if (timers.fallback !== false && minute % 5 === 0)
          await finish(fallback(services, new Set()));
      }
    },
    async start(name) {
      const model = services.models.find((candidate) => candidate.name === name);
      if (model === undefined) throw new Error(`No model ${name}.`);
      const { run } = await finish(
        requestRun(services, {
          model,
          trigger: 'webhook',
          triggerId: null,
          isTest: false,
          force: false,
          round: null,
        }),
      );
      return run.id;
    },
    titles: () =>
      environment.alertReceivers.received
        .filter(({ format }) => format === 'json')
        .map(({ body }) =>
          typeof body === 'object' && body !== null && 'title' in body ? String(body.title) : '',
        ),
  };
  return app;
}
