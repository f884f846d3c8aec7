// What must hold after every history, whatever happened in it. Judged by what the emulators saw and by the rows
// of the tables, not by the app's own opinion.

import { leaksOf } from '../../../support/leaks.ts';
import type { Observed } from '../observed.ts';
import { claimsNameOneRun, everyAttemptEnds, recordsAreTrue } from './attempts.ts';
import { containersDoNotOverlap, oneStartAnAttempt } from './containers.ts';
import { closedRoundsStartNothing, goodIsVerified, noNeedlessSubmission, submittedOnTime } from './submissions.ts';

/** Sentences, each a broken promise; none where all is well. */
export function violationsOf(observed: Observed, secretValues: readonly string[]): string[] {
  return [
    ...observed.errors.map((error) => `the app threw what it does not know: ${error}`),
    ...(observed.cameToRest ? [] : ['the history never came to rest']),
    ...everyAnswerHasItsRun(observed),
    ...everyAttemptEnds(observed),
    ...claimsNameOneRun(observed),
    ...oneStartAnAttempt(observed),
    ...containersDoNotOverlap(observed),
    ...noNeedlessSubmission(observed),
    ...goodIsVerified(observed),
    ...closedRoundsStartNothing(observed),
    ...nothingIsLeft(observed),
    ...recordsAreTrue(observed),
    ...observed.overviewFaults.slice(0, 1),
    ...webhooksAreQuick(observed),
    ...submittedOnTime(observed),
    ...noSecretShows(observed, secretValues),
    ...observed.crowd.flatMap((member) =>
      violationsOf(member, secretValues).map((violation) => `${member.attempts[0]?.model}: ${violation}`),
    ),
  ];
}

function everyAnswerHasItsRun({ answers, attempts, history }: Observed): string[] {
  const found: string[] = [];
  for (const answer of answers) {
    if (answer.outcome === 200 && !attempts.some((attempt) => attempt.runId === answer.runId))
      found.push(`lost: a trigger was answered 200 with run ${answer.runId}, which is on no record`);
    if (answer.outcome === 503 && history.triggers.length === 1 && answers[0] === answer && answer.startsMeanwhile > 0)
      found.push('a trigger was answered 503 although a container group was started');
  }
  return found;
}

function nothingIsLeft({ inFlight, groupsLeft }: Observed): string[] {
  return [
    ...inFlight.map((key) => `still followed: ${key}`),
    ...groupsLeft.map((name) => `a container group was left behind: ${name}`),
  ];
}

/** The budget, and a little for the turn. */
const QUICK_MS = 10_000 + 500;

function webhooksAreQuick({ answers }: Observed): string[] {
  return answers
    .filter(({ outcome, tookMs }) => outcome !== 'dead' && tookMs > QUICK_MS)
    .map(({ outcome, tookMs }) => `a trigger was answered ${outcome} after ${tookMs / 1000} s`);
}

function noSecretShows({ log, rows }: Observed, secretValues: readonly string[]): string[] {
  return secretValues
    .flatMap((value) => leaksOf([...log, ...rows], value))
    .map((form) => `a secret shows in the log or in a record, as ${form}`);
}
