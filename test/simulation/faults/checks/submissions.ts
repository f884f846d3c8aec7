// The submissions: one, on time.

import type { Observed } from '../observed.ts';
import { asked, hadLateStart, isTampered, sharesItsGroup, short, valid, wasListedLate } from './common.ts';

/** Numerai was out of reach at some time, or the keys for it were. */
function couldNotAsk({ fates }: Observed): boolean {
  return fates.some(({ call }) => ['numerai', 'key-vault'].includes(call.dependency));
}

/**
 * Once the closed round has been reviewed, nothing of it is good that nobody has seen at Numerai. A run of another round,
 * or of none, was started while Numerai could not say which is open.
 */
export function goodIsVerified({ history, attempts, round }: Observed): string[] {
  if (!history.fallback) return [];
  return attempts
    .filter(({ state, submission, isTest }) => state === 'succeeded' && submission === 'unknown' && !isTest)
    .filter((attempt) => attempt.round === round)
    .filter(({ runId, number }) => !attempts.some((later) => later.runId === runId && later.number > number))
    .map((attempt) => `${short(attempt)} is taken for good, and nobody has seen its submission`);
}

/** A round that is certainly not open starts nothing, and none starts before its opening. */
export function closedRoundsStartNothing(observed: Observed): string[] {
  const { answers, starts, history, openTime } = observed;
  if (couldNotAsk(observed)) return [];
  const taken = answers.filter(
    ({ outcome, trigger: { by } }) => outcome === 200 && (by === 'closed' || by === 'impossible'),
  );
  const opensAt = openTime.getTime() + history.opensAfterMs - EARLY_MS;
  const mayBeEarly = history.triggers.some(({ by }) => by === 'test' || by === 'timer');
  const early = mayBeEarly ? [] : starts.filter(({ at }) => at.getTime() < opensAt);
  return [
    ...taken.map(({ trigger, runId }) => `a webhook for a round that is not open (${trigger.by}) got the run ${runId}`),
    ...early.map(({ group }) => `${group} was started before its round opened`),
  ];
}

/** By a clock that is a little ahead. */
const EARLY_MS = 20_000;

/** After a submission that counts, no container is started any more, unless somebody forced it. */
export function noNeedlessSubmission(observed: Observed): string[] {
  const { attempts, history } = observed;
  if (history.triggers.some(({ by }) => by === 'force') || isTampered(observed)) return [];
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed) || hadLateStart(observed) || wasListedLate(observed)) return [];
  // Who does not know the round claims the day, which says nothing of a round that is known later.
  const onTime = valid(observed);
  // A test of an existing group submits as well.
  const allowed = sharesItsGroup(observed)
    ? attempts.length
    : new Set(attempts.filter((attempt) => !attempt.isTest).map((attempt) => attempt.claim)).size;
  return onTime.length > allowed ? [`doubled: ${onTime.length} submissions for one round`] : [];
}

export function submittedOnTime(observed: Observed): string[] {
  const { history, attempts, starts } = observed;
  if (history.expect !== 'submitted') return [];
  if (valid(observed).length === 0) return ['missed: no submission on time'];
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed) || hadLateStart(observed) || wasListedLate(observed)) return [];
  const good = attempts.find((attempt) => attempt.state === 'succeeded' && attempt.submission !== 'missing');
  if (good === undefined) return ['the submission is there, and no attempt has it'];
  const needed = history.containers.findIndex((plan) => plan.submits && !plan.isRejected) + 1;
  const ran = asked(starts).filter(({ runningAt }) => runningAt !== undefined).length;
  // One that Azure goes on trying to place may come to run while it is being removed.
  const keepsTrying = history.capacity.some(({ capacity }) => capacity === 'fails-and-keeps-trying');
  if (sharesItsGroup(observed) || keepsTrying) return [];
  const tests = attempts.filter((attempt) => attempt.isTest).length;
  return ran > needed + tests + (history.lastResort ? 1 : 0)
    ? [`${ran} containers ran where ${needed} would have done`]
    : [];
}
