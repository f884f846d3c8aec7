// Whoever asks for a run waits for one record and the acceptance of one start, and no longer than this.

import type { Services } from '../lib/services.ts';

/** Runs `work` with a signal that is aborted when the budget of the webhook is used up. */
export async function withBudget<T>(
  services: Pick<Services, 'clock' | 'settings'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const budget = new AbortController();
  const done = new AbortController();
  services.clock.sleep(services.settings.webhookBudgetSeconds * 1000, done.signal).then(() => {
    if (!done.signal.aborted) budget.abort();
  });
  try {
    return await work(budget.signal);
  } finally {
    done.abort();
  }
}
