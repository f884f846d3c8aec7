// A run that ended without a good submission, while its round is open: rounds are extended and moved, and what was too
// late then need not be now. The policy of attempts decides, as after any attempt.

import { openAgain } from '../claims/open-again.ts';
import { reopened } from '../claims/reopen.ts';
import type { Model } from '../config/models.ts';
import { isOpen, type Round } from '../rounds/round.ts';
import type { Run } from '../runs/run.ts';
import type { Stored } from '../runs/stores.ts';
import { askTimeNeeded } from '../watch/ask.ts';
import { windowOf } from '../watch/window.ts';
import { decideOnTakingUp } from './decide.ts';
import type { FallbackDependencies } from './record-round.ts';

/**
 * Opens the run again where the policy has another attempt for it.
 * @param changes what has been learnt of it meanwhile.
 * @returns the run as it then is; null where it stays ended.
 */
export async function takeUp(
  dependencies: FallbackDependencies,
  model: Model,
  stored: Stored<Run>,
  round: Round,
  changes: Partial<Run> = {},
): Promise<Run | null> {
  const { clock, log } = dependencies;
  const now = clock.now();
  if (!isOpen(round, now)) return null;
  const run: Run = { ...stored.value, ...changes };
  const window = windowOf(run, { kind: 'known', rounds: [round] });
  const needed = await askTimeNeeded(dependencies, model);
  const next = decideOnTakingUp({ run, now, window, needed, model });
  if (next.do === 'end') return null;
  const asked = { model, trigger: 'timer', triggerId: null, reason: null, force: false } as const;
  const taken = {
    ...changes,
    ...reopened(run, { ...asked, knowledge: { kind: 'round', round: round.number } }, now),
    // It goes on from where it was.
    countedFailures: run.countedFailures,
    submission: run.submission,
    slots: run.slots,
    waitingFor: next.waitingFor,
    nextAttemptAt: next.at?.toISOString() ?? null,
    lastResortNext: next.lastResort,
  };
  log.warn({ model: model.name, runId: run.id, round: round.number }, 'run taken up again: its round is open');
  return (await openAgain(dependencies, stored, taken, now)).value;
}
