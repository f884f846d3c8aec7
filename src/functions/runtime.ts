// What every function needs of the app: made once, when the app starts or with the first invocation.
// Where the configuration is wrong, each function says so instead of doing its work.

import type { InvocationContext, Timer, TimerHandler } from '@azure/functions';
import { type App, createApp, type Services, type System } from '../app.ts';
import { createDeputy } from '../lib/fallback/deputy.ts';
import { ConfigurationError, messageOf } from '../lib/util/errors.ts';

export interface Runtime {
  /** What the process gives: also there where the configuration is wrong. */
  readonly system: System;
  /** The app, or what is wrong with its configuration; for as long as the process lives. */
  app(): App | ConfigurationError;
  /**
   * The services, with the log bound to this invocation.
   * @throws {ConfigurationError}
   */
  services(context: InvocationContext): Services;
  /** Does the timers' tick where they are silent; waits a few seconds at most, and never throws. */
  deputize(context: InvocationContext): Promise<void>;
}

/** The app is made with the first use; registering functions makes nothing. */
export function createRuntime(system: System): Runtime {
  let made: App | ConfigurationError | undefined;
  const app = () => {
    made ??= make(system);
    return made;
  };
  const deputy = createDeputy();
  const servicesOf = (ready: App, context: InvocationContext): Services => {
    const bindings = { function: context.functionName, invocationId: context.invocationId };
    return ready.servicesFor(bindings, (line, level) => context[level](line));
  };
  return {
    system,
    app,
    services(context) {
      const ready = app();
      if (ready instanceof ConfigurationError) throw ready;
      return servicesOf(ready, context);
    },
    async deputize(context) {
      const ready = app();
      if (!(ready instanceof ConfigurationError)) await deputy(servicesOf(ready, context));
    },
  };
}

/**
 * Makes the handler of a timer. The platform logs what a timer throws, past the app's own log: it gets the sentence
 * without secrets, and the log all the rest.
 */
export function timerHandler(
  runtime: Runtime,
  tick: (services: Services, timer: Timer) => Promise<void>,
): TimerHandler {
  return async (timer, context) => {
    const services = runtime.services(context);
    try {
      await tick(services, timer);
    } catch (error) {
      services.log.error({ err: error }, `${context.functionName} failed; the next tick tries again`);
      throw new Error(services.redaction.apply(messageOf(error)));
    }
  };
}

function make(system: System): App | ConfigurationError {
  try {
    return createApp(system);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}
