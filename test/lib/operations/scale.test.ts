// What a tick of the watcher costs: one call when nothing is in flight, and one look at each run that is.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { type Environment, startEnvironment } from '../../../local/environment/environment.ts';
import { credentialFor } from '../../../local/scenes/history.ts';
import { pastRun } from '../../../local/scenes/past-run.ts';
import { createApp, type Services } from '../../../src/app.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { systemClock } from '../../../src/lib/util/clock.ts';
import { watch } from '../../../src/lib/watch/tick.ts';

const MODELS = 100;
/** How long an answer takes where the order of calls is to be seen. */
const LATENCY_MS = 100;
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
  const app = createApp({
    environment: environment.settings,
    clock: systemClock,
    random: Math.random,
    fetch,
    credential: credentialFor(environment.tokens),
    appFolder: folder,
  });
  services = app.servicesFor({}, () => {});
});

afterAll(async () => {
  await environment.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes runs, and that they are in flight. */
const record = (runs: readonly Run[]) =>
  Promise.all(
    runs.map(async (run) => {
      await services.runs.write(run.model, [{ do: 'insert-run', run }]);
      await services.inFlight.add({ model: run.model, runId: run.id, writtenAt: new Date() });
    }),
  );

/** What one tick makes of what is in flight, and its calls to each service. */
const tick = async () => {
  const { emulators } = environment;
  const before = Object.values(emulators).map(({ callCount }) => callCount);
  const result = await watch(services);
  const calls = Object.fromEntries(
    Object.entries(emulators).map(([name, { callCount }], index) => [name, callCount - (before[index] ?? 0)]),
  );
  return { result, calls };
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
    for (const { name } of services.models) {
      createGroup({
        name: name.replace('model', 'group'),
        image: 'docker.io/someone/model:1',
        state: 'Running',
      });
    }
    // Whatever their groups show now began after this.
    const prepared = (group: string) => ({
      kind: 'group',
      group,
      lastStart: null,
      lastEvent: null,
      container: null,
      names: [],
    });
    await record(
      services.models.map((model) =>
        pastRun({
          model,
          round: 1,
          at: new Date(),
          state: 'starting',
          attempt: { prepared: prepared(model.name.replace('model', 'group')) },
        }),
      ),
    );
    // All of them run, and the watcher has noted it.
    await vi.waitFor(
      async () => {
        await watch(services);
        const runs = await Promise.all(services.models.map(({ name }) => services.runs.list(name, { limit: 1 })));
        const states = runs.flatMap(({ records }) => records.map(({ run }) => run.state));
        expect(states.filter((state) => state === 'running')).toHaveLength(MODELS);
      },
      { timeout: 60_000, interval: 500 },
    );
  }, 120_000);

  beforeEach(() => environment.resourceManager.emulator.faults.clear());

  test('a tick reads each of them once, side by side', async () => {
    const { emulator } = environment.resourceManager;
    emulator.faults.add({ kind: 'latency', milliseconds: LATENCY_MS });
    const { result, calls } = await tick();
    expect(result).toMatchObject({ inFlight: MODELS, failures: 0 });
    expect(calls.resourceManager).toBe(MODELS);
    // The query, and a read of each run.
    expect(calls.tables).toBe(1 + MODELS);
    // One after the other, each would come when the one before has been answered.
    const times = emulator.calls.slice(-MODELS).map(({ receivedAt }) => receivedAt);
    const overlaps = times.filter((at, index) => at - (times[index - 1] ?? 0) < LATENCY_MS);
    expect(overlaps.length).toBeGreaterThan(MODELS / 2);
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
    const { result, calls } = await tick();
    // Those are asked again, and nothing is lost of them.
    expect(result).toMatchObject({ inFlight: MODELS, failures: 0 });
    expect(calls.resourceManager).toBeGreaterThan(MODELS);
    expect(calls.resourceManager).toBeLessThanOrEqual(MODELS * 1.2);
  });
});

test('an entry of a run that has ended costs one look more, and goes', async () => {
  const before = (await services.inFlight.read()).entries.length;
  const [model] = services.models;
  if (model === undefined) throw new Error('There are models.');
  await record([pastRun({ model, round: 2, at: new Date(), state: 'cancelled' })]);
  expect((await services.inFlight.read()).entries).toHaveLength(before + 1);
  await watch(services);
  expect((await services.inFlight.read()).entries).toHaveLength(before);
});
