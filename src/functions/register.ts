// All functions of the app.

import { app, type HttpMethod } from '@azure/functions';
import type { System } from '../app.ts';
import { signInUsers } from '../lib/config/sign-in.ts';
import { ConfigurationError } from '../lib/util/errors.ts';
import { API } from './api.ts';
import { dashboard } from './dashboard.ts';
import { registerDashboardAssets } from './dashboard-assets.ts';
import { registerDashboardDoor } from './dashboard-door.ts';
import { registerFallback } from './fallback.ts';
import { registerHealth } from './health.ts';
import { httpHandler } from './http/handler.ts';
import { forSignedIn } from './http/sign-in.ts';
import { registerOpenApi } from './openapi.ts';
import { createRuntime } from './runtime.ts';
import { logAtStart } from './start-up-log.ts';
import { registerWatcher } from './watcher.ts';

/**
 * The platform answers HEAD with 404 where only GET is registered (Azure/azure-functions-host issue 11625); the answer to
 * HEAD is that to GET, whose body the host leaves out.
 */
const withHead = (methods: readonly HttpMethod[]): HttpMethod[] =>
  methods.includes('GET') ? [...methods, 'HEAD'] : [...methods];

/** Registers the functions; nothing else happens before the app starts. */
export function registerFunctions(system: System): void {
  const runtime = createRuntime(system);
  app.hook.appStart(async () => {
    // Faults of the configuration are reported at once, and again by each function that is called.
    const made = runtime.app();
    if (made instanceof ConfigurationError) await logAtStart(made.message);
  });
  const users = signInUsers(system.environment);
  for (const [name, served] of Object.entries({ ...API, dashboard })) {
    const { route } = served;
    const methods = withHead(served.methods);
    const handler = httpHandler(runtime, served);
    if (served === dashboard && users.length > 0) {
      const forUsers = forSignedIn(users, system.clock, handler);
      app.http(name, { methods, route, authLevel: 'anonymous', handler: forUsers });
    } else app.http(name, { methods, route, authLevel: 'function', handler });
  }
  registerDashboardDoor(runtime, users.length > 0 && forSignedIn(users, system.clock, httpHandler(runtime, dashboard)));
  registerDashboardAssets();
  registerHealth(runtime);
  registerOpenApi(runtime);
  registerWatcher(runtime);
  registerFallback(runtime);
}
