// The timer that moves runs towards their end.

import { app } from '@azure/functions';
import type { Services } from '../app.ts';
import { tendAlerts } from '../lib/alerts/review.ts';
import { DEFAULT_SCHEDULES } from '../lib/config/settings.ts';
import { type WatchResult, watch } from '../lib/watch/tick.ts';
import { type Runtime, timerHandler } from './runtime.ts';

/** Registers the timer. */
export function registerWatcher(runtime: Runtime): void {
  app.timer('watcher', {
    schedule: runtime.system.environment.WATCH_SCHEDULE || DEFAULT_SCHEDULES.watch,
    // Each tick looks at everything anew, so a missed one need not be remembered: the monitor would write
    // a blob at every tick.
    useMonitor: false,
    handler: timerHandler(runtime, async (services) => {
      const { inFlight, moved, started, failures } = await watchAndAlert(services);
      // A run may wait for hours: that alone is no news of every minute.
      const level = moved > 0 || started > 0 || failures > 0 ? 'info' : 'debug';
      if (inFlight > 0 || started > 0) services.log[level]({ inFlight, moved, started, failures }, 'watched');
    }),
  });
}

/** One tick. Alerts that it has raised go out at once; the others are processed every few minutes. */
export async function watchAndAlert(services: Services): Promise<WatchResult> {
  const result = await watch(services);
  await tendAlerts(services, 'watcher', result);
  return result;
}
