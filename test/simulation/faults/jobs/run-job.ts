// Lets a history of a job happen, and notes what the emulators saw of it.

import type { StartRecord } from '../../../../local/emulators/resource-manager/history.ts';
import { isExpected, type Mutation } from '../../app/instance.ts';
import { Instances } from '../../app/instances.ts';
import type { Attempt } from '../../app/record.ts';
import { type ExternalCall, ExternalCalls } from '../../world/external-calls.ts';
import { randomFrom } from '../../world/random.ts';
import { type CallFate, planOf } from '../plan.ts';
import type { FaultsWorld } from '../world.ts';
import { type JobHistory, LAST_MINUTE } from './job-history.ts';

const TICK_MS = 60_000;
const LIMIT_MS = 4 * 3_600_000;
const CALM_AFTER_MS = (LAST_MINUTE + 2) * TICK_MS;
const IMAGE = 'docker.io/someone/train:1';

/** A tick that failed at nothing, by the clock of its instance. */
export interface GoodTick {
  readonly from: number;
  readonly to: number;
  /** Whether the record had a run that had not ended when it began. */
  readonly wasBusy: boolean;
}

interface JobAnswer {
  readonly status: 200 | 409 | 503 | 'dead';
  readonly runId: string | null;
  readonly triggerId: string | null;
}

export interface JobObserved {
  readonly history: JobHistory;
  readonly noon: number;
  readonly attempts: readonly Attempt[];
  readonly starts: readonly StartRecord[];
  readonly deletions: readonly { readonly group: string; readonly at: Date }[];
  readonly answers: readonly JobAnswer[];
  readonly goodTicks: readonly GoodTick[];
  readonly inFlight: readonly string[];
  readonly groupsLeft: readonly string[];
  /** Where the overview shows at the end what the rows do not say. */
  readonly overviewFault: string | null;
  readonly numeraiCalls: number;
  readonly calls: readonly ExternalCall[];
  readonly fates: readonly CallFate[];
  readonly cameToRest: boolean;
  readonly errors: readonly string[];
}

export async function runJob(
  world: FaultsWorld,
  history: JobHistory,
  mutation: Mutation | null = null,
): Promise<JobObserved> {
  const stage = await world.nextStage();
  const noon = world.clock.now().getTime();
  const day = new Date(noon);
  const name = `job-${stage.round}`;
  const container = { image: IMAGE, locations: ['westeurope', 'northeurope'] };
  world.setModels(
    [{ name: stage.model, tournament: 'classic', container }],
    [
      {
        name,
        schedule: `0 0-${LAST_MINUTE}/${history.everyMinutes} 12 ${day.getUTCDate()} ${day.getUTCMonth() + 1} *`,
        container,
        overlap: history.overlap,
        maxAttempts: history.maxAttempts,
        timeoutMinutes: 20,
      },
    ],
  );
  // It has a summary from now on: what nobody sums up shows.
  await world.record.overviewFault(name);
  let started = 0;
  world.runtime.behaviour = () => {
    started += 1;
    const { seconds, exitCode } = history.containers[Math.min(started, history.containers.length) - 1] ?? {
      seconds: 20,
      exitCode: 0,
    };
    return { steps: [{ after: seconds * 1000, line: 'trained' }], exitCode: exitCode ?? 0 };
  };
  const { groups } = world.resourceManager;
  const [firstStart, firstDeletion] = [groups.starts.length, groups.deletions.length];

  const sinceNoon = () => world.clock.now().getTime() - noon;
  const random = randomFrom(history.seed);
  const fates: CallFate[] = [];
  const calls = new ExternalCalls(world, {
    random,
    plan: planOf(history, sinceNoon, random, (callFate) => fates.push(callFate)),
  });
  const skewOf = (place: number) => history.skewMs[Math.min(place, history.skewMs.length - 1)] ?? 0;
  const instances = new Instances(world, history.instances, (place, count) => ({
    name: `instance-${count}`,
    calls,
    random: randomFrom(history.seed * 1000 + count),
    skewMs: skewOf(place),
    mutation,
  }));

  const over = new AbortController();
  const sleep = (ms: number) => world.clock.sleep(ms, over.signal);
  const errors: string[] = [];
  let comingEvents = 0;
  const event = (at: number, happen: () => Promise<void>) => {
    comingEvents += 1;
    void sleep(at)
      .then(happen)
      .catch((error: unknown) => errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)))
      .finally(() => {
        comingEvents -= 1;
      });
  };

  const answers: JobAnswer[] = [];
  for (const { at, by, triggerId, instance } of history.asks)
    event(at, async () => {
      const asked = instances.at(instance);
      const asking = asked.start(name, { trigger: by, triggerId, isTest: false, force: false, round: null });
      const answered = await Promise.race([asking, asked.died]);
      answers.push({ triggerId, status: answered?.status ?? 'dead', runId: answered?.runId ?? null });
    });
  for (const at of history.restarts) event(at, async () => instances.killAll());
  if (history.cancelledAt !== null)
    event(history.cancelledAt, async () => {
      const attempts = await calls.hold(() => world.record.attemptsOf(name));
      const latest = attempts.findLast(({ hasEnded }) => !hasEnded);
      if (latest === undefined) return;
      const operated = instances.at(0);
      const cancelling = operated.cancel(name, latest.runId).catch((error: unknown) => {
        if (!isExpected(error)) throw error;
      });
      await Promise.race([cancelling, operated.died]);
    });

  const calmAfter = Math.max(CALM_AFTER_MS, ...history.disturbances.map(({ to }) => to + TICK_MS));
  const goodTicks: GoodTick[] = [];
  let atRest = false;
  const tickForEver = async (watcher: number) => {
    const skew = skewOf(watcher % history.instances);
    for (let tick = 1; !over.signal.aborted; tick += 1) {
      await sleep(tick * TICK_MS - sinceNoon());
      const ticking = instances.at(watcher);
      const wasCalm = comingEvents === 0;
      const from = world.clock.now().getTime() + skew;
      const before = await calls.hold(() => world.record.attemptsOf(name));
      const wasBusy = before.some(({ hasEnded }) => !hasEnded);
      const watched = ticking.watch().catch((error: unknown) => {
        if (!isExpected(error)) throw error;
        return null;
      });
      const result = await Promise.race([watched, ticking.died]);
      if (result === undefined || result === null || over.signal.aborted || result.failures > 0) continue;
      goodTicks.push({ from, to: world.clock.now().getTime() + skew, wasBusy });
      const isDone = result.inFlight === 0 && result.started === 0 && wasCalm;
      if (isDone && sinceNoon() > calmAfter) atRest = !(await calls.hold(world.record.isAnythingLeft));
    }
  };
  for (let watcher = 0; watcher < history.watchers; watcher += 1)
    void tickForEver(watcher).catch((error: unknown) => errors.push(String(error)));

  const cameToRest = await calls.run(() => atRest, new Date(noon + LIMIT_MS));
  over.abort();
  instances.killAll();
  const observed = {
    history,
    noon,
    attempts: await world.record.attemptsOf(name),
    starts: groups.starts.slice(firstStart),
    deletions: groups.deletions.slice(firstDeletion),
    answers,
    goodTicks,
    inFlight: await world.record.inFlight(),
    groupsLeft: [...groups.names],
    overviewFault: await world.record.overviewFault(name),
    numeraiCalls: calls.made.filter(({ dependency }) => dependency === 'numerai').length,
    calls: calls.made,
    fates,
    cameToRest,
    errors,
  };
  for (const group of groups.names) await groups.deleteByHand(group);
  groups.clearPlannedFaults();
  return observed;
}
