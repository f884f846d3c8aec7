// What the check of a model finds of a Machine Learning workspace.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GARBLED_FORMS } from '../../../../local/emulators/garbled.ts';
import { started } from '../contract/subject.ts';
import { COMMAND, ENDPOINT, type Opened, openMachineLearning } from './stage.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openMachineLearning();
});
afterAll(() => opened.close());

describe('what a command names', () => {
  test.each([
    ['as files of az ml do', (id: string) => ({ compute: 'azureml:cpu', environment: 'azureml:submission:3', id })],
    [
      'by its id, in another casing',
      (id: string) => ({
        compute: `${id}/computes/CPU`.replace('resourceGroups', 'resourcegroups'),
        environment: `azureml:${id}/Environments/submission/versions/3`,
      }),
    ],
  ])('is found %s', async (_what, given) => {
    const workspace = (await opened.stage(COMMAND)).workspace;
    const next = workspace.id.replace(/\d+$/, (number) => String(Number(number) + 1));
    const { compute, environment } = given(next);
    const stage = await opened.stage(COMMAND, { container: { compute, environment } });
    expect(stage.workspace.id).toBe(next);
    expect(await stage.live(stage.platform.check(stage.model))).toBeNull();
    await started(stage);
    expect(stage.starts()).toBe(1);
  });

  const IDENTITY = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';

  test.each([
    ['an instance that is off', { cluster: { instance: 'Stopped' } }, 'until somebody starts it'],
    ['an identity that the cluster lacks', { container: { identity: IDENTITY } }, 'does not have the identity'],
    [
      'a cluster whose quota is used up',
      { cluster: { error: { code: 'ClusterCoreQuotaReached', message: 'No cores are left.' } } },
      'No cores are left. A job on it waits in the queue',
    ],
    [
      'a cluster without the identity',
      { cluster: { hasIdentity: false }, container: { identity: IDENTITY }, beside: { secrets: {} } },
      'does not have the identity',
    ],
    ['a cluster that may have no node', { cluster: { maxNodes: 0 } }, 'may have no node'],
  ] as const)('is found to be %s', async (_what, more, problem) => {
    const stage = await opened.stage(COMMAND, more);
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringContaining(problem),
    });
  });

  test('may be an identity that the cluster has', async () => {
    const identities = [IDENTITY.replace('resourceGroups', 'resourcegroups')];
    const stage = await opened.stage(COMMAND, { cluster: { identities }, container: { identity: IDENTITY } });
    expect(await stage.live(stage.platform.check(stage.model))).toBeNull();
    await started(stage);
  });

  test('of an endpoint: a deployment that it does not have', async () => {
    const stage = await opened.stage(ENDPOINT, { container: { deployment: 'green' } });
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringContaining('has no deployment green'),
    });
  });

  test.each(GARBLED_FORMS)('is not found where nobody can read the answer: %s', async (form) => {
    const stage = await opened.stage(COMMAND);
    opened.world.resourceManager.emulator.faults.add({ kind: 'garbled', form, match: { path: '/environments/' } });
    await expect(stage.live(stage.platform.check(stage.model))).rejects.toMatchObject({
      code: 'external-unavailable',
    });
  });
});
