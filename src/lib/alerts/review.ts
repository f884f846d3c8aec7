// What looks for something to report: each function looks at one kind of event, and says when it is over. All of
// them may be repeated, and do nothing where no webhook is configured.

import type { Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import { SecretError } from '../config/secrets.ts';
import type { Run } from '../runs/run.ts';
import type { Ticks, Timer } from '../runs/stores.ts';
import { decideOnEndedRun, decideOnTimer, isExpiring, otherTimer } from './decisions.ts';
import {
  type AlertDependencies,
  alertsAreOn,
  deliverAlerts,
  raiseAlert,
  reportRecovery,
} from './outbox.ts';

/** A run has ended: reports a failure that nothing follows, or that its model is well again. */
export async function reportEndedRun(dependencies: AlertDependencies, run: Run): Promise<void> {
  const decision = decideOnEndedRun(run);
  if (!alertsAreOn(dependencies) || decision === 'nothing') return;
  if (decision === 'failure') {
    await raiseAlert(dependencies, { kind: 'run-failed', run });
    return;
  }
  const because =
    run.round === null ? 'A run has succeeded.' : `The submission for round ${run.round} is in.`;
  const unsettled = await dependencies.alerts.unsettled();
  await reportRecovery(dependencies, unsettled, { subject: run.model, because, run });
}

/**
 * The last thing that a timer does, every few minutes and where an alert was raised: is the other timer running,
 * and what is there to deliver? Whatever fails in it, the timer has done its work.
 * @param ticks as they were before this tick recorded its own.
 */
export async function tendAlerts(
  dependencies: AlertDependencies,
  timer: Timer,
  { ticks, isRecorded }: { readonly ticks: Ticks; readonly isRecorded: boolean },
): Promise<void> {
  const { alerts, clock, log } = dependencies;
  if (!alertsAreOn(dependencies) || !(isRecorded || alerts.hasNews)) return;
  try {
    const unsettled = await alerts.unsettled();
    const watched = otherTimer(timer);
    const lastTickAt = ticks[watched]?.at ?? clock.now();
    // In between, the other timer may not have had its turn yet.
    const seen = isRecorded ? decideOnTimer(ticks, timer, clock.now()) : 'unclear';
    const news =
      seen === 'late'
        ? await raiseAlert(dependencies, { kind: `${watched}-late`, lastTickAt })
        : seen === 'recent'
          ? await reportRecovery(dependencies, unsettled, {
              subject: `The ${watched}`,
              because: 'It runs again.',
              run: null,
            })
          : null;
    await deliverAlerts(dependencies, news === null ? unsettled : [...unsettled, news]);
  } catch (error) {
    log.error({ err: error }, 'alerts not looked after; a later tick tries again');
  }
}

/** How long alerts are remembered: longer than the same event can be noticed again. */
const ALERTS_KEPT_MS = 60 * 24 * 3600_000;

/** Once a day: which secrets are about to expire, and which alerts are old enough to be forgotten. */
export async function reviewSecretsAndOldAlerts(
  dependencies: AlertDependencies & { readonly models: readonly Model[] },
): Promise<void> {
  if (!alertsAreOn(dependencies)) return;
  const { alerts, clock } = dependencies;
  const unsettled = await alerts.unsettled();
  for (const secret of secretNamesInUse(dependencies)) {
    const expiresOn = await expiryOfSecret(dependencies, secret);
    if (expiresOn === undefined) continue;
    if (isExpiring(expiresOn, clock.now()))
      await raiseAlert(dependencies, { kind: 'secret-expiring', secret, expiresOn });
    else
      await reportRecovery(dependencies, unsettled, {
        subject: `The secret ${secret}`,
        because: 'It is valid for more than a week again.',
        run: null,
      });
  }
  await alerts.prune(new Date(clock.now().getTime() - ALERTS_KEPT_MS));
}

/** Undefined where the secret cannot be had: the run that needs it says so. */
async function expiryOfSecret(
  { secrets }: AlertDependencies,
  name: string,
): Promise<Date | null | undefined> {
  try {
    return (await secrets.get(name)).expiresOn;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return undefined;
  }
}
