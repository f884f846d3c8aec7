// docs/cost.md: its tables are those of the formula and the measured counts, and the targets are met.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costTables, readMeasured, withTables } from '../../scripts/cost.ts';
import {
  type Counters,
  containerCost,
  costOf,
  estimate,
  GRANTS,
  hostStorageCost,
  SIZES,
  scheduleMonitorCost,
} from '../../scripts/cost-formula.ts';

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
  const measured = MEASURED.find((counts) => counts.models === models);
  for (const counts of [measured, measured?.withAlerts, estimate(models), estimate(models, true)]) {
    expect.soft(counts, 'the counts are there').toBeDefined();
    if (counts !== undefined) expect(costOf(counts, true).total).toBeLessThan(target);
  }
});

test.each(SIZES)('the formula is right within a twentieth for the month of %i models', (models) => {
  const measured = MEASURED.find((counts) => counts.models === models);
  const keys = ['executions', 'billedSeconds', 'tableTransactions', 'logMegabytes', 'storedMegabytes'] as const;
  const compare = (counts: Counters | undefined, formula: Counters) => {
    for (const key of keys) {
      const ratio = (counts?.[key] ?? Number.NaN) / formula[key];
      expect(Math.abs(ratio - 1), `${key}: ${ratio}`).toBeLessThan(0.05);
    }
  };
  compare(measured, estimate(models));
  compare(measured?.withAlerts, estimate(models, true));
});

test('no month has more key vault operations than eight a run, and a look at the secrets a day', () => {
  for (const { withAlerts, ...counts } of MEASURED) {
    const most = estimate(counts.models).vaultOperations;
    // Each new instance is asked once who it is.
    expect(counts.vaultOperations).toBeLessThan(most + 10);
    expect(withAlerts.vaultOperations - counts.vaultOperations).toBeLessThanOrEqual(3 * 31 + 10);
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

test('the costs that the page states in words', () => {
  expect(scheduleMonitorCost()).toBeCloseTo(0.043, 3);
  expect(scheduleMonitorCost(1)).toBeCloseTo(0.216, 3);
  expect(hostStorageCost(12)).toBeLessThan(0.21);
});

test('measured counts take the place of the formula', () => {
  const tables = costTables([{ ...NOTHING, executions: 12_345 }]);
  expect(tables).toContain('Measured in a simulated month');
  expect(tables).toContain('12,345');
});
