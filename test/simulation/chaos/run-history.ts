// Lets a history happen, and notes what the emulators saw of it.

import type { Submission } from '../../../local/emulators/numerai/submissions.ts';
import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import { withBudget } from '../../../src/functions/start-budget.ts';
import { roundClaim } from '../../../src/lib/claims/policy.ts';
import { findModel } from '../../../src/lib/config/models.ts';
import { cancelRun } from '../../../src/lib/operations/runs.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { requestRun } from '../../../src/lib/start/start-run.ts';
import { AppError } from '../../../src/lib/util/errors.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import type { History, TriggerPlan } from './history.ts';
import { Instance, type Mutation } from './instance.ts';
import { type Fate, Outside, type OutsideCall } from './outside.ts';
import { randomFrom } from './random.ts';
import { modelIdOf, type World } from './world.ts';

/** What came of one call of a trigger. */
export interface Answer {
  readonly trigger: TriggerPlan;
  /** 503: could not be recorded. 409: refused. `dead`: the instance died on it. */
  readonly outcome: 200 | 409 | 503 | 'dead';
  readonly runId: string | null;
  readonly duplicate: boolean;
  readonly tookMs: number;
  /** Container groups started while it was being answered, by anybody. */
  readonly startsMeanwhile: number;
}

/** What is left of a history, as the outside knows it. */
export interface Observed {
  readonly history: History;
  readonly round: number;
  readonly roundClaim: string;
  readonly openTime: Date;
  readonly closeTime: Date;
  readonly answers: readonly Answer[];
  readonly runs: readonly Run[];
  readonly starts: readonly StartRecord[];
  readonly deletions: readonly { readonly group: string; readonly at: Date }[];
  readonly submissions: readonly Submission[];
  readonly pointers: readonly string[];
  readonly groupsLeft: readonly string[];
  readonly log: readonly string[];
  readonly calls: readonly OutsideCall[];
  /** What befell calls, other than nothing. */
  readonly fates: readonly { readonly call: OutsideCall; readonly fate: Fate }[];
  /** False where it did not come to rest in time. */
  readonly cameToRest: boolean;
  readonly errors: readonly string[];
}

const TICK_MS = 60_000;
const LIMIT_MS = 5 * 3_600_000;
/** Whoever got no good answer asks again. */
const ASK_AGAIN_MS = 3 * 60_000;
const ASK_AT_MOST = 20;

export interface RunOptions {
  readonly mutation?: Mutation | null;
}

