// What can be done on the dashboard: each action has a page that asks whether it is meant, and a form that does it.

import type { HttpResponseInit } from '@azure/functions';
import { viewsOf } from '../dashboard/condition.ts';
import { jobViewsOf } from '../dashboard/job-view.ts';
import { links } from '../dashboard/links.ts';
import { cancelQuestion, pauseQuestion, resumeQuestion } from '../dashboard/pages/question.ts';
import type { Done } from '../dashboard/pages/run.ts';
import { startJobQuestion, startQuestion } from '../dashboard/pages/start.ts';
import type { Entry } from '../lib/config/models.ts';
import { cancelRun } from '../lib/operations/cancel-run.ts';
import { findRun } from '../lib/operations/list-runs.ts';
import { pause, resume } from '../lib/operations/pause.ts';
import { readStatus } from '../lib/operations/status.ts';
import type { Run } from '../lib/runs/run.ts';
import { NotFoundError } from '../lib/util/errors.ts';
import { type Call, type RunOwner, readBody, valid } from './http/handler.ts';
import { frameOf, htmlPage } from './http/page.ts';
import { pauseBody } from './pause.ts';
import { startForOperator } from './start-budget.ts';

const FORM_MAX_BYTES = 4 * 1024;

interface EntryAction {
  readonly ask: (call: Call, entry: Entry) => Promise<HttpResponseInit>;
  readonly do: (call: Call, entry: Entry) => Promise<HttpResponseInit>;
}

/** What can be done with a model or a job, by the last part of the address. */
export const ENTRY_ACTIONS: Readonly<Record<string, EntryAction | undefined>> = {
  start: { ask: askToStart, do: start },
  pause: {
    ask: async (call, entry) => htmlPage(200, pauseQuestion(frameOf(call), entry)),
    async do(call, entry) {
      await pause(call.services, entry, await pausedBy(call));
      return goToEntry(entry);
    },
  },
  resume: {
    ask: async (call, entry) => htmlPage(200, resumeQuestion(frameOf(call), entry)),
    async do(call, entry) {
      await resume(call.services, entry, await pausedBy(call));
      return goToEntry(entry);
    },
  },
};

async function askToStart(call: Call, entry: Entry): Promise<HttpResponseInit> {
  const { services } = call;
  const status = await readStatus(services, [entry]);
  const [view] = viewsOf(status, services.settings);
  if (view !== undefined) return htmlPage(200, startQuestion(frameOf(call), view));
  const [job] = jobViewsOf(status);
  if (job === undefined) throw new NotFoundError('There is no such page.');
  return htmlPage(200, startJobQuestion(frameOf(call), job));
}

async function start(call: Call, entry: Entry): Promise<HttpResponseInit> {
  const form = await formOf(call);
  const isTest = form.has('test');
  const force = !isTest && form.has('force');
  const { run, duplicate } = await startForOperator(call.services, entry, { isTest, force });
  return goTo(run, duplicate ? 'duplicate' : 'started');
}

export async function askToCancel(call: Call, owner: RunOwner, runId: string): Promise<HttpResponseInit> {
  const { run } = await findRun(call.services, owner, runId);
  return htmlPage(200, cancelQuestion(frameOf(call), run));
}

export async function cancel({ services }: Call, owner: RunOwner, runId: string): Promise<HttpResponseInit> {
  return goTo(await cancelRun(services, owner, runId), 'cancelled');
}

/** Of the form's own fields only: the key may be another. */
async function pausedBy(call: Call) {
  const form = await formOf(call);
  return valid(pauseBody, { by: form.get('by') ?? undefined, reason: form.get('reason') ?? undefined });
}

const formOf = async ({ request }: Call) => new URLSearchParams(await readBody(request, FORM_MAX_BYTES));

/** To the run's page: the guarded one, which the script may follow with the key. */
function goTo({ model, id }: Run, done: Done): HttpResponseInit {
  return redirect(links.done(model, id, done), { 'x-run-id': id });
}

/** To the page of a model or a job, guarded as well. */
function goToEntry({ name }: Entry): HttpResponseInit {
  return redirect(links.guarded(name));
}

function redirect(location: string, headers: Readonly<Record<string, string>> = {}): HttpResponseInit {
  return { status: 303, headers: { location, 'cache-control': 'no-store', ...headers } };
}
