// What `npm start` makes for a models file: each thing that exists already in Azure, however the file names it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { healthSchema } from '../../../cli/app-schema.ts';
import { type Environment, startEnvironment } from '../../../local/environment/environment.ts';
import { makeExisting } from '../../../local/environment/existing.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../../local/environment/subscription.ts';

const ID = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.MachineLearningServices/workspaces/ml`;
const command = { workspace: 'ml', compute: 'gpu', environment: 'sub:1', command: 'node "$SUBMISSION"' };
const CONTAINERS: Readonly<Record<string, object>> = {
  'by-names': { machineLearning: command },
  'by-ids': {
    machineLearning: {
      ...command,
      compute: `${ID}/computes/cpu`,
      environment: `azureml:${ID}/environments/own/versions/2`,
    },
  },
  'in-capitals': { machineLearning: { ...command, compute: `${ID}/computes/cpu`.toUpperCase() } },
  'as-az-ml-has-them': { machineLearning: { ...command, compute: 'azureml:gpu', environment: 'azureml:other:3' } },
  'an-endpoint': { machineLearning: { workspace: 'ML', batchEndpoint: 'Score' } },
  'a-job': { containerAppsJob: 'shared' },
  'the-same-job': { containerAppsJob: 'shared' },
};
const models = Object.entries(CONTAINERS).map(([name, container]) => ({ name, tournament: 'classic', container }));

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ models });
  makeExisting(environment.resourceManager, models);
});
afterAll(() => environment?.close());

test('what models.json names is there', async () => {
  const response = await fetch(`${environment.host.url}/api/health?deep=1`);
  const { findings } = healthSchema.parse(await response.json());
  const ofContainers = findings.filter(({ dependency }) => dependency.startsWith('container of'));
  expect(ofContainers.map(({ problem }) => problem)).toEqual(models.map(() => null));
});
