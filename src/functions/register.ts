// All functions of the app.

import { app } from '@azure/functions';
import type { System } from '../app.ts';
import { messageOf } from '../lib/util/errors.ts';
import { registerCancel } from './cancel.ts';
import { registerDashboard } from './dashboard.ts';
import { registerDashboardAssets } from './dashboard-assets.ts';
import { registerDashboardDoor } from './dashboard-door.ts';
import { registerFallback } from './fallback.ts';
import { registerHealth } from './health.ts';
import { registerLogs } from './logs.ts';
import { registerMetrics } from './metrics.ts';
import { registerRun } from './run.ts';
import { registerRuns } from './runs.ts';
import { createRuntime } from './runtime.ts';
import { registerStart } from './start.ts';
import { registerStatus } from './status.ts';
import { registerWatcher } from './watcher.ts';
import { registerWebhook } from './webhook.ts';

/** Registers the functions; nothing else happens before the app starts. */
export function registerFunctions(system: System): void {
  const runtime = createRuntime(system);
  app.hook.appStart(() => {
    // Faults of the configuration are told at once, and again by each function that is called.
    try {
      runtime.app();
    } catch (error) {
      console.error(messageOf(error));
    }
  });
  registerWebhook(runtime);
  registerStatus(runtime);
  registerMetrics(runtime);
  registerRuns(runtime);
  registerRun(runtime);
  registerLogs(runtime);
  registerStart(runtime);
  registerCancel(runtime);
  registerDashboard(runtime);
  registerDashboardDoor(runtime);
  registerDashboardAssets();
  registerHealth(runtime);
  registerWatcher(runtime, system.environment.WATCH_SCHEDULE);
  registerFallback(runtime, system.environment.FALLBACK_SCHEDULE);
}
