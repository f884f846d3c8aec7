// The Container Apps jobs of the app on the Resource Manager emulator of the simulated world.

import type { JobFixture } from '../../../../local/emulators/resource-manager/container-apps/jobs.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../../../local/environment/subscription.ts';
import { createContainerApps } from '../../../../src/lib/compute/container-apps/adapter.ts';
import { createJobs } from '../../../../src/lib/compute/container-apps/resource-manager.ts';
import type { AttemptedRun, Platform } from '../../../../src/lib/compute/platform.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import type { World } from '../../../simulation/world/world.ts';
import { type ContainerKind, MINUTE, type Stage } from '../contract/subject.ts';
import { NOTHING_IS_MADE, openSurroundings } from '../contract/surroundings.ts';

const OF_ALL = {
  retriesPull: true,
  isMeasured: true,
  isMade: false,
  isShared: false,
  hasSecrets: true,
  logElsewhere: { lateMs: 3 * MINUTE },
} as const;

export const KINDS = [
  { name: 'a job that answers with the name of its execution', answers: 'name', ...OF_ALL },
  { name: 'a job that answers with headers only', answers: 'headers', ...OF_ALL },
] as const satisfies readonly JobKind[];

interface JobKind extends ContainerKind {
  readonly answers: NonNullable<JobFixture['answers']>;
}

const SECRET = 'sesame-that-only-the-job-has';

interface ContainerAppsStage extends Stage {
  readonly world: World;
  readonly job: string;
}

export interface Opened {
  readonly world: World;
  /** The adapter that knows a workspace of logs, and one that knows none. */
  readonly platform: Platform;
  readonly withoutLogs: Platform;
  stage(kind: ContainerKind, more?: Partial<JobFixture>): Promise<ContainerAppsStage>;
  model(container: object, rest?: object): Model;
  live: Stage['live'];
  close(): Promise<void>;
}

export async function openContainerApps(): Promise<Opened> {
  const surroundings = await openSurroundings({});
  const { world, faults, model, live } = surroundings;
  const { clock, resourceManager } = world;
  const logWorkspace = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`;
  const jobs = createJobs(surroundings.ofResourceManager);
  const platform = createContainerApps({ jobs, logWorkspace, clock });

  async function stage(kind: ContainerKind, more: Partial<JobFixture> = {}): Promise<ContainerAppsStage> {
    faults.clear();
    const job = `own-${surroundings.nextNumber()}`;
    const image = `docker.io/someone/model:${surroundings.nextNumber()}`;
    const own = model({ containerAppsJob: job, env: { FROM_MODELS: 'yes' } });
    const answers = KINDS.find(({ name }) => name === kind.name)?.answers ?? 'name';
    resourceManager.jobs.create({
      name: job,
      image,
      answers,
      secrets: { 'api-key': SECRET },
      secretEnv: { API_KEY: 'api-key' },
      ...more,
    });
    const STARTING = { method: 'POST', path: '/start' };
    const executions = () => resourceManager.jobs.executionsOf(job);
    const executionOf = (run: AttemptedRun) => {
      const found = executions().find(({ name }) => name === run.attempt.execution) ?? executions().at(-1);
      if (found === undefined) throw new Error('The attempt has an execution.');
      return found;
    };
    return {
      ...surroundings.common({ image, starting: STARTING }),
      name: 'container-apps',
      platform,
      job,
      model: own,
      secrets: [SECRET],
      starts: () => resourceManager.jobs.starts.filter((start) => start.job === job).length,
      mayRun: () => executions().some(({ hasEnded }) => !hasEnded),
      breakLooks: () => void faults.add({ kind: 'drop-before', match: { method: 'GET', path: '/executions' } }),
      stopOutside: async (run) => executionOf(run).stop(),
      deleteOutside: () => resourceManager.jobs.remove(job),
      failProvisioning: async (run) => executionOf(run).fail('The node was lost.'),
      killForMemory: (run) => executionOf(run).kill(),
      ...NOTHING_IS_MADE,
    };
  }

  return {
    world,
    platform,
    withoutLogs: createContainerApps({ jobs, logWorkspace: undefined, clock }),
    stage,
    model,
    live,
    close: () => world.close(),
  };
}
