import { expect, test } from 'vitest';
import { nearest } from '../../../src/lib/util/nearest.ts';

test.each([
  ['Test', ['force', 'test'], 'test'],
  ['forse', ['force', 'test'], 'force'],
  ['frocE', ['force', 'test'], 'force'],
  ['test_', ['force', 'test'], 'test'],
  ['isTest', ['force', 'test'], 'test'],
  ['dryRun', ['force', 'test'], null],
  ['', ['by', 'reason'], null],
  ['me', ['by', 'reason'], null],
  ['x', ['by', 'reason'], null],
  ['resn', ['by', 'reason'], null],
  ['reasn', ['by', 'reason'], 'reason'],
  ['west-us2', ['westus', 'westus2', 'westus3'], 'westus2'],
  ['West Europe', ['westeurope', 'northeurope'], 'westeurope'],
  ['westerurope', ['westeurope', 'northeurope'], 'westeurope'],
  ['chilenorth', ['westeurope', 'chilecentral'], null],
])('%j of %j is %j', (written, words, meant) => {
  expect(nearest(written, words)).toBe(meant);
});
