// Lets a history happen, and notes what the emulators saw of it.

import type { JobStart } from '../../../local/emulators/resource-manager/container-apps/jobs.ts';
import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import { isExpected, type Mutation } from '../app/instance.ts';
import { Instances } from '../app/instances.ts';
import { ExternalCalls } from '../world/external-calls.ts';
import { randomFrom } from '../world/random.ts';
import { ask, cancelLatest, changeSecret, tamper, tamperWithJob } from './events.ts';
import type { History } from './history.ts';
import type { Answer, Observed } from './observed.ts';
import { type CallFate, planOf } from './plan.ts';
import { ownGroup, setUp, slotIds, tearDown } from './scene.ts';
import type { FaultsWorld } from './world.ts';

const TICK_MS = 60_000;
/** The longest round, by the documented hours, and a little. */
const LIMIT_MS = 30 * 3_600_000;
const FALLBACK_TICK_MS = 5 * 60_000;
/** Not with the watcher. */
const FALLBACK_AT_MS = 20_000;
/** After the close, the review waits for what Numerai lists late, and then comes once more. */
const REVIEWED_AFTER_MS = 3_600_000 + 26 * 60_000;
/** Who got no good answer asks again. */
const ASK_AGAIN_MS = 3 * 60_000;
const ASK_AT_MOST = 20;

export interface RunOptions {
  readonly mutation?: Mutation | null;
}

