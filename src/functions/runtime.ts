// What every function needs of the app: made once, when the app starts or with the first invocation.
// Where the configuration is wrong, each function says so instead of doing its work.

import type { InvocationContext } from '@azure/functions';
import type { Services } from '../app.ts';
import { type App, createApp, type System } from '../app.ts';
import { ConfigurationError } from '../lib/util/errors.ts';
import type { LogLevel } from '../lib/util/log.ts';

export interface Runtime {
  /** What the process gives: also there where the configuration is wrong. */
  readonly system: System;
  /** @throws {ConfigurationError} on every call where the configuration is wrong. */
  app(): App;
  /** The services, with the log bound to this invocation. */
  services(context: InvocationContext): Services;
}

/** The app is made with the first use; registering functions makes nothing. */
export function createRuntime(system: System): Runtime {
  let made: App | ConfigurationError | undefined;
  const app = (): App => {
    made ??= make(system);
    if (made instanceof ConfigurationError) throw made;
    return made;
  };
  return {
    system,
    app,
    services: (context) =>
      app().servicesFor(
        { function: context.functionName, invocationId: context.invocationId },
        (line, level) => WRITERS[level](context, line),
      ),
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

const WRITERS = {
  debug: (context, line) => context.debug(line),
  info: (context, line) => context.info(line),
  warn: (context, line) => context.warn(line),
  error: (context, line) => context.error(line),
} as const satisfies Record<LogLevel, (context: InvocationContext, line: string) => void>;
