// The Machine Learning workspaces of the app on the Resource Manager emulator of the simulated world.

import type { MlJob } from '../../../../local/emulators/resource-manager/machine-learning/job.ts';
import {
  type ClusterFixture,
  type EndpointFixture,
  USUAL_INPUTS,
  type Workspace,
} from '../../../../local/emulators/resource-manager/machine-learning/workspace.ts';
import { createMachineLearning } from '../../../../src/lib/compute/machine-learning/adapter.ts';
import { createWorkspaces } from '../../../../src/lib/compute/machine-learning/resource-manager.ts';
import type { AttemptedRun, Platform } from '../../../../src/lib/compute/platform.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import type { WireRequest } from '../../../simulation/world/carrier.ts';
import type { World } from '../../../simulation/world/world.ts';
import type { ContainerKind, Stage } from '../contract/subject.ts';
import { NOTHING_IS_MADE, openSurroundings } from '../contract/surroundings.ts';

const OF_ALL = { isMade: false, isShared: false, logElsewhere: null, retriesPull: false } as const;

export const COMMAND = {
  name: 'a command job',
  ...OF_ALL,
  hasSecrets: true,
  isMeasured: true,
} as const satisfies ContainerKind;
export const ENDPOINT = {
  name: 'a batch endpoint',
  ...OF_ALL,
  hasSecrets: false,
  isMeasured: false,
} as const satisfies ContainerKind;
const WITHOUT_NAME = { ...ENDPOINT, name: 'a batch endpoint that does not say the name of its job' } as const;

export const KINDS = [COMMAND, ENDPOINT, WITHOUT_NAME] as const satisfies readonly ContainerKind[];

const SECRET = 'sesame-that-only-the-vault-has';

interface MachineLearningStage extends Stage {
  readonly world: World;
  readonly workspace: Workspace;
  /** The job of an attempt. */
  jobOf(run: AttemptedRun): MlJob;
}

export interface More {
  readonly cluster?: Partial<ClusterFixture>;
  readonly endpoint?: Partial<EndpointFixture>;
  /** Of `machineLearning` in models.json. */
  readonly container?: object;
  /** Beside it. */
  readonly beside?: object;
}

export interface Opened {
  readonly world: World;
  /** The adapter that knows a vault, and one that knows none. */
  readonly platform: Platform;
  readonly withoutVault: Platform;
  stage(kind: ContainerKind, more?: More): Promise<MachineLearningStage>;
  model(container: object, rest?: object): Model;
  live: Stage['live'];
  close(): Promise<void>;
}

/** @param before gets each request right before it is carried out. */
export async function openMachineLearning(before?: (request: WireRequest) => void): Promise<Opened> {
  const surroundings = await openSurroundings({ 'api-key': SECRET }, before);
  const { world, faults, model, live } = surroundings;
  const { clock, resourceManager } = world;
  const workspaces = createWorkspaces(surroundings.ofResourceManager);
  const vaultUrl = 'https://of-the-test.vault.azure.net';
  const platform = createMachineLearning({ workspaces, vaultUrl, clock });

  async function stage(kind: ContainerKind, more: More = {}): Promise<MachineLearningStage> {
    faults.clear();
    const number = surroundings.nextNumber();
    const image = `docker.io/someone/model:${number}`;
    const isCommand = kind.name === COMMAND.name;
    const workspace = resourceManager.workspaces.create({
      name: `ml-${number}`,
      clusters: [{ name: 'cpu', ...more.cluster }],
      environments: [{ name: 'submission', version: '3', image }],
      endpoints: [
        {
          name: 'score',
          image,
          inputs: USUAL_INPUTS,
          answers: kind.name === WITHOUT_NAME.name ? 'nothing' : 'name',
          ...more.endpoint,
        },
      ],
    });
    const own = model({
      machineLearning: {
        workspace: workspace.name,
        ...(isCommand
          ? { compute: 'cpu', environment: 'submission:3', command: 'python predict.py' }
          : { batchEndpoint: 'score' }),
        ...more.container,
      },
      ...(isCommand ? { env: { FROM_MODELS: 'yes' }, secrets: { API_KEY: 'api-key' } } : {}),
      ...more.beside,
    });
    const STARTING = isCommand ? { method: 'PUT' } : { method: 'POST', path: '/endpoints/' };
    const jobOf = (run: AttemptedRun) => {
      const found = workspace.jobs.find(({ name }) => name === run.attempt.execution) ?? workspace.jobs.at(-1);
      if (found === undefined) throw new Error('The attempt has a job.');
      return found;
    };
    return {
      ...surroundings.common({ image, starting: STARTING }),
      name: 'machine-learning',
      platform,
      workspace,
      model: own,
      secrets: kind.hasSecrets ? [SECRET] : [],
      jobOf,
      starts: () => resourceManager.workspaces.starts.filter((start) => start.workspace === workspace.name).length,
      mayRun: () => workspace.jobs.some(({ hasEnded }) => !hasEnded),
      breakLooks: () => void faults.add({ kind: 'drop-before', match: { method: 'GET', path: '/jobs' } }),
      stopOutside: async (run) => jobOf(run).cancel(),
      deleteOutside: (run) => resourceManager.workspaces.remove(workspace, jobOf(run)),
      failProvisioning: async (run) => jobOf(run).fail('AzureMLCompute job failed. JobNodePreempted: node lost.'),
      killForMemory: (run) => jobOf(run).kill(),
      ...NOTHING_IS_MADE,
    };
  }

  return {
    world,
    platform,
    withoutVault: createMachineLearning({ workspaces, vaultUrl: undefined, clock }),
    stage,
    model,
    live,
    close: () => world.close(),
  };
}
