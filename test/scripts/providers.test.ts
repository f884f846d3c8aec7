// Which resource providers a deployment registers, by what models.json has.

import { expect, test } from 'vitest';
import { providersOf } from '../../scripts/azure/providers.ts';
import { parseModels } from '../../src/lib/config/models.ts';

const IMAGE = { image: 'docker.io/someone/ensemble:1.4' };

test.each<[string, object, readonly string[]]>([
  ['an image', { container: IMAGE }, ['Microsoft.ContainerInstance']],
  ['an existing group', { container: { group: 'mine' } }, ['Microsoft.ContainerInstance']],
  ['an existing job', { container: { containerAppsJob: 'mine' } }, ['Microsoft.App']],
  [
    'a command of Machine Learning',
    { container: { machineLearning: { workspace: 'ml', batchEndpoint: 'score' } } },
    ['Microsoft.MachineLearningServices'],
  ],
  ['a job that is made', { container: { containerAppsJob: IMAGE } }, ['Microsoft.App']],
  [
    'a last resort beside a job',
    { container: { containerAppsJob: 'mine' }, lastResort: { ...IMAGE, minutes: 4 } },
    ['Microsoft.App', 'Microsoft.ContainerInstance'],
  ],
])('%s', (_, entry, providers) => {
  const text = JSON.stringify({ models: [{ name: 'mine', tournament: 'classic', ...entry }] });
  const { models } = parseModels(text, {
    file: 'models.json',
    containerLocation: 'westeurope',
    containerIdentityId: undefined,
  });
  expect(providersOf(models)).toEqual(providers);
});
