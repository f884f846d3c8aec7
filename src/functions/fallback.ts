// The timer that starts what no webhook asked for.

import { app } from '@azure/functions';
import { DEFAULT_SCHEDULES } from '../lib/config/settings.ts';
import type { CoveredRounds } from '../lib/fallback/cover.ts';
import { fallback } from '../lib/fallback/tick.ts';
import { type Runtime, timerHandler } from './runtime.ts';

/** Registers the timer. */
export function registerFallback(runtime: Runtime): void {
  const covered: CoveredRounds = new Set();
  app.timer('fallback', {
    schedule: runtime.system.environment.FALLBACK_SCHEDULE || DEFAULT_SCHEDULES.fallback,
    handler: timerHandler(runtime, async (services, timer) => {
      const result = await fallback(services, covered);
      if (timer.isPastDue || result.started > 0 || result.failures > 0) {
        services.log.info({ ...result, isPastDue: timer.isPastDue }, 'fallback ticked');
      }
    }),
  });
}
