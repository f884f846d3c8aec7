// What Azure, Numerai and the containers are like in a history.

import { type ContainerPlan, GOOD, type History } from './history.ts';
import type { FaultsWorld, Stage } from './world.ts';

const IMAGE = 'docker.io/someone/model:1';
/** The last resort's. */
const QUICK_IMAGE = 'docker.io/someone/model:quick';
const QUICK: ContainerPlan = { ...GOOD, seconds: 30 };

/** The group of a history of kind `group`: it was there before. */
export const ownGroup = ({ model }: Stage): string => `own-${model}`;

export function setUp(world: FaultsWorld, history: History, stage: Stage): void {
  world.setModels([modelOf(history, stage)]);
  const { groups } = world.resourceManager;
  if (history.kind === 'group') {
    groups.create({ name: ownGroup(stage), image: IMAGE, location: 'westeurope' });
    groups.skewClock(ownGroup(stage), history.azureSkewMs);
  }
  if (history.stuck !== null) groups.stickNew(new RegExp(`-a[1-${history.stuck.attempts}]$`), history.stuck.place);
  world.moveRound(stage.round, { openMs: history.opensAfterMs, closeMs: history.opensAfterMs });
  world.resourceManager.setThrottled('docker.io', history.throttledUntil > 0);
  world.runtime.behaviour = containersOf(world, history, stage);
}

/** Removes what the history has left behind. */
export async function tearDown(world: FaultsWorld, history: History): Promise<void> {
  const { groups } = world.resourceManager;
  for (const name of groups.names) await groups.deleteByHand(name);
  groups.clearPlannedFaults();
  world.resourceManager.setThrottled('docker.io', false);
  for (const { location } of history.capacity) world.resourceManager.setCapacity(location, 'ample');
}

/** An entry of `models.json`. */
function modelOf(history: History, stage: Stage): object {
  return {
    name: stage.model,
    numeraiModelId: stage.modelId,
    tournament: 'classic',
    container:
      history.kind === 'group'
        ? { group: ownGroup(stage) }
        : {
            image: IMAGE,
            secrets: {
              NUMERAI_PUBLIC_ID: 'numerai-public-id',
              NUMERAI_SECRET_KEY: 'numerai-secret-key',
            },
            locations: history.locations,
            keepFailed: history.keepFailed,
          },
    ...(history.lastResort
      ? { lastResort: { image: QUICK_IMAGE, minutes: 3, secrets: {}, locations: history.locations } }
      : {}),
    maxAttempts: history.maxAttempts,
    timeoutMinutes: history.timeoutMinutes,
  };
}

function containersOf(
  world: FaultsWorld,
  history: History,
  { modelId, round }: Stage,
): FaultsWorld['runtime']['behaviour'] {
  let started = 0;
  return ({ env, image }) => {
    const isLastResort = image === QUICK_IMAGE;
    if (!isLastResort) started += 1;
    const plan = isLastResort ? QUICK : history.containers[Math.min(started, history.containers.length) - 1];
    if (plan === undefined) throw new Error('A history needs at least one container.');
    const isTest = env.NUMERAI_IS_TEST === 'true';
    const { isRejected = false, listedAfterMs } = plan;
    const submit = () =>
      void world.numerai.submit({
        modelId,
        round,
        triggerId: env.TRIGGER_ID ?? null,
        ...(isRejected ? { status: 'failed', errorInfo: 'ids are missing' } : {}),
        ...(listedAfterMs === undefined ? {} : { listedAfterMs }),
      });
    return {
      steps: [
        { after: 1_000, line: `starting with ${env.NUMERAI_SECRET_KEY ?? 'no key'}` },
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
