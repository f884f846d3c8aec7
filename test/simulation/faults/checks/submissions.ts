// The submissions: one, on time.

import { verdictOn } from '../clairvoyant.ts';
import type { WrongRound } from '../history.ts';
import type { Observed } from '../observed.ts';
import { wrongContainersOf } from '../wrong-starts.ts';
import { asked, hadLateStart, isTampered, sharesItsGroup, short, validOf, wasListedLate } from './common.ts';

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
  const taken = answers.filter(({ outcome, trigger: { by } }) => outcome === 200 && WRONG.has(by));
  const opensAt = openTime.getTime() + history.opensAfterMs - EARLY_MS;
  const mayBeEarly = history.triggers.some(({ by }) => by === 'test' || by === 'timer');
  const early = mayBeEarly ? [] : starts.filter(({ at }) => at.getTime() < opensAt);
  return [
    ...taken.map(({ trigger, runId }) => `a webhook for a round that is not open (${trigger.by}) got the run ${runId}`),
    ...early.map(({ group }) => `${group} was started before its round opened`),
  ];
}

const WRONG: ReadonlySet<string> = new Set<WrongRound>(['closed', 'future', 'impossible']);
/** By a clock that is a little ahead. */
const EARLY_MS = 20_000;

/** After a submission that counts, no container is started any more, unless somebody forced it. */
export function noNeedlessSubmission(observed: Observed): string[] {
  const { attempts, history } = observed;
  if (history.triggers.some(({ by }) => by === 'force') || isTampered(observed)) return [];
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed) || hadLateStart(observed) || wasListedLate(observed)) return [];
  // A group that exists submits for all its slots in each attempt: it cannot be told which are missing.
  if (history.kind === 'group' && history.slots > 1) return [];
  // A test of an existing group submits as well.
  // Who does not know the round claims the day, which says nothing of a round that is known later.
  const allowed = sharesItsGroup(observed)
    ? attempts.length
    : new Set(attempts.filter((attempt) => !attempt.isTest).map((attempt) => attempt.claim)).size;
  return observed.slotIds
    .map((id) => validOf(observed, id).length)
    .filter((count) => count > allowed)
    .map((count) => `doubled: ${count} submissions of a slot for one round`);
}

export function submittedOnTime(observed: Observed): string[] {
  const { history, attempts, starts } = observed;
  if (history.expect === 'ended') return [];
  const missed = observed.slotIds.filter((id) => validOf(observed, id).length === 0);
  if (missed.length > 0) {
    const verdict = verdictOn(observed);
    if (history.expect === 'if possible' && !verdict.isPossible) return [];
    const starts = verdict.isPossible ? verdict.starts.map(({ at }) => `${at / 1000} s`).join(', ') : 'never';
    return missed.map(
      (id) =>
        `missed: no submission on time of slot ${observed.slotIds.indexOf(id)}; the clairvoyant starts at: ${starts}`,
    );
  }
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed) || hadLateStart(observed) || wasListedLate(observed)) return [];
  const good = attempts.find((attempt) => attempt.state === 'succeeded' && attempt.submission !== 'missing');
  if (good === undefined) return ['the submission is there, and no attempt has it'];
  const ofRound = attempts.find((attempt) => attempt.state === 'succeeded' && !attempt.isTest);
  const unrecorded = (ofRound?.slots ?? []).filter(({ submission }) => submission !== 'accepted');
  if (unrecorded.length > 0)
    return unrecorded.map(({ model, submission }) => `lost: slot ${model} is there, and its record is ${submission}`);
  const needed = (wrongContainersOf(history)?.length ?? -1) + 1;
  const ran = asked(starts).filter(({ runningAt }) => runningAt !== undefined).length;
  // One that Azure goes on trying to place may come to run while it is being removed.
  const keepsTrying = history.capacity.some(({ capacity }) => capacity === 'fails-and-keeps-trying');
  if (sharesItsGroup(observed) || keepsTrying) return [];
  const tests = attempts.filter((attempt) => attempt.isTest).length;
  return ran > needed + tests + (history.lastResort ? 1 : 0)
    ? [`${ran} containers ran where ${needed} would have done`]
    : [];
}
