// `numerai check` of Container Apps jobs and of Machine Learning, as people write them: each is told what to write in its place.

import { expect, test } from 'vitest';
import { faultsOf, model, SUBSCRIPTION } from './checked-file.ts';

const WORKSPACE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/ml`;
const JOB = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.App/jobs/own-job`;
const IDENTITY = `/subscriptions/${SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id`;
const SECRET = 'AB3CD5EF'.repeat(8);

const made = (more: object) => ({ containerAppsJob: { image: 'docker.io/someone/model:1', name: 'own', ...more } });
const command = (more: object) => ({
  machineLearning: { workspace: 'ml', compute: 'gpu', environment: 'sub:1', command: 'python p.py', ...more },
});
const endpoint = (more: object) => ({ machineLearning: { workspace: 'ml', batchEndpoint: 'score', ...more } });

test.each<[string, object, string, string]>([
  ['the id of a job', { containerAppsJob: JOB }, 'containerAppsJob', 'name alone, `own-job`; its resource group is'],
  [
    'the page of a job',
    { containerAppsJob: `https://portal.azure.com/#@me.example/resource${JOB}/overview` },
    'containerAppsJob',
    'name alone, `own-job`',
  ],
  ['a slash after a job', { containerAppsJob: 'own-job/' }, 'containerAppsJob', 'name alone, `own-job`.'],
  ['the id of a group', { group: '/x/containerGroups/mine/' }, 'group', 'name alone, `mine`; its resource group'],
  ['the id of a workspace', command({ workspace: WORKSPACE }), 'machineLearning.workspace', 'name alone, `ml`; its'],
  [
    'the page of a workspace',
    command({ workspace: `https://ml.azure.com/?wsid=${encodeURIComponent(WORKSPACE)}&tid=x` }),
    'machineLearning.workspace',
    'name alone, `ml`; its resource group is the setting EXISTING_WORKSPACE_RESOURCE_GROUP',
  ],
  [
    'a slash after an id',
    command({ compute: `${WORKSPACE}/computes/gpu/` }),
    'machineLearning.compute',
    'without the slash',
  ],
  [
    'an identity by its client id',
    command({ identity: SUBSCRIPTION }),
    'machineLearning.identity',
    'the resource id of a user-assigned identity of the cluster.',
  ],
  ['a slash after an identity', command({ identity: `${IDENTITY}/` }), 'machineLearning.identity', 'without the slash'],
  ['a label', command({ environment: 'azureml:sub@latest' }), 'machineLearning.environment', '--label latest'],
  [
    'a label in a registry',
    command({ environment: 'azureml://registries/azureml/environments/sub/labels/latest' }),
    'machineLearning.environment',
    'Write the version that the label stands for',
  ],
  [
    'an id of a region',
    command({ environment: `azureml://locations/westeurope/workspaces/${SUBSCRIPTION}/environments/sub/versions/1` }),
    'machineLearning.environment',
    'an environment and its version',
  ],
  [
    'the address of an endpoint',
    endpoint({ batchEndpoint: 'https://score.westeurope.inference.ml.azure.com/jobs' }),
    'machineLearning.batchEndpoint',
    'name alone, `score`.',
  ],
  [
    'the id of a deployment',
    endpoint({ deployment: `${WORKSPACE}/batchEndpoints/score/deployments/blue` }),
    'machineLearning.deployment',
    'name alone, `blue`.',
  ],
  [
    'a name as `az ml` has it',
    endpoint({ batchEndpoint: 'azureml:score' }),
    'machineLearning.batchEndpoint',
    '`score`',
  ],
  ['an image for a command', command({ image: 'a:1' }), 'machineLearning.image', 'that of the `environment`'],
  ['an identity beside', { ...command({}), identity: IDENTITY }, 'identity', 'that of the cluster belongs into it'],
  ['secrets as a list', made({ secrets: ['key'] }), 'containerAppsJob.secrets', '`{ "API_KEY": "api-key" }`'],
  [
    'a schedule in a job',
    made({ schedule: '0 0 6 * * *' }),
    'containerAppsJob.schedule',
    'it belongs in an entry of `jobs`',
  ],
  [
    'a schedule beside',
    { containerAppsJob: 'own', schedule: '0 0 6 * * *' },
    'schedule',
    'it belongs in an entry of `jobs`',
  ],
  [
    'a reference in env',
    { containerAppsJob: 'own', env: { DB: 'secretref:db' } },
    'env.DB',
    'give the job own a reference',
  ],
  [
    'a secret in env of a job',
    { ...made({}), env: { NUMERAI_SECRET_KEY: SECRET } },
    'env.NUMERAI_SECRET_KEY',
    'write "secrets": { "NUMERAI_SECRET_KEY": "numerai-secret-key" } into `containerAppsJob`.',
  ],
  [
    'a secret in env of a command',
    { ...command({}), env: { NUMERAI_SECRET_KEY: SECRET } },
    'env.NUMERAI_SECRET_KEY',
    'write "secrets": { "NUMERAI_SECRET_KEY": "numerai-secret-key" }.',
  ],
  [
    'a key in an input',
    endpoint({ inputs: { data: { uriFolder: 'https://a.blob.core.windows.net/c?sv=1&sig=aaaabbbbcccc' } } }),
    'machineLearning.inputs.data.uriFolder',
    'by way of a datastore',
  ],
])('says what to write in the place of %s', async (_what, container, key, says) => {
  const faults = await faultsOf({ models: [model({ container })] });
  expect(faults).toEqual([expect.stringContaining(`models[0].container.${key} of model m: `)]);
  expect(faults[0]).toContain(says);
});

test.each<[string, object, string, string]>([
  ['another key like it', endpoint({ endpoint: 'score' }), 'container.machineLearning.endpoint', 'batchEndpoint'],
  ['a second kind', { image: 'a:1', containerAppsJob: { cpu: 1 } }, 'container.containerAppsJob', 'one kind alone'],
])('names %s', async (_what, container, key, says) => {
  const faults = await faultsOf({ models: [model({ container: { ...container } })] });
  expect(faults).toContainEqual(expect.stringMatching(new RegExp(`models\\[0\\]\\.${key} of model m: .*${says}`)));
});

test('a last resort of another kind is told that it is an image', async () => {
  const lastResort = { image: 'docker.io/a/b:1', containerAppsJob: 'quick', minutes: 4 };
  const faults = await faultsOf({ models: [model({ lastResort })] });
  expect(faults).toEqual([expect.stringMatching(/lastResort\.containerAppsJob .* A last resort is a container group/)]);
});
