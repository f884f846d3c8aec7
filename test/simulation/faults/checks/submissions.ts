// The submissions: one, on time.

import type { Observed } from '../observed.ts';
import { asked, isTampered, sharesItsGroup } from './common.ts';

/** Numerai was out of reach at some time, or the keys for it were. */
function couldNotAsk({ fates }: Observed): boolean {
  return fates.some(({ call }) => ['numerai', 'key-vault'].includes(call.dependency));
}

/** After a submission that counts, no container is started any more, unless somebody forced it. */
export function noNeedlessSubmission(observed: Observed): string[] {
  const { submissions, attempts, history } = observed;
  if (history.triggers.some(({ by }) => by === 'force') || isTampered(observed)) return [];
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed)) return [];
  // Who does not know the round claims the day, which says nothing of a round that is known later.
  const onTime = submissions.filter(({ late }) => !late);
  // A test of an existing group submits as well.
  const allowed = sharesItsGroup(observed)
    ? attempts.length
    : new Set(attempts.filter((attempt) => !attempt.isTest).map((attempt) => attempt.claim)).size;
  return onTime.length > allowed ? [`doubled: ${onTime.length} submissions for one round`] : [];
}

export function submittedOnTime(observed: Observed): string[] {
  const { history, submissions, attempts, starts } = observed;
  if (history.expect !== 'submitted') return [];
  const onTime = submissions.filter(({ late }) => !late);
  if (onTime.length === 0) return ['missed: no submission on time'];
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed)) return [];
  const good = attempts.find((attempt) => attempt.state === 'succeeded' && attempt.submission !== 'missing');
  if (good === undefined) return ['the submission is there, and no attempt has it'];
  const needed = history.containers.findIndex((plan) => plan.submits) + 1;
  const ran = asked(starts).filter(({ runningAt }) => runningAt !== undefined).length;
  if (sharesItsGroup(observed)) return [];
  const tests = attempts.filter((attempt) => attempt.isTest).length;
  return ran > needed + tests ? [`${ran} containers ran where ${needed} would have done`] : [];
}