export async function runHistory(
  world: FaultsWorld,
  history: History,
  { mutation = null }: RunOptions = {},
): Promise<Observed> {
  const stage = await world.nextStage();
  const openedAt = world.clock.now().getTime();
  const sinceOpening = () => world.clock.now().getTime() - openedAt;
  const { groups, jobs } = world.resourceManager;
  const firstStart = groups.starts.length;
  const firstJobStart = jobs.starts.length;
  const firstDeletion = groups.deletions.length;
  const starts = () =>
    [...groups.starts.slice(firstStart), ...jobs.starts.slice(firstJobStart).map(startOfJob)].sort(
      (one, other) => one.at.getTime() - other.at.getTime(),
    );
  setUp(world, history, stage);
  // The model has a summary from now on: what nobody sums up shows.
  await world.record.overviewFault(stage.model);

  const random = randomFrom(history.seed);
  const fates: CallFate[] = [];
  const calls = new ExternalCalls(world, {
    random,
    plan: planOf(history, sinceOpening, random, (callFate) => fates.push(callFate)),
  });
  const log: string[] = [];
  const instances = new Instances(world, history.instances, (place, count) => ({
    name: `instance-${count}`,
    calls,
    random: randomFrom(history.seed * 1000 + count),
    skewMs: history.skewMs[Math.min(place, history.skewMs.length - 1)] ?? 0,
    mutation,
    onLog: (line) => log.push(line),
  }));

  const over = new AbortController();
  const sleep = (ms: number) => world.clock.sleep(ms, over.signal);
  const errors: string[] = [];
  const noting = (task: () => Promise<void>) =>
    task().catch((error: unknown) => {
      errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
  let comingEvents = 0;
  const event = (at: number, happen: () => Promise<void>) => {
    comingEvents += 1;
    void noting(async () => {
      await sleep(at);
      await happen();
    }).finally(() => {
      comingEvents -= 1;
    });
  };

  const overviewFaults: string[] = [];
  const lookAtOverview = async () => {
    const fault = await world.record.overviewFault(stage.model);
    if (fault !== null) overviewFaults.push(fault);
  };

  const answers: Answer[] = [];
  for (const trigger of history.triggers)
    event(trigger.at, async () => {
      for (let tried = 0; tried < ASK_AT_MOST && !over.signal.aborted; tried += 1) {
        const asked = instances.at(trigger.instance);
        const answer = await ask(asked, trigger, stage, world, starts);
        answers.push(answer);
        if (answer.outcome === 200 || answer.outcome === 409) return;
        await sleep(ASK_AGAIN_MS);
      }
    });
  for (const { at, what } of history.byHand)
    event(at, async () => {
      if (what === 'cancel') {
        const attempts = await calls.hold(() => world.record.attemptsOf(stage.model));
        await cancelLatest(attempts, () => instances.at(0));
        return;
      }
      const execution = jobs.executionsOf(ownGroup(stage)).at(-1);
      if (execution !== undefined) return calls.hold(() => tamperWithJob(jobs, ownGroup(stage), execution, what));
      const group = starts().at(-1)?.group;
      if (group !== undefined && groups.has(group)) await calls.hold(() => tamper(groups, group, what));
    });
  for (const { location, capacity, from, to } of history.capacity)
    event(from, async () => {
      world.resourceManager.setCapacity(location, capacity);
      await sleep(to - from);
      world.resourceManager.setCapacity(location, 'ample');
    });

  const { secret } = history;
  if (secret !== null) {
    event(secret.at, async () => changeSecret(world, secret.what, false));
    event(secret.backAt, async () => changeSecret(world, secret.what, true));
  }
  if (history.throttledUntil > 0)
    event(history.throttledUntil, async () => world.resourceManager.setThrottled('docker.io', false));
  const { extended, opensAfterMs } = history;
  if (extended !== null)
    event(extended.at, async () =>
      world.moveRound(stage.round, { openMs: opensAfterMs, closeMs: opensAfterMs + extended.byMs }),
    );

  const calmAfter = calmAfterMs(history);
  let atRest = false;
  // Then nothing comes before the next tick of the fallback.
  let isIdle = false;
  const tickForEver = async (watcher: number) => {
    for (let tick = 1; !over.signal.aborted; tick += 1) {
      await sleep(tick * TICK_MS - sinceOpening());
      if (isIdle && history.fallback && comingEvents === 0 && sinceOpening() <= calmAfter) continue;
      const ticking = instances.at(watcher);
      // A trigger that comes while it ticks may not have been seen by it.
      const wasCalm = comingEvents === 0;
      const watched = ticking.watch().catch((error: unknown) => {
        if (!isExpected(error)) throw error;
        return null;
      });
      const result = await Promise.race([watched, ticking.died]);
      // Whatever died or failed, and wherever another instance is.
      if (!isIdle) await calls.hold(lookAtOverview);
      if (result === undefined || result === null || over.signal.aborted) continue;
      const { inFlight, failures } = result;
      isIdle = inFlight === 0 && failures === 0 && wasCalm;
      if (isIdle && sinceOpening() > calmAfter) atRest = true;
    }
  };
  for (let watcher = 0; watcher < history.watchers; watcher += 1) void noting(() => tickForEver(watcher));

  if (history.fallback)
    void noting(async () => {
      for (let tick = 1; !over.signal.aborted; tick += 1) {
        await sleep(tick * FALLBACK_TICK_MS + FALLBACK_AT_MS - sinceOpening());
        const ticking = instances.at(0);
        const ticked = ticking.fallback().catch((error: unknown) => {
          if (!isExpected(error)) throw error;
        });
        await Promise.race([ticked, ticking.died]);
        isIdle = false;
      }
    });

  const cameToRest = await calls.run(() => atRest, new Date(openedAt + LIMIT_MS));
  over.abort();
  instances.killAll();
  const kept = await world.record.kept();
  await lookAtOverview();
  const observed: Observed = {
    history,
    round: stage.round,
    openTime: new Date(openedAt),
    answers,
    attempts: await world.record.attemptsOf(stage.model),
    starts: starts(),
    deletions: groups.deletions.slice(firstDeletion),
    slotIds: slotIds(history, stage),
    submissions: slotIds(history, stage).flatMap((id) => world.numerai.submissionsOf(id, stage.round).reverse()),
    inFlight: await world.record.inFlight(),
    groupsLeft: [
      ...groups.names.filter((name) => name !== ownGroup(stage) && !kept.includes(name)),
      ...jobs.executionsOf(ownGroup(stage)).flatMap(({ hasEnded, name }) => (hasEnded ? [] : [name])),
    ],
    log,
    overviewFaults,
    rows: await world.record.textOf(stage.model),
    calls: calls.made,
    fates,
    cameToRest,
    errors,
  };
  await tearDown(world, history, stage);
  return observed;
}

/** When everything that was to come has come. */
function calmAfterMs({ disturbances, fallback, opensAfterMs, extended }: History): number {
  const reviewed = fallback ? opensAfterMs + (extended?.byMs ?? 0) + REVIEWED_AFTER_MS : 0;
  return Math.max(reviewed, ...disturbances.map(({ to }) => to));
}

/** The start of an execution, as those of container groups are recorded: with its run and its attempt. */
function startOfJob({ at, execution }: JobStart): StartRecord {
  const [runId = '', number = ''] = (execution.env.ATTEMPT_ID ?? '').split('-');
  return {
    group: `${execution.name}-a${number}`,
    location: 'westeurope',
    at,
    kind: 'start',
    image: execution.template.containers[0]?.image ?? '',
    env: execution.env,
    secureNames: [],
    tags: { 'numerai-run': runId },
    runningAt: execution.startTime,
    endedAt: execution.endTime,
    exitCode: execution.exitCode,
  };
}
