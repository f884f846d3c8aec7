// /api/dashboard-page/…: the pages for people, with what can be pressed on them. One function, so that one
// key opens the dashboard and nothing but the dashboard. People open /api/dashboard (dashboard-door.ts).
//
//   GET  dashboard-page                          the overview; ?page= and ?find=, where there are many models
//   GET  dashboard-page/{model}                  a model or a job; ?after= for older runs
//   GET  dashboard-page/{model}/{runId}          a run with the log of an attempt; ?attempt=, else the last
//   GET  dashboard-page/{model}/start            asks whether it is meant; POST does it (dashboard-actions.ts)
//   GET  dashboard-page/{model}/pause, resume    the same
//   GET  dashboard-page/{model}/{runId}/cancel   the same

import type { HttpResponseInit } from '@azure/functions';
import { viewsOf } from '../dashboard/condition.ts';
import { jobViewsOf } from '../dashboard/job-view.ts';
import { jobPage } from '../dashboard/pages/job.ts';
import { messagePage } from '../dashboard/pages/message.ts';
import { modelPage } from '../dashboard/pages/model.ts';
import { overviewPage } from '../dashboard/pages/overview.ts';
import { type RunPageData, runPage } from '../dashboard/pages/run.ts';
import { startOf, startOfJob } from '../dashboard/parts/actions.ts';
import { type LogSeen, tailOf } from '../dashboard/parts/log.ts';
import { allowedFor } from '../dashboard/parts/run-facts.ts';
import { type Entry, findEntry, isJob } from '../lib/config/models.ts';
import { keptOf, readKept } from '../lib/operations/kept.ts';
import { findRun, listRuns } from '../lib/operations/list-runs.ts';
import { attemptOf, readLog, whyNoLog } from '../lib/operations/read-log.ts';
import { readStatus, roundsNow } from '../lib/operations/status.ts';
import { openRound } from '../lib/rounds/round.ts';
import type { Attempt } from '../lib/runs/attempt.ts';
import { hasEnded, type Run } from '../lib/runs/run.ts';
import { isRunId } from '../lib/runs/run-id.ts';
import type { RunList, RunRecord } from '../lib/runs/stores.ts';
import { RUNS_READ } from '../lib/runs/summary.ts';
import { AppError, NotFoundError } from '../lib/util/errors.ts';
import { askToCancel, cancel, ENTRY_ACTIONS } from './dashboard-actions.ts';
import {
  BadRequestError,
  baseUrl,
  type Call,
  type HttpFunction,
  ownerOf,
  type RunOwner,
  routePart,
} from './http/handler.ts';
import { frameAt, frameOf, htmlPage } from './http/page.ts';
import { requireOwnPage } from './http/same-site.ts';

const RUNS_LISTED = 25;
const TAIL_LINES = 40;
/** Of a model or a job. */
const LONGEST_NAME = 36;

export const dashboard: HttpFunction = {
  methods: ['GET', 'POST'],
  route: 'dashboard-page/{model?}/{runId?}/{action?}',
  handle: answer,
  show({ status, headers, faults = [], title, detail }, requestId, now) {
    const message = { title, detail, requestId, faults, isPassing: status === 503 };
    return htmlPage(status, messagePage(frameAt(now), message), headers);
  },
};

async function answer(call: Call): Promise<HttpResponseInit> {
  const { request, services } = call;
  const [name, runId, action] = ['model', 'runId', 'action'].map((part) => routePart(request, part));
  const isPost = request.method === 'POST';
  if (isPost) requireOwnPage(request);
  if (name === undefined && !isPost) return showOverview(call);
  const ofEntry = runId === undefined ? undefined : ENTRY_ACTIONS[runId];
  if (runId !== undefined && ofEntry === undefined) return answerForRun(call, ownerOf(call), runId, action);
  const entry = findEntry(services.entries, name);
  if (ofEntry !== undefined) return isPost ? ofEntry.do(call, entry) : ofEntry.ask(call, entry);
  if (isPost) throw new NotFoundError('There is no such page.');
  return showEntry(call, entry);
}

function answerForRun(
  call: Call,
  owner: RunOwner,
  runId: string,
  action: string | undefined,
): Promise<HttpResponseInit> {
  const isPost = call.request.method === 'POST';
  if (action === 'cancel') return isPost ? cancel(call, owner, runId) : askToCancel(call, owner, runId);
  if (action !== undefined || isPost) throw new NotFoundError('There is no such page.');
  return showRun(call, owner, runId);
}

