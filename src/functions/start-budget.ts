// Whoever asks for a run waits for one record and the acceptance of one start, and no longer than this.

import { withTimeLimit } from '../lib/clock.ts';
import type { Services } from '../lib/services.ts';

/** Runs `work` with a signal that is aborted when the budget of the webhook is used up. */
export function withBudget<T>(
  { clock, settings }: Pick<Services, 'clock' | 'settings'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withTimeLimit(clock, settings.webhookBudgetSeconds * 1000, undefined, work);
}
