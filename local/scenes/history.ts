// An invented run history, written into the environment's tables by the app's own code: for tests of pages, for
// screenshots and for benchmarks.

import { existsSync, readFileSync } from 'node:fs';
import { createApp } from '../../src/app.ts';
import type { TokenCredential } from '../../src/lib/azure/sdk-types.ts';
import type { Entry, Model } from '../../src/lib/config/models.ts';
import type { Pause } from '../../src/lib/runs/pause.ts';
import { hasEnded, type Run } from '../../src/lib/runs/run.ts';
import type { RunRecord, RunWrite, ScheduleMark } from '../../src/lib/runs/stores.ts';
import { sumUp } from '../../src/lib/runs/sum-up.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { forEachAtMost } from '../../src/lib/util/concurrency.ts';
import type { TokenAuthority } from '../emulators/tokens.ts';
import type { Environment } from '../environment/environment.ts';

const CLIENT_ID = '22222222-2222-4333-8444-555555555555';
/** After so long nothing is new any more. */
const LONG_MS = 24 * 3_600_000;
/** The most that a transaction can contain. */
const ROWS_AT_ONCE = 100;

/** The credential of an app in this process. */
export function credentialFor(tokens: TokenAuthority): TokenCredential {
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
  /** The model or job of that name. */
  model(name: string): Entry;
  /** Writes runs with their attempts, and sums them up; those that have not ended are in flight. */
  write(records: readonly RunRecord[]): Promise<void>;
  /** Keeps the log of an attempt; default: of the last one. */
  log(run: Run, text: string, attempt?: number): Promise<void>;
  /** Records a tick of each timer, by default now. */
  tick(at?: Date): Promise<void>;
  /** How far the times of a job have been dealt with. */
  mark(mark: ScheduleMark): Promise<void>;
  /** What an operator did. */
  pause(pause: Pause): Promise<void>;
}

/** By the name of the built app, a history is of the same deployment as the hosts that show it. */
function builtAs(): { readonly buildId?: string } {
  const file = new URL('../../dist/main.cjs', import.meta.url);
  const [, buildId] = existsSync(file) ? (/buildId:"(\w+)"/.exec(readFileSync(file, 'utf8')) ?? []) : [];
  return buildId === undefined ? {} : { buildId };
}

/** @param settings those that differ from the environment's own, such as another MODELS_FILE. */
export function openHistory(environment: Environment, settings: Readonly<Record<string, string>> = {}): History {
  const app = createApp({
    environment: { ...environment.settings, ...settings },
    clock: systemClock,
    random: Math.random,
    fetch,
    credential: credentialFor(environment.tokens),
    appFolder: new URL('../..', import.meta.url).pathname,
    ...builtAs(),
  });
  const services = app.servicesFor({}, () => {});
  const { runs: store, inFlight, logs } = services;
  return {
    models: app.models,
    model(name) {
      const entry = [...app.models, ...app.jobs].find((candidate) => candidate.name === name);
      if (entry === undefined) throw new Error(`There is no model or job ${name}.`);
      return entry;
    },
    async write(records) {
      const byModel = [...Map.groupBy(records, ({ run }) => run.model).entries()];
      await forEachAtMost(8, byModel, async ([model, its]) => {
        const writes = its.flatMap(writesOf);
        for (let start = 0; start < writes.length; start += ROWS_AT_ONCE)
          await store.write(model, writes.slice(start, start + ROWS_AT_ONCE));
        await sumUp(services, model);
      });
      for (const { run } of records) {
        if (!hasEnded(run)) await inFlight.add({ model: run.model, runId: run.id, writtenAt: new Date() });
      }
    },
    async log(run, text, attempt = run.attempt?.number ?? 1) {
      await logs.update(run.model, run.id, attempt, () => text);
    },
    async tick(at = new Date()) {
      await inFlight.recordTick('watcher', { at, note: '' });
      await inFlight.recordTick('fallback', { at, note: '' });
      await inFlight.recordDeployment(services.fingerprint, new Date(at.getTime() - LONG_MS));
    },
    mark: (mark) => inFlight.putSchedule(mark, null),
    pause: (pause) => inFlight.putPause(pause),
  };
}

function writesOf({ run, earlier }: RunRecord): RunWrite[] {
  return [
    { do: 'insert-run', run },
    ...earlier.map((attempt): RunWrite => ({ do: 'keep-attempt', runId: run.id, attempt })),
  ];
}
