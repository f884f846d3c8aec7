// What must hold after every history, whatever befell it. Judged by what the emulators saw and by the
// rows of the tables, not by the app's own opinion.

import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import type { Observed } from './run-history.ts';

/** Sentences, each a broken promise; none where all is well. */
export function violationsOf(observed: Observed, secretValues: readonly string[]): string[] {
  return [
    ...observed.errors.map((error) => `the app threw what it does not know: ${error}`),
    ...(observed.cameToRest ? [] : ['the history never came to rest']),
    ...everyAnswerHasItsRun(observed),
    ...everyRunEnds(observed),
    ...attemptsAreOneChain(observed),
    ...oneStartAnAttempt(observed),
    ...containersDoNotOverlap(observed),
    ...noNeedlessSubmission(observed),
    ...nothingIsLeft(observed),
    ...recordsAreTrue(observed),
    ...webhooksAreQuick(observed),
    ...submittedOnTime(observed),
    ...noSecretShows(observed, secretValues),
  ];
}

function everyAnswerHasItsRun({ answers, runs, history }: Observed): string[] {
  const found: string[] = [];
  for (const answer of answers) {
    if (answer.outcome === 200 && !runs.some((run) => run.id === answer.runId))
      found.push(
        `lost: a trigger was answered 200 with run ${answer.runId}, which is on no record`,
      );
    if (
      answer.outcome === 503 &&
      history.triggers.length === 1 &&
      answers[0] === answer &&
      answer.startsMeanwhile > 0
    )
      found.push('a trigger was answered 503 although a container group was started');
  }
  return found;
}

function everyRunEnds({ runs }: Observed): string[] {
  return runs
    .filter((run) => !hasEnded(run))
    .map((run) => `lost: run ${short(run)} never ended, it is ${run.state}`);
}

/** No two attempts of one claim come from the same one before, and their numbers go up by one. */
function attemptsAreOneChain({ runs }: Observed): string[] {
  const found: string[] = [];
  const byId = new Map(runs.map((run) => [run.id, run]));
  const followers = new Map<string, Run>();
  const firsts = new Map<string, Run>();
  for (const run of runs) {
    if (run.previousRunId === null) {
      const other = firsts.get(run.claim);
      if (other !== undefined)
        found.push(`doubled: ${short(other)} and ${short(run)} are both first for ${run.claim}`);
      firsts.set(run.claim, run);
      continue;
    }
    const other = followers.get(run.previousRunId);
    if (other !== undefined)
      found.push(`doubled: ${short(other)} and ${short(run)} both follow ${run.previousRunId}`);
    followers.set(run.previousRunId, run);
    const before = byId.get(run.previousRunId);
    if (before === undefined) found.push(`${short(run)} follows a run that is on no record`);
    else if (run.attempt !== before.attempt + 1)
      found.push(`${short(run)} has attempt ${run.attempt} after ${before.attempt}`);
  }
  return found;
}

/** Starts that somebody asked for; the platform's own repairs are its own business. */
const asked = (starts: readonly StartRecord[]) => starts.filter(({ kind }) => kind !== 'repair');

function runOf(start: StartRecord, { runs, history }: Observed): Run | undefined {
  if (history.kind === 'image') return runs.find((run) => run.id === start.tags['numerai-run']);
  const slack = 1000 + Math.max(...history.skewMs.map(Math.abs));
  return runs.findLast((run) => Date.parse(run.requestedAt) <= start.at.getTime() + slack);
}

/**
 * Two claims of one existing group, such as a test and a real run: it is started as it is, with the same
 * environment, so both may come to share a start, and a test submits as well.
 */
function sharesItsGroup({ history, runs }: Observed): boolean {
  return history.kind === 'group' && new Set(runs.map((run) => run.claim)).size > 1;
}

/** The platform itself, or somebody in the portal, made containers run or say what they did not do. */
function isTampered({ history }: Observed): boolean {
  return history.byHand.some(({ what }) =>
    ['contradict', 'repair', 'unhealthy', 'fail-provisioning'].includes(what),
  );
}

function oneStartAnAttempt(observed: Observed): string[] {
  if (sharesItsGroup(observed)) {
    const { length } = asked(observed.starts);
    return length > observed.runs.length
      ? [`doubled: ${length} starts for ${observed.runs.length} runs`]
      : [];
  }
  const { history } = observed;
  const found: string[] = [];
  const seen = new Set<Run>();
  for (const start of asked(observed.starts)) {
    const run = runOf(start, observed);
    if (run === undefined) {
      found.push(`group ${start.group} was started (${start.kind}) for a run that is on no record`);
      continue;
    }
    // Before it was on record, somebody deleted it: nobody can tell that from a start that never came.
    if (history.byHand.some(({ what }) => what === 'delete')) continue;
    if (seen.has(run)) found.push(`doubled: ${short(run)} was started twice (${start.kind})`);
    seen.add(run);
  }
  return found;
}

function containersDoNotOverlap(observed: Observed): string[] {
  const { starts, deletions, history } = observed;
  // The emulator does not note the end of a container that was made to contradict its group.
  if (history.byHand.some(({ what }) => what === 'contradict')) return [];
  const spans = starts.flatMap((start) => {
    if (start.runningAt === undefined) return [];
    const gone = deletions.find(({ group, at }) => group === start.group && at >= start.at)?.at;
    const until = start.endedAt ?? gone;
    return [{ start, run: runOf(start, observed), from: start.runningAt, until }];
  });
  const found: string[] = [];
  spans.forEach((one, index) => {
    for (const other of spans.slice(index + 1)) {
      if (one.start.group === other.start.group || one.run?.claim !== other.run?.claim) continue;
      if (one.until === undefined || other.from < one.until)
        found.push(`doubled: ${one.start.group} and ${other.start.group} ran at the same time`);
    }
  });
  return found;
}

