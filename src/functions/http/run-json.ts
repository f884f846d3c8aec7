// A run, and the answer to whatever asked for one, as JSON.

import type { HttpResponseInit } from '@azure/functions';
import { costUsd, durationSeconds, type Run } from '../../lib/runs/run.ts';
import type { StartResult } from '../../lib/start/start-run.ts';
import { json } from './responses.ts';

/** The address of a run. */
function runUrl(base: string, run: Pick<Run, 'model' | 'id'>): string {
  return `${base}/api/runs/${encodeURIComponent(run.model)}/${run.id}`;
}

/** The public view of a run; what the app keeps for itself is left out. */
export function runJson(run: Run, base: string) {
  const self = runUrl(base, run);
  return {
    id: run.id,
    model: run.model,
    tournament: run.tournament,
    round: run.round,
    attempt: run.attempt,
    trigger: run.trigger,
    triggerId: run.triggerId,
    isTest: run.isTest,
    state: run.state,
    reason: run.reason,
    submission: run.submission,
    submittedAt: run.submittedAt,
    containerGroup: run.containerGroup,
    location: run.location,
    exitCode: run.exitCode,
    requestedAt: run.requestedAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    durationSeconds: durationSeconds(run),
    costUsd: costUsd(run),
    previousRunId: run.previousRunId,
    links: { self, logs: `${self}/logs` },
  };
}

/** The answer to a webhook, and to an operator's start. 200: Numerai takes nothing else for success. */
export function startAnswer({ run, duplicate }: StartResult, base: string): HttpResponseInit {
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
