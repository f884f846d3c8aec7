// docs/cost.md: its tables are those of the formula and the measured counts, and the targets are met.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type Counters,
  containerCost,
  costOf,
  costTables,
  estimate,
  GRANTS,
  hostStorageCost,
  readMeasured,
  scheduleMonitorCost,
  withTables,
} from '../../scripts/cost.ts';

const PAGE = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
const MEASURED = await readMeasured(new URL('../../bench/cost-counters.json', import.meta.url));

const NOTHING: Counters = {
  models: 1,
  executions: 0,
  billedSeconds: 0,
  tableTransactions: 0,
  vaultOperations: 0,
  logMegabytes: 0,
  storedMegabytes: 0,
};

test('the tables on the page are the current ones (`npm run cost -- --write`)', () => {
  expect(withTables(PAGE, costTables(MEASURED))).toBe(PAGE);
});

test.each([
  [1, 0.2],
  [50, 1],
])('%i models cost less than $%d a month besides the containers', (models, target) => {
  const counters = MEASURED.find((counts) => counts.models === models) ?? estimate(models);
  expect(costOf(counters, true).total).toBeLessThan(target);
});

test('what is measured is not far from what the formula says', () => {
  for (const counts of MEASURED) {
    const formula = estimate(counts.models);
    for (const key of ['executions', 'billedSeconds', 'tableTransactions'] as const) {
      const ratio = counts[key] / formula[key];
      expect(ratio, `${key} for ${counts.models} models`).toBeGreaterThan(0.2);
      expect(ratio, `${key} for ${counts.models} models`).toBeLessThan(2);
    }
  }
});

test('free grants are taken off before anything is paid for', () => {
  const atTheGrant = {
    ...NOTHING,
    executions: GRANTS.executions,
    billedSeconds: GRANTS.gigabyteSeconds * 2,
    logMegabytes: GRANTS.logGigabytes * 1000,
  };
  const blobs = scheduleMonitorCost();
  expect(costOf(atTheGrant, true).total).toBe(blobs);
  expect(costOf(atTheGrant, false).total).toBeCloseTo(0.1 + 2.6 + 11.5 + blobs);
  const million = { ...atTheGrant, executions: GRANTS.executions + 1_000_000 };
  expect(costOf(million, true).functions).toBeCloseTo(0.4);
});

test('a container is paid for by the second', () => {
  expect(containerCost(1, 0, 60)).toBeCloseTo(0.0405);
  expect(containerCost(0, 1, 60)).toBeCloseTo(0.00445);
  expect(containerCost(2, 8, 10)).toBeCloseTo((2 * 0.0405 + 8 * 0.00445) / 6);
});

test('the costs that the page tells in words', () => {
  expect(scheduleMonitorCost()).toBeCloseTo(0.043, 3);
  expect(scheduleMonitorCost(1)).toBeCloseTo(0.216, 3);
  expect(hostStorageCost(12)).toBeLessThan(0.21);
});

test('measured counts take the place of the formula', () => {
  const tables = costTables([{ ...NOTHING, executions: 12_345 }]);
  expect(tables).toContain('Counts of a simulated month');
  expect(tables).toContain('12,345');
});
