// /api/dashboard-page/…: the pages for people, with what can be pressed on them. One function, so that one
// key opens the dashboard and nothing but the dashboard. People open /api/dashboard (dashboard-door.ts).
//
//   GET  dashboard-page                          the overview
//   GET  dashboard-page/{model}                  a model; ?after= for older runs
//   GET  dashboard-page/{model}/{runId}          a run with the log of an attempt; ?attempt=, else the last
//   GET  dashboard-page/{model}/start, …/retry   asks whether it is meant; POST does it
//   GET  dashboard-page/{model}/{runId}/cancel   the same

import { app, type HttpResponseInit } from '@azure/functions';
import { type ModelView, viewOf } from '../dashboard/condition.ts';
import { links } from '../dashboard/links.ts';
import { cancelQuestion, retryQuestion, startQuestion } from '../dashboard/pages/confirm.ts';
import { messagePage } from '../dashboard/pages/message.ts';
import { modelPage } from '../dashboard/pages/model.ts';
import { overviewPage } from '../dashboard/pages/overview.ts';
import { DONE, type Done, runPage } from '../dashboard/pages/run.ts';
import { type LogSeen, tailOf } from '../dashboard/parts/log.ts';
import { findModel, type Model } from '../lib/config/models.ts';
import { cancelRun } from '../lib/operations/cancel-run.ts';
import { findRun, listRuns } from '../lib/operations/list-runs.ts';
import { attemptOf, readLog } from '../lib/operations/read-log.ts';
import { type ModelStatus, RUNS_READ, readStatus } from '../lib/operations/status.ts';
import type { Attempt } from '../lib/runs/attempt.ts';
import type { Run } from '../lib/runs/run.ts';
import { isRunId } from '../lib/runs/run-id.ts';
import type { RunList, RunRecord } from '../lib/runs/stores.ts';
import { ConfigurationError, NotFoundError } from '../lib/util/errors.ts';
import { ExternalCallError } from '../lib/util/external-call.ts';
import { checkForm, formToken } from './http/form-token.ts';
import {
  BadRequestError,
  baseUrl,
  type Call,
  httpHandler,
  readBody,
  routePart,
  type ShowProblem,
} from './http/handler.ts';
import { frameAt, htmlPage } from './http/page.ts';
import { attemptNumber } from './http/query.ts';
import { json } from './http/responses.ts';
import type { Runtime } from './runtime.ts';
import { startForOperator } from './start-budget.ts';

const RUNS_LISTED = 25;
const TAIL_LINES = 40;
const FORM_MAX_BYTES = 4 * 1024;

/** Registers the function. */
export function registerDashboard(runtime: Runtime): void {
  app.http('dashboard', {
    methods: ['GET', 'POST'],
    authLevel: 'function',
    route: 'dashboard-page/{model?}/{runId?}/{action?}',
    handler: httpHandler(runtime, answer, asPage(runtime)),
  });
}

async function answer(call: Call): Promise<HttpResponseInit> {
  const { request, services } = call;
  const [name, runId, action] = ['model', 'runId', 'action'].map((part) =>
    routePart(request, part),
  );
  if (name === undefined) return wantGet(call, () => showOverview(call));
  const model = findModel(services.models, name);
  if (runId === undefined) return wantGet(call, () => showModel(call, model));
  if (runId === 'start' || runId === 'retry')
    return request.method === 'POST' ? start(call, model, runId) : askToStart(call, model, runId);
  if (action === 'cancel')
    return request.method === 'POST' ? cancel(call, model, runId) : askToCancel(call, model, runId);
  if (action !== undefined) throw new NotFoundError('There is no such page.');
  return wantGet(call, () => showRun(call, model, runId));
}

async function wantGet(
  { request }: Call,
  show: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  if (request.method !== 'GET') throw new NotFoundError('There is nothing to send here.');
  return show();
}

async function showOverview({ services }: Call): Promise<HttpResponseInit> {
  const status = await readStatus(services, services.models);
  const { fallbackGraceMinutes } = services.settings;
  return htmlPage(
    200,
    overviewPage(frameAt(status.at, services.settings), status, fallbackGraceMinutes),
  );
}

async function showModel(call: Call, model: Model): Promise<HttpResponseInit> {
  const { request, services } = call;
  const after = request.query.get('after');
  if (after !== null && !isRunId(after))
    throw new BadRequestError('after must be the id of a run.');
  const older =
    after === null
      ? null
      : listRuns(services, { models: [model], state: null, limit: RUNS_LISTED, after });
  const status = await readStatus(services, [model]);
  const [one] = status.models;
  const newest = one?.records[0] ?? null;
  const page = (await older) ?? newestRuns(one);
  const body = modelPage(frameAt(status.at, services.settings), {
    status,
    fallbackGraceMinutes: services.settings.fallbackGraceMinutes,
    runs: page.records.map(({ run }) => run),
    next: page.next,
    unreadable: page.unreadable,
    older: older !== null,
    log:
      newest === null || older !== null
        ? { kind: 'none' }
        : await seeLog(call, newest, newest.run.attempt, model, TAIL_LINES),
    base: baseUrl(call),
  });
  return htmlPage(200, body);
}

