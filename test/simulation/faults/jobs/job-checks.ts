// What must hold after every history of a job, judged by what the emulators saw and by the rows of the tables.

import type { Attempt } from '../../app/record.ts';
import { describeFates } from '../plan.ts';
import { LAST_MINUTE } from './job-history.ts';
import type { GoodTick, JobObserved } from './run-job.ts';

const MINUTE = 60_000;

/** Sentences, each a broken promise; none where all is well. */
function jobViolationsOf(observed: JobObserved): string[] {
  const { attempts, errors, cameToRest, inFlight, groupsLeft, numeraiCalls, overviewFault } = observed;
  return [
    ...errors.map((error) => `the app threw what it does not know: ${error}`),
    ...(cameToRest ? [] : ['the history never came to rest']),
    ...attempts.filter(({ hasEnded }) => !hasEnded).map((attempt) => `lost: ${short(attempt)} never ended`),
    ...inFlight.map((key) => `still followed: ${key}`),
    ...groupsLeft.map((name) => `a container group was left behind: ${name}`),
    ...(overviewFault === null ? [] : [overviewFault]),
    ...(numeraiCalls > 0 ? [`Numerai was called ${numeraiCalls} times`] : []),
    ...onceATime(observed),
    ...noneIsLost(observed),
    ...neverTwoAtOnce(observed),
    ...oneStartAnAttempt(observed),
    ...oneRunATriggerId(observed),
    ...answersAreOnRecord(observed),
  ];
}

const runsOf = (attempts: readonly Attempt[]): Attempt[] => [
  ...new Map(attempts.map((attempt) => [attempt.runId, attempt])).values(),
];

function onceATime({ attempts }: JobObserved): string[] {
  const byTime = Map.groupBy(
    runsOf(attempts).filter(({ scheduledFor }) => scheduledFor !== null),
    ({ scheduledFor }) => scheduledFor,
  );
  return [...byTime]
    .filter(([, runs]) => runs.length > 1)
    .map(([time, runs]) => `doubled: ${time} has ${runs.length} runs`);
}

/** A time has its run, or was skipped for one that was under way, unless no tick that could have started it went well. */
function noneIsLost({ history, noon, attempts, goodTicks }: JobObserved): string[] {
  const runs = runsOf(attempts);
  const found: string[] = [];
  // At the same moment one instance may be past a time that is yet to come for another: it starts for the later time,
  // which stands for what was missed, and the other finds that done.
  const apartMs = Math.max(...history.skewMs) - Math.min(...history.skewMs);
  // The first look notes how far its times have come: those before are not its business.
  const first = goodTicks[0]?.from ?? Number.POSITIVE_INFINITY;
  const firstLook = Math.max(...goodTicks.filter(({ from }) => from < first + 50_000).map(({ to }) => to));
  for (let minute = 0; minute <= LAST_MINUTE; minute += history.everyMinutes) {
    const time = noon + minute * MINUTE;
    const next =
      minute + history.everyMinutes > LAST_MINUTE ? Number.POSITIVE_INFINITY : time + history.everyMinutes * MINUTE;
    if (time <= firstLook || runs.some(({ scheduledFor }) => Date.parse(scheduledFor ?? '') === time)) continue;
    // A time that comes while a run is taken to be under way is skipped for good, however late its end is seen.
    const wasSkipped = (before: number) =>
      goodTicks.some(({ from, to, wasBusy }) => wasBusy && from >= time && to <= before);
    const isExcused = ({ to }: GoodTick) =>
      history.overlap === 'skip' &&
      (wasSkipped(to) || attempts.some((attempt) => isUnderWay(attempt, time, to + apartMs)));
    if (goodTicks.some((tick) => tick.from >= time && tick.to + apartMs < next && !isExcused(tick)))
      found.push(`lost: nothing was started at ${new Date(time).toISOString()}, and nothing was under way`);
  }
  return found;
}

/** As a tick may have seen it that was over at `to`: it notices an end late, and what waits is under way as well. */
function isUnderWay({ requestedAt, finishedAt, state }: Attempt, time: number, to: number): boolean {
  const end = Date.parse(finishedAt ?? '') || Number.POSITIVE_INFINITY;
  const seen = state === 'succeeded' || state === 'cancelled' ? 2 * MINUTE : 6 * MINUTE;
  return Date.parse(requestedAt) <= to && end + seen >= time;
}

function neverTwoAtOnce({ history, starts, deletions }: JobObserved): string[] {
  if (history.overlap === 'allow') return [];
  const spans = starts.flatMap(({ group, runningAt, endedAt, at }) => {
    if (runningAt === undefined) return [];
    const goneAt = deletions.find((deletion) => deletion.group === group && deletion.at >= at)?.at;
    return [{ group, from: runningAt, until: endedAt ?? goneAt }];
  });
  return spans.flatMap((one, index) =>
    spans
      .slice(index + 1)
      .filter((other) => one.group !== other.group && (one.until === undefined || other.from < one.until))
      .map((other) => `doubled: ${one.group} and ${other.group} ran at the same time`),
  );
}

function oneStartAnAttempt({ starts, attempts, fates }: JobObserved): string[] {
  const hadLateStart = fates.some(({ fate }) => fate.do === 'status' && fate.arrivesAfter !== undefined);
  const seen = new Set<Attempt>();
  return starts.flatMap(({ group, tags, kind }) => {
    if (kind === 'repair') return [];
    const attempt = attempts.find(
      ({ runId, number }) => runId === tags['numerai-run'] && new RegExp(`-a${number}[a-z]?$`).test(group),
    );
    if (attempt === undefined) return [`group ${group} was started for an attempt that is on no record`];
    if (seen.has(attempt) && !hadLateStart) return [`doubled: ${short(attempt)} was started twice`];
    seen.add(attempt);
    return [];
  });
}

function oneRunATriggerId({ attempts }: JobObserved): string[] {
  const byId = Map.groupBy(
    runsOf(attempts).filter(({ triggerId }) => triggerId !== null),
    ({ triggerId }) => triggerId,
  );
  return [...byId].filter(([, runs]) => runs.length > 1).map(([id, runs]) => `doubled: ${id} has ${runs.length} runs`);
}

function answersAreOnRecord({ answers, attempts }: JobObserved): string[] {
  return answers
    .filter(({ status, runId }) => status === 200 && !attempts.some((attempt) => attempt.runId === runId))
    .map(({ runId }) => `lost: a call was answered 200 with run ${runId}, which is on no record`);
}

function short({ number, runId, scheduledFor, state }: Attempt): string {
  return `attempt ${number} (${runId.slice(-6)}, ${scheduledFor ?? 'on request'}, ${state})`;
}

/** What is broken, and what happened, readable; empty where nothing is. */
export function describeJob(observed: JobObserved): string {
  const violations = jobViolationsOf(observed);
  if (violations.length === 0) return '';
  const fates = describeFates(observed.fates);
  const attempts = observed.attempts.map(
    ({ runId, scheduledFor, trigger, number, state, failure, requestedAt, finishedAt, reason }) =>
      `  ${runId.slice(-6)} ${scheduledFor} ${trigger} attempt ${number}: ${state} ${failure ?? ''} ${requestedAt} to ${finishedAt} ${reason ?? ''}`,
  );
  return [observed.history.name, ...violations, ...fates, ...attempts].join('\n');
}
