// Jobs beside models: one that is due soon, one whose times are skipped, one that has failed, two that are paused.

import type { Run } from '../../src/lib/runs/run.ts';
import type { History } from './history.ts';
import { LOG } from './logs.ts';
import { type PastRun, pastRecord } from './past-run.ts';
import { MINUTE, openingOf, ROUND } from './rounds.ts';
import { modelsNamed, type Scene } from './scene.ts';

const HALF_HOUR = 30 * MINUTE;
const HOUR = 2 * HALF_HOUR;
const DAY = 24 * HOUR;

const TRAINING_LOG = `2026-11-20 06:00:48 INFO  train  2 746 270 rows of 574 eras, 705 features
2026-11-20 06:31:10 INFO  train  500 of 2 000 trees
2026-11-20 07:01:37 INFO  train  1 000 of 2 000 trees
2026-11-20 08:02:45 INFO  train  wrote /models/model.txt
`;

const FAILED_LOG = `2026-11-20 04:00:31 INFO  prices  3 214 tickers
2026-11-20 04:00:32 ERROR prices  401 Unauthorized: the token has expired
`;

/** Minutes and hours of a moment, as a daily schedule has them. */
const dailyAt = (time: Date, days = '*'): string => `0 ${time.getUTCMinutes()} ${time.getUTCHours()} * * ${days}`;
const whole = (span: number, at: number): Date => new Date(Math.floor(at / span) * span);

/** @param now decides which time is soon. */
export function jobs(prefix = '', now = new Date()): Scene {
  const soon = whole(MINUTE, now.getTime() + 5 * MINUTE);
  const thisMorning = whole(MINUTE, now.getTime() - 5 * HOUR);
  const lastWeek = whole(HOUR, now.getTime() - 9 * DAY);
  const entry = (name: string, more: object) => ({
    name: `${prefix}${name}`,
    container: { image: `docker.io/someone/${name}:2`, cpu: 4, memoryGB: 16, locations: ['westeurope'] },
    ...more,
  });
  const [steady, ensemble, ...others] = modelsNamed(['nightly-lgbm', 'big-ensemble', 'deep-resnet'], prefix);
  return {
    models: [steady ?? {}, ensemble ?? {}, ...others.map((model) => ({ ...model, paused: true }))],
    jobs: [
      entry('retrain', { schedule: dailyAt(soon), timeoutMinutes: 600 }),
      entry('features', { schedule: '0 */30 * * * *', timeoutMinutes: 180 }),
      entry('price-data', { schedule: dailyAt(thisMorning), maxAttempts: 2 }),
      entry('weekly-report', { schedule: dailyAt(lastWeek, String(lastWeek.getUTCDay())) }),
      entry('backfill', {}),
    ],
    async seed(history) {
      await history.tick();
      for (const name of ['nightly-lgbm', 'big-ensemble'])
        for (let round = ROUND; round > ROUND - 20; round -= 1) await ofModel(history, `${prefix}${name}`, round, now);
      const of = jobRuns(history, prefix);
      for (let day = 1; day <= 8; day += 1)
        await of(
          'retrain',
          new Date(soon.getTime() - day * DAY),
          { seconds: 6900 + 400 * Math.sin(day) },
          TRAINING_LOG,
        );

      // The times of the last hour are skipped.
      const last = whole(HALF_HOUR, now.getTime());
      const began = new Date(last.getTime() - 2 * HALF_HOUR);
      await of('features', new Date(began.getTime() - HALF_HOUR), { seconds: 1500 });
      await of('features', began, { state: 'running' });
      await history.mark({
        job: `${prefix}features`,
        schedule: '0 */30 * * * *',
        since: last,
        skipped: { count: 2, last },
      });

      await of('price-data', new Date(thisMorning.getTime() - DAY), { seconds: 40 });
      const why = {
        failure: 'exit-code',
        reason:
          'The container ended with exit code 1. Its log says: 401 Unauthorized: the token has expired. This was attempt 2, the last one.',
      } as const;
      await of('price-data', thisMorning, { state: 'failed', seconds: 4, failedBefore: 1, why }, FAILED_LOG);

      await of('weekly-report', lastWeek, { seconds: 130 });
      await history.pause({
        model: `${prefix}weekly-report`,
        pausedAt: new Date(now.getTime() - 2 * DAY),
        resumedAt: null,
        by: 'Ada',
        reason: 'until the new templates are there',
      });
    },
  };
}

async function ofModel(history: History, name: string, round: number, now: Date): Promise<void> {
  const record = pastRecord({
    model: history.model(name),
    round,
    at: openingOf(round, now),
    seconds: 60 + (round % 5),
  });
  await history.write([record]);
  await history.log(record.run, LOG);
}

/** Writes a run of a job for one of its times, with its log. */
function jobRuns(history: History, prefix: string) {
  return async (name: string, time: Date, past: Partial<PastRun>, log = LOG): Promise<Run> => {
    const model = history.model(`${prefix}${name}`);
    const record = pastRecord({
      model,
      round: null,
      // A tick comes a little after the time.
      at: new Date(time.getTime() + 2000),
      ...past,
      more: { trigger: 'timer', triggerId: null, scheduledFor: time.toISOString() },
    });
    await history.write([record]);
    await history.log(record.run, log);
    return record.run;
  };
}