async function showOverview(call: Call): Promise<HttpResponseInit> {
  const { request, services } = call;
  const find = (request.query.get('find') ?? '').trim().toLowerCase().slice(0, LONGEST_NAME);
  const page = Number(request.query.get('page')) || 1;
  const status = await services.overview();
  return htmlPage(200, overviewPage(frameOf(call), status, services.settings, { page, find }));
}

async function showEntry(call: Call, entry: Entry): Promise<HttpResponseInit> {
  const { request, services } = call;
  const after = request.query.get('after');
  if (after !== null && !isRunId(after)) throw new BadRequestError('after must be the id of a run.');
  const [status, older] = await Promise.all([
    readStatus(services, [entry]),
    after !== null && listRuns(services, { models: [entry], state: null, limit: RUNS_LISTED, after }),
  ]);
  const [view] = viewsOf(status, services.settings);
  const [job] = jobViewsOf(status);
  const shown = (view ?? job)?.status;
  if (shown === undefined) throw new NotFoundError('There is no such page.');
  const [newest] = shown.records;
  const isOlder = after !== null;
  const data = {
    status,
    runs: older || newestRuns(shown),
    older: isOlder,
    log:
      newest === undefined || isOlder
        ? { text: '' }
        : await seeLog(call, newest, newest.run.attempt, entry, TAIL_LINES),
    base: baseUrl(call),
  };
  const frame = frameOf(call);
  if (view !== undefined) return htmlPage(200, modelPage(frame, { ...data, view }));
  return htmlPage(200, job === undefined ? '' : jobPage(frame, { ...data, view: job }));
}

/** The first page of the list, from what the status has read already. */
function newestRuns({ records, unreadable }: Pick<RunList, 'records' | 'unreadable'>): RunList {
  const shown = records.slice(0, RUNS_LISTED);
  const mayGoOn = records.length > RUNS_LISTED || records.length + unreadable >= RUNS_READ;
  return { records: shown, unreadable, next: mayGoOn ? (shown.at(-1)?.run.id ?? null) : null };
}

async function showRun(call: Call, owner: RunOwner, runId: string): Promise<HttpResponseInit> {
  const { request, services } = call;
  const record = await findRun(services, owner, runId);
  const attempt = attemptOf(record, request.query.get('attempt'));
  const log = await seeLog(call, record, attempt, owner.model, Number.POSITIVE_INFINITY);
  const kept = attempt && keptOf(await readKept(services, [record]), runId, attempt.number);
  const start = await startNow(call, owner, record.run);
  const allowed = await attemptsAllowedNow(call, owner, record.run);
  const done = request.query.get('done');
  const body = runPage(frameOf(call), { record, attempt, log, kept, start, allowed, done });
  return htmlPage(200, body, { 'x-run-id': record.run.id });
}

/** Asked only for a run that a start may help; never where the model is not in models.json any more. */
async function startNow({ services }: Call, { model }: RunOwner, run: Run): Promise<RunPageData['start']> {
  const verb = startOf(run);
  if (model === undefined || verb === null) return null;
  // A job needs no round. What has ended is not opened again: a further start of it is a run of its own.
  if (isJob(model)) {
    if (!hasEnded(run)) return verb;
    const { jobs } = await readStatus(services, [model]);
    return startOfJob(model, jobs[0]?.inFlight ?? null);
  }
  const { rounds, isKnown } = await roundsNow(services, model.tournament);
  const open = openRound(rounds, services.clock.now());
  // What waits can be hastened, whatever round that is.
  const waits = !hasEnded(run);
  const helps = open === null ? waits && !isKnown : waits || open.number === run.round;
  return helps ? verb : null;
}

/** Of a run under way, by what is known of its round. */
async function attemptsAllowedNow({ services }: Call, { model }: RunOwner, run: Run): Promise<number | null> {
  if (model === undefined || hasEnded(run)) return null;
  if (isJob(model)) return model.maxAttempts;
  const { rounds } = await roundsNow(services, model.tournament);
  return allowedFor(model, rounds.find(({ number }) => number === run.round) ?? null);
}

/** A log that cannot be read must not hide the rest of the page. */
async function seeLog(
  { services }: Call,
  record: RunRecord,
  attempt: Attempt | null,
  model: Entry | undefined,
  lines: number,
): Promise<LogSeen> {
  try {
    const log = await readLog(services, record, attempt, model);
    return { ...tailOf(log ?? '', lines), none: whyNoLog(attempt) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    services.log.warn({ err: error, model: record.run.model, runId: record.run.id }, 'log not shown');
    return { text: '', none: `The log cannot be shown now. ${services.redaction.apply(error.message)}` };
  }
}
