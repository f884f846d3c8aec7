// What a tick of the watcher costs: one call when nothing is in flight, and one look at each run that is.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenCredential } from '@azure/core-auth';
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { type Environment, startEnvironment } from '../../../local/environment/environment.ts';
import { type App, createApp } from '../../../src/app.ts';
import { newRun } from '../../../src/lib/runs/run.ts';
import { runRowKey, runToRow } from '../../../src/lib/storage/run-row.ts';
import { systemClock } from '../../../src/lib/util/clock.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import type { Services } from '../../../src/services.ts';

const MODELS = 100;
let environment: Environment;
let services: Services;
let folder: string;

const models = Array.from({ length: MODELS }, (_, index) => ({
  name: `model-${index}`,
  tournament: 'classic',
  container: { group: `group-${index}` },
}));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-'));
  await writeFile(join(folder, 'models.json'), JSON.stringify({ models }));
  environment = await startEnvironment({
    models,
    hosts: 0,
    runtime: new SimulatedRuntime({
      clock: systemClock,
      behaviour: () => ({ endsAfter: Number.POSITIVE_INFINITY }),
    }),
  });
  const app: App = createApp({
    environment: environment.settings,
    clock: systemClock,
    random: Math.random,
    fetch,
    credential: credentialOf(environment),
    appFolder: folder,
  });
  services = app.servicesFor({}, () => {});
});

afterAll(async () => {
  await environment.close();
  await rm(folder, { recursive: true, force: true });
});

/** The first tick writes down that the watcher runs; this one is as any other. */
const tick = async () => {
  const { emulators } = environment;
  const before = Object.values(emulators).map(({ callCount }) => callCount);
  const began = performance.now();
  const result = await watch(services);
  const seconds = (performance.now() - began) / 1000;
  const calls = Object.fromEntries(
    Object.entries(emulators).map(([name, { callCount }], index) => [
      name,
      callCount - (before[index] ?? 0),
    ]),
  );
  return { result, seconds, calls };
};

test('an idle tick makes one external call', async () => {
  await watch(services);
  const { result, calls } = await tick();
  expect(result).toMatchObject({ inFlight: 0, failures: 0 });
  expect(Object.values(calls).reduce((sum, many) => sum + many, 0)).toBe(1);
  expect(calls.tables).toBe(1);
});

describe('with 100 runs in flight', () => {
  beforeAll(async () => {
    const { createGroup } = environment.resourceManager;
    const table = (name: string) =>
      new TableClient(environment.tables.endpoint, name, credentialOf(environment));
    await Promise.all([table('runs').createTable(), table('inflight').createTable()]);
    await Promise.all(
      services.models.map(async (model, index) => {
        const now = new Date();
        const id = services.newId();
        const run = {
          ...newRun({
            id,
            model,
            round: 1,
            trigger: 'webhook',
            triggerId: null,
            isTest: false,
            reason: null,
            claim: 'claim_round_1',
            now,
            leaseUntil: now,
            priorContainerStart: new Date(0).toISOString(),
          }),
          state: 'starting' as const,
          acceptedAt: now.toISOString(),
        };
        createGroup({
          name: `group-${index}`,
          image: 'docker.io/someone/model:1',
          state: 'Running',
        });
        await table('runs').createEntity(runToRow(run));
        await services.inFlight.add({ model: model.name, runId: id, writtenAt: now });
      }),
    );
    // All of them run, and the watcher has noted it.
    await vi.waitFor(
      async () => {
        await watch(services);
        const runs = await Promise.all(
          services.models.map(({ name }) => services.runs.listRuns(name, { limit: 1 })),
        );
        expect(runs.flat().filter(({ state }) => state === 'running')).toHaveLength(MODELS);
      },
      { timeout: 60_000, interval: 500 },
    );
  }, 120_000);

  beforeEach(() => environment.resourceManager.emulator.faults.clear());

  test('a tick reads each of them once, side by side', async () => {
    const { emulator } = environment.resourceManager;
    emulator.faults.add({ kind: 'latency', milliseconds: 100 });
    const { result, seconds, calls } = await tick();
    expect(result).toMatchObject({ inFlight: MODELS, failures: 0 });
    expect(calls.resourceManager).toBe(MODELS);
    // The query, and a read of each run.
    expect(calls.tables).toBe(1 + MODELS);
    // One after the other it would be ten seconds.
    expect(seconds).toBeLessThan(8);
  });

  test('also when every tenth answer is 429', async () => {
    const { emulator } = environment.resourceManager;
    for (let tenth = 9; tenth < 200; tenth += 10) {
      emulator.faults.add({
        kind: 'status',
        status: 429,
        retryAfterSeconds: 1,
        after: tenth,
        times: 1,
      });
    }
    const { result, seconds, calls } = await tick();
    // Those are asked again, and nothing is lost of them.
    expect(result).toMatchObject({ inFlight: MODELS, failures: 0 });
    expect(calls.resourceManager).toBeGreaterThan(MODELS);
    expect(calls.resourceManager).toBeLessThanOrEqual(MODELS * 1.2);
    expect(seconds).toBeLessThan(60);
  });
});

test('a pointer to an ended run costs one look more, and goes', async () => {
  const before = (await services.inFlight.read()).pointers.length;
  const [model] = services.models;
  if (model === undefined) throw new Error('There are models.');
  const now = new Date();
  const id = services.newId();
  const run = newRun({
    id,
    model,
    round: 2,
    trigger: 'webhook',
    triggerId: null,
    isTest: false,
    reason: null,
    claim: 'claim_round_2',
    now,
    leaseUntil: now,
  });
  const runs = new TableClient(environment.tables.endpoint, 'runs', credentialOf(environment));
  await runs.createEntity({
    ...runToRow({ ...run, state: 'cancelled', reason: 'An operator cancelled the run.' }),
    rowKey: runRowKey(id),
  });
  await services.inFlight.add({ model: model.name, runId: id, writtenAt: now });
  await watch(services);
  expect((await services.inFlight.read()).pointers).toHaveLength(before);
});

function credentialOf({ tokens }: Environment): TokenCredential {
  return {
    async getToken(scopes) {
      const audience = String(scopes).replace(/\/\.default$/, '');
      const { token, expiresOn } = tokens.issue({ audience, clientId: 'scale' });
      return { token, expiresOnTimestamp: expiresOn * 1000 };
    },
  };
}
