// A run, and the answer to a request for one, as JSON.

import type { HttpResponseInit } from '@azure/functions';
import type { RequestedRun } from '../../lib/operations/request-run.ts';
import { type Attempt, durationSeconds } from '../../lib/runs/attempt.ts';
import { costUsd, type Run } from '../../lib/runs/run.ts';
import type { RunRecord } from '../../lib/runs/stores.ts';
import { json } from './responses.ts';
import type { RunJson } from './status-schema.ts';

/** The address of a run. */
function runUrl(base: string, run: Pick<Run, 'model' | 'id'>): string {
  return `${base}/api/runs/${encodeURIComponent(run.model)}/${run.id}`;
}

/** The public view of a run; what the app keeps for itself is left out. */
export function runJson({ run, earlier }: RunRecord, base: string): RunJson {
  const self = runUrl(base, run);
  const { attempt } = run;
  const attempts = [...earlier, ...(attempt === null ? [] : [attempt])];
  return {
    id: run.id,
    model: run.model,
    job: null,
    tournament: run.tournament,
    round: run.round,
    trigger: run.trigger,
    triggerId: run.triggerId,
    isTest: run.isTest,
    state: run.state,
    reason: run.reason,
    submission: run.submission,
    slots: [...run.slots],
    waitingFor: run.waitingFor,
    nextAttemptAt: run.nextAttemptAt,
    requestedAt: run.requestedAt,
    startedAt: attempt?.startedAt ?? null,
    finishedAt: run.finishedAt,
    durationSeconds: durationSeconds(attempt),
    costUsd: costUsd(run),
    attempt: attempt?.number ?? 0,
    exitCode: attempt?.exitCode ?? null,
    attempts: attempts.map((each) => attemptJson(each, self)),
    links: { self, logs: `${self}/logs` },
  };
}

function attemptJson(attempt: Attempt, run: string): RunJson['attempts'][number] {
  return {
    number: attempt.number,
    platform: attempt.platform,
    execution: attempt.execution,
    location: attempt.location,
    outcome: attempt.outcome,
    failure: attempt.failure,
    reason: attempt.reason,
    exitCode: attempt.exitCode,
    startedAt: attempt.startedAt,
    finishedAt: attempt.finishedAt,
    costUsd: attempt.costUsd,
    lastResort: false,
    links: { logs: `${run}/logs?attempt=${attempt.number}` },
  };
}

/** The answer to a webhook, and to an operator's start. 200: Numerai takes nothing else for success. */
export function startAnswer({ run, duplicate }: RequestedRun, base: string): HttpResponseInit {
  const body = {
    runId: run.id,
    model: run.model,
    round: run.round,
    state: run.state,
    duplicate,
    statusUrl: runUrl(base, run),
  };
  return json(200, body, { 'x-run-id': run.id });
}
