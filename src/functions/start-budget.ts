// A caller that asks for a run waits for one record and the acceptance of one start, and no longer than this.

import type { Services } from '../app.ts';
import type { Entry } from '../lib/config/models.ts';
import { type RequestedRun, requestRun } from '../lib/operations/request-run.ts';
import type { RunRequest } from '../lib/start/request.ts';
import { withTimeLimit } from '../lib/util/clock.ts';

/** Starts a model or a job because an operator asked for it. Errors as of {@link requestRun}. */
export function startForOperator(
  services: Services,
  model: Entry,
  { isTest, force }: Pick<RunRequest, 'isTest' | 'force'>,
): Promise<RequestedRun> {
  return withBudget(services, (signal) =>
    requestRun(services, {
      model,
      trigger: 'operator',
      triggerId: null,
      isTest,
      force,
      round: null,
      signal,
    }),
  );
}

/** Runs `work` with a signal that is aborted when the budget of the webhook is used up. */
export function withBudget<T>(
  {
    clock,
    settings,
  }: Pick<Services, 'clock'> & { readonly settings: Pick<Services['settings'], 'webhookBudgetSeconds'> },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withTimeLimit(clock, settings.webhookBudgetSeconds * 1000, undefined, work);
}
