// An invented run history, written into the environment's tables by the app's own code: for tests of pages, for
// screenshots and for benchmarks.

import { ulid } from 'ulid';
import { createApp } from '../../src/app.ts';
import type { TokenCredential } from '../../src/lib/azure/sdk-types.ts';
import type { Model } from '../../src/lib/config/models.ts';
import { hasEnded, newRun, type Run, type RunState } from '../../src/lib/runs/run.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { forEachAtMost } from '../../src/lib/util/concurrency.ts';
import type { TokenAuthority } from '../emulators/tokens.ts';
import type { Environment } from '../environment/environment.ts';

const CLIENT_ID = '22222222-2222-4333-8444-555555555555';
/** The most that a transaction can contain. */
const ROWS_AT_ONCE = 100;

/** The credential of an app in this process. */
function credentialFor(tokens: TokenAuthority): TokenCredential {
  return {
    async getToken(scopes) {
      const scope = Array.isArray(scopes) ? (scopes[0] ?? '') : scopes;
      const { token, expiresOn } = tokens.issue({
        audience: scope.replace(/\/\.default$/, ''),
        clientId: CLIENT_ID,
      });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
}

export interface History {
  readonly models: readonly Model[];
  model(name: string): Model;
  /** Writes runs, and points at those that have not ended. */
  write(runs: readonly Run[]): Promise<void>;
  log(run: Run, text: string): Promise<void>;
  /** Says that the timers have just run, or when they did. */
  tick(at?: Date): Promise<void>;
}

/** @param settings where they differ from the environment's own, such as another MODELS_FILE. */
export function openHistory(
  environment: Environment,
  settings: Readonly<Record<string, string>> = {},
): History {
  const app = createApp({
    environment: { ...environment.settings, ...settings },
    clock: systemClock,
    random: Math.random,
    fetch,
    credential: credentialFor(environment.tokens),
    appFolder: new URL('../..', import.meta.url).pathname,
  });
  const { runs: store, inFlight, logs } = app.servicesFor({}, () => {});
  return {
    models: app.models,
    model(name) {
      const model = app.models.find((candidate) => candidate.name === name);
      if (model === undefined) throw new Error(`There is no model ${name}.`);
      return model;
    },
    async write(runs) {
      const byModel = [...Map.groupBy(runs, (run) => run.model).entries()];
      await forEachAtMost(8, byModel, async ([model, its]) => {
        for (let start = 0; start < its.length; start += ROWS_AT_ONCE) {
          const some = its.slice(start, start + ROWS_AT_ONCE);
          await store.write(
            model,
            some.map((run) => ({ do: 'insert-run', run })),
          );
        }
      });
      for (const run of runs) {
        if (!hasEnded(run))
          await inFlight.add({ model: run.model, runId: run.id, writtenAt: new Date() });
      }
    },
    log: (run, text) => logs.save(run.model, run.id, text),
    async tick(at = new Date()) {
      await inFlight.recordTick('watcher', { at, note: '' });
      await inFlight.recordTick('fallback', { at, note: '' });
    },
  };
}

export interface PastRun {
  readonly model: Model;
  readonly round: number | null;
  readonly at: Date;
  readonly state?: RunState;
  /** How long the container ran; default 61. */
  readonly seconds?: number;
  readonly more?: Partial<Run>;
}

/** A run as it would be on record: succeeded and accepted, unless it is told otherwise. */
export function pastRun({
  model,
  round,
  at,
  state = 'succeeded',
  seconds = 61,
  more,
}: PastRun): Run {
  const after = (s: number) => new Date(at.getTime() + s * 1000).toISOString();
  const run = newRun({
    id: ulid(at.getTime()),
    model,
    round,
    trigger: 'webhook',
    triggerId: 'b6f0a6f2-6c1b-4a43-9a0e-0d9f5a1c7e11',
    isTest: false,
    reason: null,
    claim: `claim_round_${round ?? 'unknown'}`,
    now: at,
    leaseUntil: at,
  });
  const isOver = hasEnded({ state });
  const isGood = state === 'succeeded';
  return {
    ...run,
    state,
    acceptedAt: state === 'requested' ? null : after(2),
    startedAt: isOver || state === 'running' ? after(20) : null,
    finishedAt: isOver ? after(20 + seconds) : null,
    exitCode: isGood ? 0 : state === 'failed' ? 1 : null,
    submission: isGood ? 'accepted' : 'unknown',
    submittedAt: isGood ? after(18 + seconds) : null,
    location: run.ownsGroup ? 'westeurope' : null,
    retriesLeft: isGood || !isOver ? model.maxAttempts - 1 : 0,
    leaseUntil: null,
    ...more,
  };
}
