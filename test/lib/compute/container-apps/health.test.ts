// What deep health says of a job.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobFixture } from '../../../../local/emulators/resource-manager/container-apps/jobs.ts';
import { KINDS, type Opened, openContainerApps } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openContainerApps();
});
afterAll(() => opened.close());

const [KIND] = KINDS;

describe('a job that is not made for the app', () => {
  test.each<[Partial<JobFixture>, string, string]>([
    [{ replicaRetryLimit: 3 }, 'has the replicaRetryLimit 3', '--replica-retry-limit 0'],
    [{ parallelism: 2 }, 'runs more than one replica in an execution', '--parallelism 1'],
    [{ triggerType: 'Schedule' }, 'has the trigger Schedule', '--trigger-type Manual'],
    [{ triggerType: 'Event' }, 'has the trigger Event', '--trigger-type Manual'],
    [{ replicaTimeout: 600 }, 'has the replicaTimeout 600 s', '--replica-timeout 3600'],
    [{ runningState: 'Suspended' }, 'is suspended', 'Resume it'],
  ])('%o: %s', async (more, problem, remedy) => {
    const stage = await opened.stage(KIND, more);
    expect(await stage.live(stage.platform.check(stage.model))).toEqual({
      problem: expect.stringContaining(`The Container Apps job ${stage.job} ${problem}`),
      remedy: expect.stringContaining(remedy),
    });
  });

  test('is not there', async () => {
    const stage = await opened.stage(KIND);
    await opened.world.resourceManager.jobs.remove(stage.job);
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringContaining('CONTAINER_APPS_RESOURCE_GROUP'),
    });
  });
});

describe('a job that the infrastructure makes', () => {
  const MADE = { image: 'docker.io/someone/model:2', cpu: 1, memoryGB: 2 };
  const found = async (more: Partial<JobFixture>) => {
    const { job, live, platform } = await opened.stage(KIND, { image: MADE.image, cpu: 1, memory: '2Gi', ...more });
    return live(platform.check(opened.model({ containerAppsJob: { ...MADE, name: job } })));
  };

  test('has nothing wrong where it is as it is described', async () => {
    expect(await found({})).toBeNull();
  });

  test.each<[Partial<JobFixture>, string]>([
    [
      { image: 'docker.io/someone/model:1' },
      'it has docker.io/someone/model:1 with 1 CPU and 2 GB, and not docker.io/someone/model:2 with',
    ],
    [
      { cpu: 0.5, memory: '1Gi' },
      'model:2 with 0.5 CPU and 1 GB, and not docker.io/someone/model:2 with 1 CPU and 2 GB',
    ],
  ])('is not what models.json describes: %o', async (more, difference) => {
    expect(await found(more)).toEqual({
      problem: expect.stringContaining(difference),
      remedy: 'azd provision changes it.',
    });
  });
});
