// The states in which the dashboard is tested, and pictured in the documentation.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../src/lib/runs/run.ts';
import { listedRounds, type Schedule } from '../emulators/numerai/schedules.ts';
import type { Environment } from '../environment/environment.ts';
import type { Host } from '../host/host.ts';
import { type History, openHistory, pastRun } from './history.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const ROUND = 1234;
/** How long ago the open round opened, and when it closes. */
const OPENED_AGO = 37 * MINUTE;
const CLOSES_IN = 24 * MINUTE;

/** A round an hour long each day; number {@link ROUND} is open now. */
export function roundsAround(now: Date): Schedule {
  return listedRounds(
    [8, 11, 12].flatMap((tournament) =>
      Array.from({ length: 40 }, (_, index) => {
        const opened = openingOf(ROUND - index, now);
        const closed = new Date(opened.getTime() + OPENED_AGO + CLOSES_IN);
        return {
          tournament,
          number: ROUND - index,
          openTime: opened,
          closeStakingTime: closed,
          closeTime: new Date(closed.getTime() + 20 * 60 * MINUTE),
        };
      }),
    ),
  );
}

export function openingOf(round: number, now: Date): Date {
  return new Date(now.getTime() - OPENED_AGO - (ROUND - round) * DAY);
}

export interface Scene {
  /** Entries of `models.json`. */
  readonly models: readonly object[];
  /** Writes the history. */
  seed(history: History, now: Date): Promise<void>;
}

/** Starts a host that has the scene's models, with the scene's history. */
export async function play(
  environment: Environment,
  scene: Scene,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ host: Host; history: History }> {
  const file = join(environment.folder, `models-${name}.json`);
  await writeFile(file, JSON.stringify({ models: scene.models }));
  const own = { ...settings, MODELS_FILE: file };
  const history = openHistory(environment, own);
  await scene.seed(history, new Date());
  const host = await environment.addHost({ environment: { ...environment.settings, ...own } });
  return { host, history };
}

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

/** Models with images of different sizes. @param prefix keeps the scenes of one environment apart. */
export function modelsNamed(names: readonly string[], prefix = ''): object[] {
  return names.map((name, index) => ({
    name: `${prefix}${name}`,
    tournament: 'classic',
    numeraiModelName: `${prefix}${name}`.replaceAll('-', '_'),
    container: {
      image: `docker.io/someone/${name}:1.${index % 7}`,
      cpu: [1, 2, 4][index % 3],
      memoryGB: [2, 8, 16][index % 3],
      env: { LOG_LEVEL: 'info' },
      secrets: {
        NUMERAI_PUBLIC_ID: 'numerai-public-id',
        NUMERAI_SECRET_KEY: 'numerai-secret-key',
      },
      locations: ['westeurope', 'northeurope'],
    },
    timeoutMinutes: [20, 45, 30][index % 3],
  }));
}

/** Rounds that went as rounds go, with a failure now and then. @param last the newest of them. */
function past(history: History, now: Date, rounds: number, last = ROUND - 1): Run[] {
  return history.models.flatMap((model, m) =>
    Array.from({ length: rounds }, (_, index) => last - rounds + 1 + index).flatMap((round, r) => {
      const at = new Date(openingOf(round, now).getTime() + (5 + m) * 1000);
      const usual = model.timeoutMinutes * (3 + ((m * 5) % 17));
      const seconds = usual * (1 + 0.25 * Math.sin(r * 1.7 + m));
      const bad = (r * 7 + m * 13) % 61 === 0;
      const good = pastRun({
        model,
        round,
        at: bad ? new Date(at.getTime() + usual * 1000) : at,
        seconds,
        more: bad ? { attempt: 2, trigger: 'retry' } : {},
      });
      const failed = pastRun({
        model,
        round,
        at,
        state: 'failed',
        seconds: seconds / 3,
        more: { reason: 'The container ended with exit code 1.', failure: 'exit-code' },
      });
      return bad ? [failed, good] : [good];
    }),
  );
}

const LOG = `2026-11-20 13:00:21 INFO  numerai.submit  round 1234, model nightly-lgbm
2026-11-20 13:00:21 INFO  numerai.submit  downloading v5.2/live.parquet
2026-11-20 13:00:29 INFO  numerai.submit  6 183 rows, 2 748 features
2026-11-20 13:00:30 INFO  numerai.submit  loading model.pkl
2026-11-20 13:01:12 INFO  numerai.submit  predicted; mean 0.5003, std 0.0288
2026-11-20 13:01:15 INFO  numerai.submit  uploading predictions_1234.csv
2026-11-20 13:01:19 INFO  numerai.submit  submitted, answering the trigger
`;

const OUT_OF_MEMORY_LOG = `2026-11-20 13:00:24 INFO  submit  round 1234
2026-11-20 13:00:24 INFO  submit  downloading v5.2/live.parquet
2026-11-20 13:00:33 INFO  submit  building 2 748 features for 6 183 rows
2026-11-20 13:00:58 INFO  submit  loading fold 1 of 5
2026-11-20 13:01:36 INFO  submit  loading fold 2 of 5
2026-11-20 13:02:14 INFO  submit  loading fold 3 of 5
2026-11-20 13:02:51 WARN  submit  7.8 GB of memory in use
Killed
`;

/** All models have submitted. */
export function healthy(prefix = ''): Scene {
  return {
    models: modelsNamed(NAMES, prefix),
    async seed(history, now) {
      await history.tick();
      await history.write(past(history, now, 26));
      const runs = history.models.map((model, m) =>
        pastRun({
          model,
          round: ROUND,
          at: new Date(openingOf(ROUND, now).getTime() + (4 + m) * 1000),
          seconds: model.timeoutMinutes * (3 + ((m * 5) % 17)),
        }),
      );
      await history.write(runs);
      for (const run of runs) await history.log(run, LOG);
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
          const attempts = [0, 1, 2].map((attempt) =>
            pastRun({
              ...base,
              at: new Date(at.getTime() + attempt * 5 * MINUTE),
              state: 'failed',
              seconds: 178,
              more: {
                attempt: attempt + 1,
                trigger: attempt === 0 ? 'webhook' : 'retry',
                exitCode: 137,
                failure: 'out-of-memory',
                reason: `The container of model ${model.name} was killed: it needed more than the 8 GB of memory that it has. Give it more in models.json (memoryGB).`,
              },
            }),
          );
          await history.write(attempts);
          for (const run of attempts) await history.log(run, OUT_OF_MEMORY_LOG);
        } else if (m === 5) {
          await history.write([
            pastRun({
              ...base,
              state: 'failed',
              more: {
                startedAt: null,
                exitCode: null,
                failure: 'image',
                reason: `The image docker.io/someone/lottery-ticket:1.5 could not be pulled: access denied. Check the registry credentials of model ${model.name}.`,
              },
            }),
          ]);
        } else if (m === 8) {
          await history.write([
            pastRun({
              ...base,
              at: new Date(now.getTime() - 4 * MINUTE),
              state: 'running',
              more: { attempt: 2, trigger: 'retry' },
            }),
          ]);
        } else if (m !== 10) {
          const run = pastRun({ ...base, seconds: model.timeoutMinutes * (3 + ((m * 5) % 17)) });
          await history.write([run]);
          await history.log(run, LOG);
        }
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
