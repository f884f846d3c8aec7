// Jobs under faults: once at each of their times, never two at a time, none lost.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunWrite } from '../../../../src/lib/runs/stores.ts';
import type { Mutation } from '../../app/instance.ts';
import { type FaultsWorld, startFaultsWorld } from '../world.ts';
import { describeJob } from './job-checks.ts';
import { diesAt, type JobHistory, plainJob, randomJob } from './job-history.ts';
import { runJob } from './run-job.ts';

let world: FaultsWorld;
beforeAll(async () => {
  world = await startFaultsWorld();
  await runJob(world, plainJob());
});
afterAll(() => world.close());

/** What is broken, readable; empty where nothing is. */
const broken = async (history: JobHistory, mutation: Mutation | null = null): Promise<string> =>
  describeJob(await runJob(world, history, mutation));

async function allBroken(histories: Iterable<JobHistory>): Promise<string> {
  const found: string[] = [];
  for (const history of histories) found.push(await broken(history));
  return found.filter((text) => text !== '').join('\n\n');
}

/** At each of the first calls, before it is sent or after it was answered. */
const KILLS = Array.from({ length: 50 }, (_, index) =>
  diesAt(index + 1, index % 2 === 0 ? 'kill-before' : 'kill-after', 1),
);

const MINUTES = Array.from({ length: 22 }, (_, index) => index + 3);

describe('a job each minute', () => {
  test('runs at each of its minutes', async () => {
    const { attempts, noon } = await runJob(world, plainJob());
    const minutes = attempts.map(({ scheduledFor }) => (Date.parse(scheduledFor ?? '') - noon) / 60_000);
    expect(minutes).toEqual([2, ...MINUTES]);
  });

  test('does so over restarts, with four instances that look at the same moment', async () => {
    const history = plainJob({
      instances: 4,
      watchers: 4,
      restarts: [5 * 60_000 + 300, 9 * 60_000, 14 * 60_000 + 30_000],
      skewMs: [0, 4_000, -4_000, 1_000],
    });
    expect(await broken(history)).toBe('');
    const { attempts, noon } = await runJob(world, history);
    const minutes = new Set(attempts.map(({ scheduledFor }) => (Date.parse(scheduledFor ?? '') - noon) / 60_000));
    expect([...minutes].filter((minute) => minute > 2)).toEqual(MINUTES);
  });

  test('does so wherever the process dies', { timeout: 120_000 }, async () => {
    expect(await allBroken(KILLS)).toBe('');
  });
});

test('50 random histories: faults, outages, deaths, clocks that differ, who else asks', {
  timeout: 180_000,
}, async () => {
  expect(await allBroken(Array.from({ length: 50 }, (_, index) => randomJob(index + 1)))).toBe('');
});

/** Claims are by the time of the start, and not by the time that it is for. */
const claimOfStart: Mutation = (services) => {
  const renamed = (key: string) =>
    key.startsWith('claim_time_') ? `claim_time_${services.clock.now().getTime()}` : key;
  return {
    ...services,
    runs: {
      ...services.runs,
      write: (model, writes, signal) =>
        services.runs.write(
          model,
          writes.map(
            (write): RunWrite => (write.do === 'insert-claim' ? { ...write, key: renamed(write.key) } : write),
          ),
          signal,
        ),
    },
  };
};

/** The claim of the latest run is not looked at. */
const noLatest: Mutation = (services) => ({
  ...services,
  entries: services.entries,
  jobs: services.jobs.map((job) => ({ ...job, overlap: 'allow' })),
});

/** How far the times have come is written down before the run is on record. */
const markFirst: Mutation = (services) => ({
  ...services,
  runs: {
    ...services.runs,
    write: async (model, writes, signal) => {
      const run = writes.find((write) => write.do === 'insert-run')?.run;
      const schedule = services.jobs.find(({ name }) => name === model)?.schedule?.text ?? '';
      if (run?.scheduledFor != null) {
        const mark = { job: model, schedule, since: new Date(run.scheduledFor), skipped: null };
        await services.inFlight.putSchedule(mark, { ...mark, etag: '*' });
      }
      return services.runs.write(model, writes, signal);
    },
  },
});

const RANDOM = Array.from({ length: 100 }, (_, index) => randomJob(index + 1));
/** Between two of its times there are ticks that could make up for what was left out. */
const SELDOM = KILLS.map((history) => ({ ...history, everyMinutes: 5 }));

describe('a mutant is caught that', () => {
  test.each([
    ['claims the time of the start', claimOfStart, RANDOM],
    ['starts beside a run that is under way', noLatest, RANDOM],
    ['writes down how far it has come before there is a run', markFirst, SELDOM],
  ])('%s', { timeout: 180_000 }, async (_, mutation, histories) => {
    for (const history of histories) if ((await broken(history, mutation)) !== '') return;
    expect.unreachable('no history found anything');
  });
});
