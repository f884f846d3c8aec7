// Lets a history happen, and notes what the emulators saw of it.

import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import type { Mutation } from '../app/instance.ts';
import { Instances } from '../app/instances.ts';
import { ExternalCalls } from '../world/external-calls.ts';
import { randomFrom } from '../world/random.ts';
import { ask } from './events.ts';
import { executionsOf, watchStarts } from './executions.ts';
import { type History, lateMsOf, type TriggerPlan, type WrongRound } from './history.ts';
import type { Answer, Observed } from './observed.ts';
import { type CallFate, planOf } from './plan.ts';
import { crowdOf, ofCrowd, ownGroup, setUp, slotIds, tearDown } from './scene.ts';
import { limitedUntil, planSurroundings } from './surroundings.ts';
import { ASK_AGAIN_MS, Timers } from './timers.ts';
import type { FaultsWorld, Stage } from './world.ts';

/** The longest round, by the documented hours, and a little. */
const LIMIT_MS = 30 * 3_600_000;
/** After the close, the review waits for what Numerai lists late, and then comes once more. */
const REVIEWED_AFTER_MS = 3_600_000 + 26 * 60_000;
/** What could not be asked, or had no timer, is made up for by some ticks of the fallback. */
const REVIEW_MS = 30 * 60_000;
/** What could not be removed is tried again after an hour. */
const LEFTOVER_MS = 65 * 60_000;
const ASK_AT_MOST = 20;

export interface RunOptions {
  readonly mutation?: Mutation | null;
}

export async function runHistory(
  world: FaultsWorld,
  history: History,
  { mutation = null }: RunOptions = {},
): Promise<Observed> {
  const stage = await world.nextStage(lateMsOf(history));
  const openedAt = world.clock.now().getTime();
  const sinceOpening = () => world.clock.now().getTime() - openedAt;
  const { groups } = world.resourceManager;
  const firstDeletion = groups.deletions.length;
  const starts = watchStarts(world);
  setUp(world, history, stage);
  // The model has a summary from now on: what nobody sums up shows.
  const crowd = crowdOf(history, stage);
  for (const { model } of [stage, ...crowd]) await world.record.overviewFault(model);

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

  const answers: (Answer & { readonly model: string })[] = [];
  const isOf =
    (model: string) =>
    ({ tags }: StartRecord) =>
      crowd.length === 0 || tags['numerai-model'] === model;
  const startsOf = (model: string) => starts().filter(isOf(model));
  const asks = (trigger: TriggerPlan, { model, modelId }: Pick<Stage, 'model' | 'modelId'>) =>
    event(trigger.at, async () => {
      for (let tried = 0; tried < ASK_AT_MOST && !over.signal.aborted; tried += 1) {
        const asked = instances.at(trigger.instance);
        if (history.httpEveryMs !== null) void noting(() => asked.deputize());
        const answer = await ask(asked, trigger, { round: stage.round, model, modelId }, world, () => startsOf(model));
        answers.push({ ...answer, model });
        if (answer.outcome === 200 || answer.outcome === 409) return;
        await sleep(ASK_AGAIN_MS);
      }
    });
  for (const trigger of history.triggers) {
    asks(trigger, stage);
    if (trigger.by === 'webhook' || WRONG.has(trigger.by)) for (const member of crowd) asks(trigger, member);
  }
  planSurroundings(history, { world, stage, calls, instances, starts }, event);

  const timers = new Timers({
    history,
    instances,
    calls,
    sinceOpening,
    sleep,
    isOver: () => over.signal.aborted,
    isAnythingComing: () => comingEvents > 0,
    calmAfter: calmAfterMs(history),
    isAnythingLeft: world.record.isAnythingLeft,
    lookAtOverview,
  });
  for (const task of timers.tasks()) void noting(task);

  const cameToRest = await calls.run(() => timers.atRest, new Date(openedAt + LIMIT_MS));
  over.abort();
  instances.killAll();
  const kept = await world.record.kept();
  await lookAtOverview();
  const own = { ...stage, ids: slotIds(history, stage) };
  const seenOf = (model: string) => ({
    answers: answers.filter((answer) => answer.model === model),
    starts: startsOf(model),
  });
  const observed: Observed = {
    history,
    ...seenOf(stage.model),
    round: stage.round,
    openTime: new Date(openedAt),
    attempts: await world.record.attemptsOf(stage.model),
    deletions: groups.deletions.slice(firstDeletion),
    slotIds: own.ids,
    submissions: own.ids.flatMap((id) => world.numerai.submissionsOf(id, stage.round).reverse()),
    inFlight: await world.record.inFlight(),
    groupsLeft: [
      ...groups.names.filter((name) => name !== ownGroup(stage) && !kept.includes(name)),
      ...executionsOf(world, ownGroup(stage)).flatMap(({ hasEnded, name }) => (hasEnded ? [] : [name])),
    ],
    log,
    overviewFaults,
    rows: await world.record.textOf(stage.model),
    calls: calls.made,
    fates,
    cameToRest,
    errors,
    crowd: [],
  };
  const members: Observed[] = [];
  for (const { model, modelId } of crowd) {
    const fault = await world.record.overviewFault(model);
    members.push({
      ...observed,
      ...seenOf(model),
      history: ofCrowd(history),
      attempts: await world.record.attemptsOf(model),
      slotIds: [modelId],
      submissions: world.numerai.submissionsOf(modelId, stage.round).reverse(),
      overviewFaults: fault === null ? [] : [fault],
      rows: await world.record.textOf(model),
    });
  }
  await tearDown(world, history, stage);
  return { ...observed, crowd: members };
}

const WRONG: ReadonlySet<string> = new Set<WrongRound>(['closed', 'future', 'impossible']);

/** When everything that was to come has come. */
function calmAfterMs({ disturbances, fallback, opensAfterMs, extended, timers, limits }: History): number {
  const reviewed = fallback ? opensAfterMs + (extended?.byMs ?? 0) + REVIEWED_AFTER_MS : 0;
  return Math.max(
    reviewed,
    ...disturbances.map(({ to }) => (fallback ? to + REVIEW_MS : to)),
    ...timers.map(({ to }) => to + REVIEW_MS),
    ...limits.map((limit) => limitedUntil(limit) + LEFTOVER_MS),
  );
}