export async function runHistory(
  world: World,
  history: History,
  options: RunOptions = {},
): Promise<Observed> {
  await world.clean();
  const round = await world.nextRound();
  const openedAt = world.clock.now().getTime();
  const modelName = `m${round}`;
  const { groups } = world.resourceManager;
  const firstStart = groups.starts.length;
  const firstDeletion = groups.deletions.length;
  const starts = () => groups.starts.slice(firstStart);
  const environment = await world.environmentFor(modelOf(history, modelName, round));
  setUpOutside(world, history, modelName, round);

  const random = randomFrom(history.seed);
  const fates: { call: OutsideCall; fate: Fate }[] = [];
  const outside = new Outside({
    clock: world.clock,
    random,
    dependencies: world.dependencies,
    http: world.http,
    fetch: world.fetch,
    deciding: {
      fateOf(call) {
        const fate = history.at.get(call.index) ?? disturbing(call) ?? { do: 'pass' };
        if (fate.do !== 'pass') fates.push({ call, fate });
        return fate;
      },
    },
  });
  const sinceOpening = () => world.clock.now().getTime() - openedAt;
  const disturbing = (call: OutsideCall): Fate | undefined => {
    const now = sinceOpening();
    const found = history.disturbances.find(
      ({ from, to, of, probability }) =>
        now >= from &&
        now < to &&
        (of === 'all' || of === call.dependency) &&
        random() < probability,
    )?.fate;
    // Of a disturbance the delay is the longest.
    return found !== undefined && 'by' in found
      ? { ...found, by: Math.ceil(random() * found.by) }
      : found;
  };

  const log: string[] = [];
  const errors: string[] = [];
  const slots: Instance[] = [];
  let made = 0;
  const instance = (slot: number): Instance => {
    const alive = slots[slot];
    if (alive !== undefined && !alive.isDead()) return alive;
    made += 1;
    const fresh = new Instance({
      name: `instance-${made}`,
      outside,
      environment,
      credential: world.credential,
      random: randomFrom(history.seed * 1000 + made),
      skewMs: history.skewMs[Math.min(slot, history.skewMs.length - 1)] ?? 0,
      mutation: options.mutation ?? null,
      onLog: (line) => log.push(line),
    });
    slots[slot] = fresh;
    return fresh;
  };

  const over = new AbortController();
  const sleep = (ms: number) => world.clock.sleep(ms, over.signal);
  const answers: Answer[] = [];
  const tasks: Promise<void>[] = [];
  const inOneTask = (task: () => Promise<void>) => {
    const running = task().catch((error: unknown) => {
      errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    tasks.push(running);
    return running;
  };

  let pending = 0;
  const work = async (task: () => Promise<void>) => {
    pending += 1;
    try {
      await inOneTask(task);
    } finally {
      pending -= 1;
    }
  };

  for (const trigger of history.triggers) {
    void work(async () => {
      await sleep(trigger.at);
      for (let tried = 0; tried < ASK_AT_MOST && !over.signal.aborted; tried += 1) {
        const asked = instance(trigger.instance % history.instances);
        const answer = await ask(asked, trigger, round, world, starts);
        answers.push(answer);
        if (answer.outcome === 200 || answer.outcome === 409) return;
        await sleep(ASK_AGAIN_MS);
      }
    });
  }
  for (const hand of history.byHand) {
    void work(async () => {
      await sleep(hand.at);
      if (hand.what === 'cancel') {
        const runs = await outside.hold(() => world.runsOf(modelName));
        const run = runs.findLast((candidate) => !hasEnded(candidate));
        if (run === undefined) return;
        const { services, died } = instance(0);
        const cancelling = cancelRun(services, findModel(services.models, modelName), run.id);
        await Promise.race([cancelling.catch(ignoreAppError), died]);
        return;
      }
      const name = starts().at(-1)?.group;
      if (name !== undefined && groups.has(name))
        await outside.hold(() => meddle(world, name, hand.what));
    });
  }
  for (const { location, capacity, from, to } of history.capacity) {
    void work(async () => {
      await sleep(from);
      world.resourceManager.setCapacity(location, capacity);
      await sleep(to - from);
      world.resourceManager.setCapacity(location, 'ample');
    });
  }

  const lastDisturbance = Math.max(0, ...history.disturbances.map(({ to }) => to));
  let atRest = false;
  const tickForEver = async (watcher: number) => {
    for (let tick = 1; !over.signal.aborted; tick += 1) {
      await sleep(tick * TICK_MS - sinceOpening());
      const ticking = instance(watcher % history.instances);
      // A trigger that comes while it ticks may not have been seen by it.
      const wasCalm = pending === 0;
      const watched = watch(ticking.services).catch((error: unknown) => {
        ignoreAppError(error);
        return null;
      });
      const result = await Promise.race([watched, ticking.died]);
      if (result === undefined || result === null || over.signal.aborted) continue;
      if (
        result.inFlight === 0 &&
        result.failures === 0 &&
        wasCalm &&
        sinceOpening() > lastDisturbance
      )
        atRest = true;
    }
  };
  for (let watcher = 0; watcher < history.watchers; watcher += 1)
    void inOneTask(() => tickForEver(watcher));

  const cameToRest = await outside.run(() => atRest, new Date(openedAt + LIMIT_MS));
  over.abort();
  for (const alive of slots) alive?.die();
  const observed: Observed = {
    history,
    round,
    roundClaim: roundClaim(round),
    openTime: new Date(openedAt),
    closeTime: new Date(openedAt + 3_600_000),
    answers,
    runs: await world.runsOf(modelName),
    starts: starts(),
    deletions: groups.deletions.slice(firstDeletion),
    submissions: world.numerai.submissionsOf(modelIdOf(round), round).reverse(),
    pointers: await world.pointers(),
    groupsLeft: groups.names.filter((name) => name !== groupName(modelName)),
    log,
    calls: outside.calls,
    fates,
    cameToRest,
    errors,
  };
  for (const name of groups.names) await groups.deleteByHand(name);
  groups.clearPlannedFaults();
  for (const { location } of history.capacity) world.resourceManager.setCapacity(location, 'ample');
  return observed;
}

const groupName = (model: string) => `own-${model}`;

function modelOf(history: History, name: string, round: number) {
  return {
    name,
    numeraiModelId: modelIdOf(round),
    tournament: 'classic',
    container:
      history.kind === 'group'
        ? { group: groupName(name) }
        : {
            image: 'docker.io/someone/model:1',
            secrets: {
              NUMERAI_PUBLIC_ID: 'numerai-public-id',
              NUMERAI_SECRET_KEY: 'numerai-secret-key',
            },
            locations: history.locations,
          },
    maxAttempts: history.maxAttempts,
    timeoutMinutes: history.timeoutMinutes,
  };
}

function setUpOutside(world: World, history: History, model: string, round: number): void {
  const { groups } = world.resourceManager;
  if (history.kind === 'group') {
    groups.create({
      name: groupName(model),
      image: 'docker.io/someone/model:1',
      location: 'westeurope',
    });
    groups.skewClock(groupName(model), history.azureSkewMs);
  }
  if (history.stuck !== null)
    groups.stickNew(new RegExp(`-a[1-${history.stuck.attempts}]$`), history.stuck.place);
  let started = 0;
  world.runtime.behaviour = (spec) => {
    started += 1;
    const plan = history.containers[Math.min(started, history.containers.length) - 1];
    if (plan === undefined) throw new Error('A history needs at least one container.');
    const isTest = spec.env.NUMERAI_IS_TEST === 'true';
    const triggerId = spec.env.TRIGGER_ID ?? null;
    return {
      steps: [
        { after: 1_000, line: `starting with ${spec.env.NUMERAI_SECRET_KEY ?? 'no key'}` },
        {
          after: plan.seconds * 1000,
          line: 'predicted',
          ...(plan.submits && !isTest
            ? {
                effect: () =>
                  void world.numerai.submit({ modelId: modelIdOf(round), round, triggerId }),
              }
            : {}),
        },
      ],
      endsAfter: plan.exitCode === null ? Number.POSITIVE_INFINITY : 500,
      exitCode: plan.exitCode ?? 0,
    };
  };
}

async function ask(
  asked: Instance,
  trigger: TriggerPlan,
  round: number,
  world: World,
  starts: () => readonly StartRecord[],
): Promise<Answer> {
  const { services, died } = asked;
  const since = world.clock.now().getTime();
  const startsBefore = starts().length;
  const model = services.models[0];
  if (model === undefined) throw new Error('The app has no model.');
  const named = trigger.by === 'webhook' || trigger.by === 'test' || trigger.by === 'timer';
  const asking = withBudget(services, (signal) =>
    requestRun(services, {
      model,
      trigger:
        trigger.by === 'timer'
          ? 'timer'
          : trigger.by === 'operator' || trigger.by === 'force'
            ? 'operator'
            : 'webhook',
      triggerId: named && trigger.by !== 'timer' ? `trigger-${trigger.by}-${round}` : null,
      isTest: trigger.by === 'test',
      force: trigger.by === 'force',
      round: named ? round : null,
      signal,
    }),
  ).then(
    ({ run, duplicate }) => ({ outcome: 200 as const, runId: run.id, duplicate }),
    (error: unknown) => {
      ignoreAppError(error);
      const refused = error instanceof AppError && error.code === 'conflict';
      return { outcome: refused ? (409 as const) : (503 as const), runId: null, duplicate: false };
    },
  );
  const result = (await Promise.race([asking, died])) ?? {
    outcome: 'dead' as const,
    runId: null,
    duplicate: false,
  };
  return {
    trigger,
    ...result,
    tookMs: world.clock.now().getTime() - since,
    startsMeanwhile: starts().length - startsBefore,
  };
}

/** Errors of the app's own kind are what faults come to; any other is a fault of the app. */
function ignoreAppError(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

async function meddle(world: World, name: string, what: string): Promise<void> {
  const { groups } = world.resourceManager;
  switch (what) {
    case 'stop':
      return groups.stopByHand(name);
    case 'delete':
      return groups.deleteByHand(name);
    case 'out-of-memory':
      return groups.kill(name);
    case 'repair':
      return groups.repair(name);
    case 'unhealthy':
      return groups.makeUnhealthy(name);
    case 'contradict':
      return groups.contradict(name, 'Succeeded', 1);
    case 'fail-provisioning':
      return groups.failProvisioning(name);
  }
}
