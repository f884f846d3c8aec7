// The states in which the dashboard is tested, and pictured in the documentation.

import type { Entry, Model } from '../../src/lib/config/models.ts';
import type { FailureReason } from '../../src/lib/runs/failure.ts';
import type { RunRecord } from '../../src/lib/runs/stores.ts';
import type { History } from './history.ts';
import { LOG, OUT_OF_MEMORY_LOG } from './logs.ts';
import { pastRecord } from './past-run.ts';
import { MINUTE, openingOf, ROUND } from './rounds.ts';
import { modelsNamed, type Scene } from './scene.ts';

const NAMES = [
  'nightly-lgbm',
  'big-ensemble',
  'deep-resnet',
  'era-boost',
  'feature-neutral',
  'lottery-ticket',
  'midnight-owl',
  'quiet-forest',
  'ridge-baseline',
  'sunday-stacker',
  'tabular-former',
  'walk-forward',
];

/** Ordinary rounds, with a failure now and then. @param last the newest of them. */
function past(history: History, now: Date, rounds: number, last = ROUND - 1): RunRecord[] {
  return history.models.flatMap((model, m) =>
    Array.from({ length: rounds }, (_, index) => last - rounds + 1 + index).map((round, r) =>
      pastRecord({
        model,
        round,
        at: new Date(openingOf(round, now).getTime() + (5 + m) * 1000),
        seconds: usualSeconds(model, m) * (1 + 0.25 * Math.sin(r * 1.7 + m)),
        failedBefore: (r * 7 + m * 13) % 61 === 0 ? 1 : 0,
      }),
    ),
  );
}

function usualSeconds(model: Model, index: number): number {
  return model.timeoutMinutes * (3 + ((index * 5) % 17));
}

/** All models have submitted. */
export function healthy(prefix = ''): Scene {
  return {
    models: modelsNamed(NAMES, prefix),
    async seed(history, now) {
      await history.tick();
      await history.write(past(history, now, 26));
      const records = history.models.map((model, m) =>
        pastRecord({
          model,
          round: ROUND,
          at: new Date(openingOf(ROUND, now).getTime() + (4 + m) * 1000),
          seconds: usualSeconds(model, m),
        }),
      );
      await history.write(records);
      for (const { run } of records) await history.log(run, LOG);
    },
  };
}

/** Two models have failed, one has not started, one runs. */
export function failing(prefix = ''): Scene {
  return {
    models: modelsNamed(NAMES, prefix),
    async seed(history, now) {
      await history.tick();
      await history.write(past(history, now, 26));
      for (const [m, model] of history.models.entries()) {
        const at = new Date(openingOf(ROUND, now).getTime() + (4 + m) * 1000);
        const base = { model, round: ROUND, at } as const;
        if (m === 1) {
          const record = pastRecord({
            ...base,
            state: 'failed',
            seconds: 178,
            failedBefore: 2,
            why: outOfMemory(model),
            attempt: { exitCode: 137 },
          });
          await history.write([record]);
          for (const attempt of [1, 2, 3]) await history.log(record.run, OUT_OF_MEMORY_LOG, attempt);
        } else if (m === 5) {
          const why = {
            failure: 'image',
            reason: `The registry does not let Azure pull the image docker.io/someone/lottery-ticket:1.5: access denied. Check the registry credentials of model ${model.name}; a token may have expired.`,
          } as const;
          const attempt = { startedAt: null, exitCode: null };
          await history.write([pastRecord({ ...base, state: 'failed', why, attempt })]);
        } else if (m === 8) {
          const startedAt = new Date(now.getTime() - 9 * MINUTE);
          await history.write([pastRecord({ ...base, at: startedAt, state: 'running', failedBefore: 1 })]);
        } else if (m !== 10) {
          const record = pastRecord({ ...base, seconds: usualSeconds(model, m) });
          await history.write([record]);
          await history.log(record.run, LOG);
        }
      }
    },
  };
}

function outOfMemory(model: Entry): FailureReason {
  return {
    failure: 'out-of-memory',
    reason: `The container was killed (exit code 137), most often because it needed more memory than its limit. Raise memoryGB of ${model.name} in models.json, or load the data in parts.`,
  };
}

/** One model waits for its second attempt, one is in its third, one succeeded with its third. */
export function retrying(prefix = ''): Scene {
  return {
    models: modelsNamed(['waiting', 'third-try', 'third-lucky', 'steady'], prefix),
    async seed(history, now) {
      await history.tick();
      await history.write(past(history, now, 26));
      const at = openingOf(ROUND, now);
      const of = (name: string) => ({ model: history.model(`${prefix}${name}`), round: ROUND, at });
      const waiting = pastRecord({
        ...of('waiting'),
        state: 'waiting',
        seconds: 95,
        more: { nextAttemptAt: new Date(now.getTime() + 4 * MINUTE).toISOString() },
      });
      const thirdTry = pastRecord({
        ...of('third-try'),
        at: new Date(now.getTime() - 12 * MINUTE),
        state: 'running',
        failedBefore: 2,
        why: outOfMemory(history.model(`${prefix}third-try`)),
      });
      const thirdLucky = pastRecord({ ...of('third-lucky'), seconds: 210, failedBefore: 2 });
      const records = [waiting, thirdTry, thirdLucky, pastRecord(of('steady'))];
      await history.write(records);
      for (const { run, earlier } of records) {
        for (const { number } of earlier) await history.log(run, OUT_OF_MEMORY_LOG, number);
        await history.log(run, run.state === 'waiting' ? OUT_OF_MEMORY_LOG : LOG);
      }
    },
  };
}

/** Many models, each with rounds behind it. */
export function many(count: number, rounds: number, prefix = 'm-'): Scene {
  const names = Array.from({ length: count }, (_, index) => String(index + 1).padStart(2, '0'));
  return {
    models: modelsNamed(names, prefix),
    async seed(history, now) {
      await history.tick();
      await history.write(past(history, now, rounds, ROUND));
    },
  };
}

/** Nothing has happened yet. */
export function fresh(prefix = 'new-'): Scene {
  return {
    models: [
      ...modelsNamed(['first'], prefix),
      { name: `${prefix}second`, tournament: 'classic', container: { group: `${prefix}second` } },
    ],
    seed: async () => {},
  };
}