/** Numerai was out of reach at some time, or the keys for it were. */
function couldNotAsk({ fates }: Observed): boolean {
  return fates.some(({ call }) => ['numerai', 'key-vault'].includes(call.dependency));
}

/** After a submission that counts, no container is started any more, unless somebody forced it. */
function noNeedlessSubmission(observed: Observed): string[] {
  const { submissions, runs, history } = observed;
  if (history.triggers.some(({ by }) => by === 'force') || isTampered(observed)) return [];
  // Who could not ask Numerai could not know.
  if (couldNotAsk(observed)) return [];
  // Whoever does not know the round claims the day, which says nothing of a round that is known later.
  const onTime = submissions.filter(({ late }) => !late);
  // A test of an existing group submits as well.
  const allowed = sharesItsGroup(observed)
    ? runs.length
    : new Set(runs.filter((run) => !run.isTest).map((run) => run.claim)).size;
  return onTime.length > allowed ? [`doubled: ${onTime.length} submissions for one round`] : [];
}

function nothingIsLeft({ pointers, groupsLeft }: Observed): string[] {
  return [
    ...pointers.map((key) => `a pointer was left behind: ${key}`),
    ...groupsLeft.map((name) => `a container group was left behind: ${name}`),
  ];
}

function recordsAreTrue(observed: Observed): string[] {
  const { runs, starts, submissions, history } = observed;
  const tampered = isTampered(observed);
  const found: string[] = [];
  if (sharesItsGroup(observed)) return found;
  for (const run of runs) {
    const own = starts.filter((start) => runOf(start, observed) === run);
    const start = own.at(-1);
    const ran = start?.runningAt !== undefined;
    if (run.state === 'succeeded' && !ran && !tampered)
      found.push(`${short(run)} succeeded and never ran`);
    if (run.exitCode !== null && !ran && !tampered)
      found.push(`${short(run)} has an exit code and never ran`);
    if (run.reason === null && run.state !== 'succeeded' && hasEnded(run))
      found.push(`${short(run)} ended ${run.state} without a reason`);
    const isDeleted = history.byHand.some(({ what }) => what === 'delete');
    if (start !== undefined && run.acceptedAt === null && !isDeleted)
      found.push(`${short(run)} was started and its record does not know it`);
    if (!tampered && ran && run.exitCode !== null && run.exitCode !== start?.exitCode)
      found.push(`${short(run)} has exit code ${run.exitCode}; it was ${start?.exitCode}`);
    if (
      run.state === 'succeeded' &&
      !tampered &&
      start?.exitCode !== 0 &&
      run.submission !== 'accepted'
    )
      found.push(`${short(run)} succeeded with exit code ${start?.exitCode}`);
    if (history.kind === 'image' && start !== undefined && run.location !== start.location)
      found.push(`${short(run)} says ${run.location}; it was in ${start.location}`);
    if (run.submission === 'accepted' && !submissions.some(({ late }) => !late))
      found.push(`${short(run)} is told as accepted; Numerai has nothing on time`);
    if (
      run.submission === 'missing' &&
      submissions.some(
        ({ insertedAt }) =>
          run.finishedAt !== null && insertedAt.getTime() <= Date.parse(run.finishedAt) - 600_000,
      )
    )
      found.push(`${short(run)} is told as missing; Numerai has it`);
  }
  return found;
}

/** The budget, and a little for the turn. */
const QUICK_MS = 10_000 + 500;

function webhooksAreQuick({ answers }: Observed): string[] {
  return answers
    .filter(({ outcome, tookMs }) => outcome !== 'dead' && tookMs > QUICK_MS)
    .map(({ outcome, tookMs }) => `a trigger was answered ${outcome} after ${tookMs / 1000} s`);
}

function submittedOnTime(observed: Observed): string[] {
  const { history, submissions, runs, starts } = observed;
  if (history.expect !== 'submitted') return [];
  const onTime = submissions.filter(({ late }) => !late);
  if (onTime.length === 0) return ['missed: no submission on time'];
  // Whoever could not ask Numerai could not know.
  if (couldNotAsk(observed)) return [];
  const good = runs.find((run) => run.state === 'succeeded' && run.submission !== 'missing');
  if (good === undefined) return ['the submission is there, and no run tells of it'];
  const needed = history.containers.findIndex((plan) => plan.submits) + 1;
  const ran = asked(starts).filter(({ runningAt }) => runningAt !== undefined).length;
  if (sharesItsGroup(observed)) return [];
  const tests = runs.filter((run) => run.isTest).length;
  return ran > needed + tests ? [`${ran} containers ran where ${needed} would have done`] : [];
}

function noSecretShows({ log, runs }: Observed, secretValues: readonly string[]): string[] {
  const text = [...log, ...runs.map((run) => JSON.stringify(run))];
  return secretValues
    .filter((value) => text.some((line) => line.includes(value)))
    .map(() => 'a secret shows in the log or in a record');
}

function short(run: Run): string {
  return `run ${run.id.slice(-6)} (${run.trigger}, attempt ${run.attempt}, ${run.state})`;
}
