// The status as lines for a person: a line for each tournament, then those that are not done, the most urgent first.

import { hasEnded } from '../src/lib/runs/run.ts';
import type { AppJob, AppModel, AppRun, AppStatus } from './app-schema.ts';
import { duration, moment, table } from './format.ts';

/** Of more than so many models and jobs, those that are done are a number. */
const MANY = 20;

interface Row {
  readonly isDone: boolean;
  readonly cells: readonly string[];
}

/** @param all whether those that are done are always listed. */
export function statusLines(status: AppStatus, { all }: { readonly all: boolean }): readonly string[] {
  const { models, jobs } = status;
  const now = new Date(status.at);
  const rows = [...models.map((model) => rowOfModel(model, now)), ...jobs.map((job) => rowOfJob(job))];
  const open = rows.filter(({ isDone }) => !isDone);
  const done = rows.filter(({ isDone }) => isDone);
  const isShort = all || rows.length <= MANY;
  const listed = isShort ? [...open, ...done] : open;
  return [
    `As of ${moment(now)}`,
    ...[...Map.groupBy(models, ({ tournament }) => tournament)].map(([name, of]) => lineOfTournament(name, of, now)),
    ...(listed.length === 0 ? [] : ['', ...table([HEAD, ...listed.map(({ cells }) => cells)])]),
    ...(isShort || done.length === 0 ? [] : ['', `${done.length} more are done, or have nothing to do: --all`]),
  ];
}

const HEAD = ['NAME', 'ROUND', 'STATE', 'SUBMISSION', 'ATTEMPT', 'WHY'];

function lineOfTournament(tournament: string, models: readonly AppModel[], now: Date): string {
  const open = models.find(({ openRound }) => openRound !== null)?.openRound ?? null;
  const unknown = models.find(({ roundsUnknown }) => roundsUnknown !== null)?.roundsUnknown ?? null;
  if (open === null)
    return unknown === null
      ? `${tournament}: no round is open`
      : `${tournament}: not known which round is open. ${unknown}`;
  const isGood = ({ currentRun }: AppModel) => currentRun?.state === 'succeeded';
  const closes = new Date(open.closeTime);
  return `${tournament}: round ${open.number} closes in ${duration(closes.getTime() - now.getTime())}, at ${moment(closes)}. ${models.filter(isGood).length} of ${models.length} done`;
}

function rowOfModel(model: AppModel, now: Date): Row {
  const run = model.inFlight ?? model.currentRun ?? model.lastRun;
  const isDone =
    model.inFlight === null &&
    (model.openRound === null ? run === null || run.state === 'succeeded' : model.currentRun?.state === 'succeeded');
  const hasNone = model.openRound !== null && model.currentRun === null && model.inFlight === null;
  if (hasNone || run === null)
    return {
      isDone: isDone && !hasNone,
      cells: [model.model, String(model.openRound?.number ?? '-'), pausedOr(model, 'not started'), '-', '-', ''],
    };
  return {
    isDone,
    cells: [
      model.model,
      run.isTest ? 'test' : String(run.round ?? '-'),
      pausedOr(model, run.state.replace('_', ' ')),
      run.submission,
      String(run.attempt),
      whyOf(run, now),
    ],
  };
}

function rowOfJob(job: AppJob): Row {
  const run = job.inFlight ?? job.lastRun;
  const next = job.nextAt === null ? '' : `next at ${moment(new Date(job.nextAt))}`;
  if (run === null) return { isDone: true, cells: [job.job, 'job', pausedOr(job, 'not started'), '-', '-', next] };
  const why = run.state === 'succeeded' ? next : (run.reason ?? next);
  const cells = [job.job, 'job', pausedOr(job, run.state.replace('_', ' ')), '-', String(run.attempt), why];
  return { isDone: run.state === 'succeeded', cells };
}

function pausedOr({ paused }: Pick<AppModel, 'paused'>, state: string): string {
  return paused === null ? state : `${state}, paused by ${paused.by}`;
}

/** Why it is not done, and when something happens next. */
function whyOf(run: AppRun, now: Date): string {
  if (run.state === 'succeeded') return '';
  if (hasEnded(run) || run.nextAttemptAt === null) return run.reason ?? '';
  const at = new Date(run.nextAttemptAt);
  const left = at.getTime() - now.getTime();
  const next = `${left <= 0 ? 'tried again now' : `tried again in ${duration(left)}`}, at ${moment(at)}`;
  return [next, run.waitingFor === null ? '' : `waits for ${run.waitingFor}`, run.reason ?? '']
    .filter((part) => part !== '')
    .join('. ');
}
