// The timer that moves runs towards their end.

import { app } from '@azure/functions';
import { tendAlerts } from '../lib/alerts/review.ts';
import { DEFAULT_SCHEDULES } from '../lib/config/settings.ts';
import { watch } from '../lib/watch/tick.ts';
import type { Runtime } from './runtime.ts';

/** @param schedule NCRONTAB; the default where undefined. */
export function registerWatcher(runtime: Runtime, schedule: string | undefined): void {
  app.timer('watcher', {
    schedule: schedule || DEFAULT_SCHEDULES.watch,
    // Each tick looks at everything anew, so a missed one need not be remembered: the monitor would write
    // a blob at every tick.
    useMonitor: false,
    handler: async (_timer, context) => {
      const services = runtime.services(context);
      const { ticks, isRecorded, ...result } = await watch(services);
      await tendAlerts(services, 'watcher', { ticks, isRecorded });
      if (result.inFlight > 0) services.log.info(result, 'watched');
    },
  });
}
