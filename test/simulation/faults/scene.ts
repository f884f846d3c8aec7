// What Azure, Numerai and the containers are like in a history.

import { DEFAULT_CORE_QUOTA } from '../../../local/emulators/resource-manager/limits.ts';
import { USUAL_INPUTS } from '../../../local/emulators/resource-manager/machine-learning/workspace.ts';
import { DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from '../../../local/environment/demo.ts';
import { printedInEveryForm } from '../../support/leaks.ts';
import { type ContainerPlan, GOOD, type History, lateMsOf } from './history.ts';
import { CHANGING_SECRET, type FaultsWorld, type Stage } from './world.ts';

const IMAGE = 'docker.io/someone/model:1';
/** The last resort's. */
const QUICK_IMAGE = 'docker.io/someone/model:quick';
/** Within the round before. */
const DAY_BEFORE_MS = 23.5 * 3_600_000;
const QUICK: ContainerPlan = { ...GOOD, seconds: 30 };

/** The group of a history of kind `group`, the job or the workspace of other kinds: it was there before. */
export const ownGroup = ({ model }: Stage): string => `own-${model}`;

/** Ids of the models at Numerai that the container submits for. */
export function slotIds({ slots }: History, { modelId }: Stage): string[] {
  return Array.from({ length: slots }, (_, index) =>
    index === 0 ? modelId : modelId.replace(/^\w{8}/, `adabe00${index}`),
  );
}

/** The other models of a history, called as its own. */
export function crowdOf({ crowd }: Pick<History, 'crowd'>, { model, modelId, round }: Stage): Stage[] {
  return Array.from({ length: crowd?.models ?? 0 }, (_, index) => ({
    round,
    model: `${model}-of-crowd-${index + 1}`,
    modelId: modelId.replace(/^\w{8}/, `adabe1${String(index).padStart(2, '0')}`),
  }));
}

/** The history as it is for one of the others: an image that does its work. */
export function ofCrowd(history: History): History {
  const containers = [{ ...GOOD, seconds: history.crowd?.seconds ?? 0 }];
  return { ...history, slots: 1, containers, lastResort: false, keepFailed: false };
}

export function setUp(world: FaultsWorld, history: History, stage: Stage): void {
  for (const [index, id] of slotIds(history, stage).entries())
    if (index > 0) world.numerai.addModel('faults', { name: `${stage.model}_${index}`, id, tournament: 8 });
  // From the round before, so that the models are known to send the ids that their containers get.
  if (history.slots > 1 && stage.round > 1)
    for (const modelId of slotIds(history, stage))
      world.numerai.submit({
        modelId,
        triggerId: 'of-the-round-before',
        queuedFor: stage.round - 1,
        at: new Date(world.clock.now().getTime() - lateMsOf(history) - DAY_BEFORE_MS),
      });
  const crowd = crowdOf(history, stage);
  for (const { model, modelId } of crowd) world.numerai.addModel('faults', { name: model, id: modelId, tournament: 8 });
  const entries = crowd.map((member) => modelOf({ ...ofCrowd(history), secret: null }, member));
  world.setModels([modelOf(history, stage), ...entries]);
  if (history.crowd !== null) world.resourceManager.setCoreQuota(history.crowd.cores);
  if (history.secret !== null) world.keyVault.setSecret(CHANGING_SECRET.name, CHANGING_SECRET.value);
  const { groups } = world.resourceManager;
  if (history.kind === 'group') {
    groups.create({ name: ownGroup(stage), image: IMAGE, location: 'westeurope' });
    groups.skewClock(ownGroup(stage), history.azureSkewMs);
  }
  if (history.kind === 'job')
    world.resourceManager.jobs.create({
      name: ownGroup(stage),
      image: IMAGE,
      secrets: { 'public-id': DEMO_PUBLIC_ID, 'secret-key': DEMO_SECRET_KEY },
      secretEnv: { NUMERAI_PUBLIC_ID: 'public-id', NUMERAI_SECRET_KEY: 'secret-key' },
      answers: history.seed % 2 === 0 ? 'headers' : 'name',
    });
  if (history.kind === 'command' || history.kind === 'endpoint')
    world.resourceManager.workspaces.create({
      name: ownGroup(stage),
      clusters: [{ name: 'cpu' }],
      environments: [{ name: 'submission', version: '1', image: IMAGE }],
      endpoints: [
        { name: 'score', image: IMAGE, inputs: USUAL_INPUTS, answers: history.seed % 2 === 0 ? 'nothing' : 'name' },
      ],
    });
  if (history.stuck !== null) groups.stickNew(new RegExp(`-a[1-${history.stuck.attempts}]$`), history.stuck.place);
  const movedMs = history.opensAfterMs + lateMsOf(history);
  world.moveRound(stage.round, { openMs: movedMs, closeMs: movedMs });
  world.resourceManager.setThrottled('docker.io', history.throttledUntil > 0);
  world.runtime.behaviour = containersOf(world, history, stage);
}

/** Removes what the history has left behind. */
export async function tearDown(world: FaultsWorld, history: History, stage: Stage): Promise<void> {
  const { groups, jobs, workspaces } = world.resourceManager;
  await jobs.remove(ownGroup(stage));
  await workspaces.delete(ownGroup(stage));
  for (const name of groups.names) await groups.deleteByHand(name);
  groups.clearPlannedFaults();
  world.resourceManager.setThrottled('docker.io', false);
  world.resourceManager.setCoreQuota(DEFAULT_CORE_QUOTA);
  for (const bucket of ['reads', 'writes', 'deletes'] as const) world.resourceManager.setDrained(bucket, false);
  world.keyVault.forbid([]);
  for (const { location } of history.capacity) world.resourceManager.setCapacity(location, 'ample');
}

/** An entry of `models.json`. */
function modelOf(history: History, stage: Stage): object {
  return {
    name: stage.model,
    numeraiModels: slotIds(history, stage),
    tournament: 'classic',
    container: containerOf(history, ownGroup(stage)),
    ...(history.lastResort
      ? { lastResort: { image: QUICK_IMAGE, minutes: 3, secrets: {}, locations: history.locations } }
      : {}),
    maxAttempts: history.maxAttempts,
    timeoutMinutes: history.timeoutMinutes,
  };
}

function containerOf({ kind, secret, locations, keepFailed }: History, own: string): object {
  const secrets = {
    NUMERAI_PUBLIC_ID: 'numerai-public-id',
    NUMERAI_SECRET_KEY: 'numerai-secret-key',
    ...(secret === null ? {} : { API_KEY: CHANGING_SECRET.name }),
  };
  switch (kind) {
    case 'group':
      return { group: own };
    case 'job':
      return { containerAppsJob: own };
    case 'command': {
      const work = { compute: 'cpu', environment: 'submission:1', command: 'python predict.py' };
      return { machineLearning: { workspace: own, ...work }, secrets };
    }
    case 'endpoint':
      return { machineLearning: { workspace: own, batchEndpoint: 'score' } };
    case 'image':
      return { image: IMAGE, secrets, locations, keepFailed };
  }
}

function containersOf(world: FaultsWorld, history: History, stage: Stage): FaultsWorld['runtime']['behaviour'] {
  const ids = slotIds(history, stage);
  const others = new Set(crowdOf(history, stage).map(({ modelId }) => modelId));
  const [ofOthers] = ofCrowd(history).containers;
  let started = 0;
  const planned = (isLastResort: boolean): ContainerPlan | undefined => {
    if (isLastResort) return QUICK;
    started += 1;
    return history.containers[Math.min(started, history.containers.length) - 1];
  };
  return ({ env, image }) => {
    const plan = others.has(env.MODEL_ID ?? '') ? ofOthers : planned(image === QUICK_IMAGE);
    if (plan === undefined) throw new Error('A history needs at least one container.');
    const isTest = env.NUMERAI_IS_TEST === 'true';
    const { isRejected = false, listedAfterMs, misses = [] } = plan;
    // A group that exists is not told what is still to be submitted.
    const given: string[] = env.NUMERAI_MODELS ? Object.values(JSON.parse(env.NUMERAI_MODELS)) : ids;
    const submitFor = (modelId: string) =>
      void world.numerai.submit({
        modelId,
        round: stage.round,
        // An input of an endpoint is empty where there is nothing to say.
        triggerId: env.TRIGGER_ID || null,
        ...(isRejected ? { status: 'failed', errorInfo: 'ids are missing' } : {}),
        ...(listedAfterMs === undefined ? {} : { listedAfterMs }),
      });
    const submit = () => {
      for (const id of given) if (!misses.includes(ids.indexOf(id))) submitFor(id);
    };
    return {
      steps: [
        { after: 1_000, line: `starting with ${env.NUMERAI_SECRET_KEY ?? 'no key'}` },
        ...(env.API_KEY === undefined ? [] : printedInEveryForm(env.API_KEY)).map((line) => ({ after: 10, line })),
        {
          after: plan.seconds * 1000,
          line: 'predicted',
          ...(plan.submits && !isTest ? { effect: submit } : {}),
        },
      ],
      endsAfter: plan.exitCode === null ? Number.POSITIVE_INFINITY : 500,
      exitCode: plan.exitCode ?? 0,
    };
  };
}
