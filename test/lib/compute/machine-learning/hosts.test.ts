// Which addresses may have a token, and whom it is for.

import { expect, test } from 'vitest';
import { audienceOfEndpoint, mayHaveToken } from '../../../../src/lib/compute/machine-learning/hosts.ts';

const MANAGER = 'https://management.azure.com';

test.each([
  ['https://score.westeurope.inference.ml.azure.com/jobs', 'https://ml.azure.com'],
  ['https://score.usgovvirginia.inference.ml.azure.us/jobs', 'https://ml.azure.us'],
  ['https://score.chinaeast2.inference.ml.azure.cn/jobs', 'https://ml.azure.cn'],
  ['https://management.azure.com/endpoints/score/jobs', 'https://ml.azure.com'],
])('%s may have one for %s', (address, audience) => {
  expect(mayHaveToken(address, MANAGER)).toBe(true);
  expect(audienceOfEndpoint(address)).toBe(audience);
});

test.each([
  'https://westeurope.api.azureml.ms',
  'https://0f3c9d1e.workspace.westeurope.api.azureml.ms',
  'https://usgovarizona.api.ml.azure.us',
])('%s, a run history, may have one', (address) => {
  expect(mayHaveToken(address, MANAGER)).toBe(true);
});

test.each([
  'http://score.westeurope.inference.ml.azure.com/jobs',
  'https://score.example.org/jobs',
  'https://inference.ml.azure.com.example.org/jobs',
  'https://evilinference.ml.azure.com.',
  'https://evil-api.azureml.ms',
  'https://inference.ml.azure.com@example.org/jobs',
  'https://someone@score.westeurope.inference.ml.azure.com/jobs',
  'https://storage.blob.core.windows.net/jobs',
  '/jobs',
  '',
])('%s may have none', (address) => {
  expect(mayHaveToken(address, MANAGER)).toBe(false);
});