/** The first page of the list, from what the status has read already. */
function newestRuns(status: ModelStatus | undefined): RunList {
  const { records, unreadable } = status ?? { records: [], unreadable: 0 };
  const shown = records.slice(0, RUNS_LISTED);
  const mayGoOn = records.length > RUNS_LISTED || records.length + unreadable >= RUNS_READ;
  return { records: shown, unreadable, next: mayGoOn ? (shown.at(-1)?.run.id ?? null) : null };
}

async function showRun(call: Call, model: Model, runId: string): Promise<HttpResponseInit> {
  const { request, services } = call;
  const record = await findRun(services, model, runId);
  const attempt = attemptOf(record, attemptNumber(request.query));
  const done = request.query.get('done');
  const body = runPage(frameAt(services.clock.now(), services.settings), {
    record,
    attempt,
    log: await seeLog(call, record, attempt, model, Number.POSITIVE_INFINITY),
    done: DONE.find((known) => known === done) ?? null,
  });
  return htmlPage(200, body, { 'x-run-id': record.run.id });
}

/** A log that cannot be read must not hide the rest of the page. */
async function seeLog(
  { services }: Call,
  record: RunRecord,
  attempt: Attempt | null,
  model: Model,
  lines: number,
): Promise<LogSeen> {
  try {
    const log = await readLog(services, record, attempt, model);
    return log === null ? { kind: 'none' } : { kind: 'log', ...tailOf(log, lines) };
  } catch (error) {
    if (!(error instanceof ExternalCallError)) throw error;
    services.log.warn({ err: error, model: model.name, runId: record.run.id }, 'log not shown');
    return { kind: 'unreadable', why: error.message };
  }
}

async function look({ services }: Call, model: Model): Promise<ModelView> {
  const { at, models } = await readStatus(services, [model]);
  const [status] = models;
  if (status === undefined) throw new NotFoundError('There is no such model.');
  return viewOf(status, at, services.settings.fallbackGraceMinutes);
}

async function askToStart(
  call: Call,
  model: Model,
  what: 'start' | 'retry',
): Promise<HttpResponseInit> {
  const { token, cookies } = formToken(call.request);
  const view = await look(call, model);
  const ask = what === 'start' ? startQuestion : retryQuestion;
  return {
    ...htmlPage(200, ask(frameAt(call.services.clock.now(), call.services.settings), view, token)),
    cookies,
  };
}

async function askToCancel(call: Call, model: Model, runId: string): Promise<HttpResponseInit> {
  const { token, cookies } = formToken(call.request);
  const { run } = await findRun(call.services, model, runId);
  return {
    ...htmlPage(
      200,
      cancelQuestion(frameAt(call.services.clock.now(), call.services.settings), run, token),
    ),
    cookies,
  };
}

async function start(call: Call, model: Model, what: 'start' | 'retry'): Promise<HttpResponseInit> {
  const form = await readForm(call);
  const isTest = what === 'start' && form.get('test') === '1';
  const force = what === 'start' && !isTest && form.get('force') === '1';
  const { run, duplicate } = await startForOperator(call.services, model, { isTest, force });
  return goTo(call, run, duplicate ? 'duplicate' : 'started');
}

async function cancel(call: Call, model: Model, runId: string): Promise<HttpResponseInit> {
  await readForm(call);
  return goTo(call, await cancelRun(call.services, model, runId), 'cancelled');
}

async function readForm({ request }: Call): Promise<URLSearchParams> {
  const form = new URLSearchParams(await readBody(request, FORM_MAX_BYTES));
  checkForm(request, form);
  return form;
}

/** To the run's page. A script cannot see where a redirection leads: it gets the address as JSON. */
function goTo({ request }: Call, run: Run, done: Done): HttpResponseInit {
  const location = `${links.run(run.model, run.id)}?done=${done}`;
  const headers = { 'x-run-id': run.id };
  if (request.headers.get('accept') === 'application/json') return json(200, { location }, headers);
  return { status: 303, headers: { location, 'cache-control': 'no-store', ...headers } };
}

function asPage({ system }: Runtime): ShowProblem {
  return (problem, requestId, error) =>
    htmlPage(
      problem.status,
      messagePage(frameAt(system.clock.now()), {
        title: problem.title,
        detail: problem.detail,
        requestId,
        ...(error instanceof ConfigurationError ? { faults: error.faults } : {}),
      }),
      problem.headers,
    );
}
