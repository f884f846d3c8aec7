// What docs say that a model costs on each platform, against what the adapters count.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { priceOf as priceOfJob } from '../../src/lib/compute/container-apps/price.ts';
import { priceOf as priceOfGroup } from '../../src/lib/compute/container-instances/price.ts';
import { priceOf as priceOfNode } from '../../src/lib/compute/machine-learning/price.ts';

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
const COST = read('cost.md');
const PLATFORMS = read('platforms.md');

const RUNS = 22;
const MINUTES = 10;

/** So many minutes, with nothing before them. */
function attemptOf(minutes: number) {
  const startedAt = '2026-11-03T13:00:00.000Z';
  const finishedAt = new Date(Date.parse(startedAt) + minutes * 60_000).toISOString();
  return { meteredFrom: startedAt, startedAt, finishedAt };
}

const usd = (amount: number | null): string => `$${(amount ?? Number.NaN).toFixed(2)}`;
/** The whole time at once, so that nothing is rounded before the end. */
const ofGroup = (cpu: number, memoryGB: number) => usd(priceOfGroup({ ...attemptOf(RUNS * MINUTES), cpu, memoryGB }));
const ofJob = (cpu: number, memoryGB: number) => usd(priceOfJob({ ...attemptOf(RUNS * MINUTES), cpu, memoryGB }));
const ofNode = (vmSize: string, minutes: number) =>
  usd(
    priceOfNode({ ...attemptOf(minutes), prepared: { workspace: 'ml', endpoint: null, vmSize, isLowPriority: false } }),
  );

/** The cells of the row that begins with this. */
function rowOf(page: string, first: string): readonly string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${first} `));
  return (row ?? '')
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test.each([
  [1, 2],
  [2, 4],
  [4, 8],
])('cost.md has the price of %i vCPU and %i GB on both', (cpu, memoryGB) => {
  const seconds = cpu * RUNS * MINUTES * 60;
  expect(rowOf(COST, `${cpu} vCPU, ${memoryGB} GB`).slice(0, 3)).toEqual([
    ofGroup(cpu, memoryGB),
    ofJob(cpu, memoryGB),
    `$0 (${seconds.toLocaleString('en-US')} of 180,000 vCPU-seconds)`,
  ]);
});

test('platforms.md has the same, and a node with its idle minutes', () => {
  expect(rowOf(PLATFORMS, 'container group, 1 vCPU, 2 GB')).toEqual([ofGroup(1, 2)]);
  expect(rowOf(PLATFORMS, 'Container Apps job, 1 vCPU, 2 GiB')[0]).toContain(`else ${ofJob(1, 2)}`);
  for (const size of ['Standard_DS2_v2', 'Standard_NC4as_T4_v3']) {
    const row = PLATFORMS.split('\n').find((line) => line.includes(`\`${size}\``));
    expect(row).toContain(`${ofNode(size, RUNS * MINUTES)}, and ${ofNode(size, RUNS * 2)} for two idle minutes each`);
  }
  const month = Number(ofNode('Standard_DS2_v2', 730 * 60).slice(1));
  expect(PLATFORMS).toContain(`machine does all month: $${month.toFixed(0)} `);
});

test('the prices that are listed are those that are counted with', () => {
  const hour = attemptOf(60);
  expect(usd(priceOfGroup({ ...hour, cpu: 1000, memoryGB: 0 }))).toBe('$40.50');
  expect(usd(priceOfGroup({ ...hour, cpu: 0, memoryGB: 1000 }))).toBe('$4.45');
  expect(usd(priceOfJob({ ...hour, cpu: 1000, memoryGB: 0 }))).toBe(usd(0.000024 * 3600 * 1000));
  expect(usd(priceOfJob({ ...hour, cpu: 0, memoryGB: 1000 }))).toBe(usd(0.000003 * 3600 * 1000));
  for (const price of ['$0.0405 an hour', '$0.00445 a GB and hour', '$0.000024 a second', '$0.000003 a GiB-second'])
    expect(COST).toContain(price);
});
