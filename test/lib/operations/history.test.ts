// What is done for a round costs as many calls after hundreds of runs as after one: the webhook, ticks with
// runs in flight and with runs that wait, and their verification.

import { afterEach, expect, test } from 'vitest';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import type { Model } from '../../../src/lib/config/models.ts';
import type { RunWrite } from '../../../src/lib/runs/stores.ts';
import { openApp, ROUND, type TestApp } from '../../support/app.ts';

const HOUR = 3_600_000;
const RUNS = 400;
/** With their attempts they are ninety rows, and a transaction may have a hundred. */
const RUNS_AT_ONCE = 30;
/** That one page is read of these. */
const NEWEST = 50;
const TICKS = 8;
const NAMES = ['first', 'second', 'third', 'fails', 'waits'];
const imageOf = (name: string) => `example.org/${name}:1`;
/** Of the first containers. */
const EXIT_CODES = new Map([
  [imageOf('fails'), 1],
  [imageOf('waits'), 75],
]);

let app: TestApp;
afterEach(() => app.close());

/** All but the newest have two failed attempts before the good one: more rows than a page of the Table service has. */
async function writeHistory({ services, world, live }: TestApp, model: Model, count: number): Promise<void> {
  const writes = Array.from({ length: count }, (_, index): RunWrite[] => {
    const at = new Date(world.clock.now().getTime() - (index + 1) * 12 * HOUR);
    const { run, earlier } = pastRecord({ model, round: null, at, failedBefore: index < NEWEST ? 0 : 2 });
    return [
      { do: 'insert-run', run },
      ...earlier.map((attempt): RunWrite => ({ do: 'keep-attempt', runId: run.id, attempt })),
    ];
  });
  for (let from = 0; from < count; from += RUNS_AT_ONCE)
    await live(services.runs.write(model.name, writes.slice(from, from + RUNS_AT_ONCE).flat()));
}

/** The calls of a round of several models, step by step, with so many runs in the history of each. */
async function callsOfRound(runsBefore: number) {
  app = await openApp(
    NAMES.map((name) => ({
      name,
      tournament: 'classic',
      numeraiModels: [name],
      container: { image: imageOf(name) },
    })),
  );
  const { world, services } = app;
  const { tables, resourceManager, keyVault, numerai } = world;
  const emulators = { tables, resourceManager, keyVault, numerai };
  world.runtime.behaviour = ({ image }, start) => {
    const exitCode = start > NAMES.length ? 0 : EXIT_CODES.get(image);
    return { endsAfter: exitCode ? 20_000 : 150_000, exitCode: exitCode ?? 0 };
  };
  for (const model of services.models) await writeHistory(app, model, runsBefore);

  const counted = async (work: () => Promise<unknown>) => {
    const before = Object.values(emulators).map(({ emulator }) => emulator.callCount);
    await work();
    return Object.fromEntries(
      Object.entries(emulators).map(([name, { emulator }], index) => [name, emulator.callCount - (before[index] ?? 0)]),
    );
  };
  // Loads the Azure clients, which takes no simulated time.
  await app.tick();
  const webhooks = [];
  for (const name of NAMES) webhooks.push(await counted(() => app.start(name, { round: ROUND })));
  const ticks = [];
  for (let count = 0; count < TICKS; count += 1) ticks.push(await counted(() => app.tick()));
  const verified = numerai.emulator.calls.filter(({ body }) => body.includes('submissions('));
  const newest = await Promise.all(NAMES.map((name) => app.live(services.runs.list(name, { limit: 1 }))));
  return {
    webhooks,
    ticks,
    /** Models that were asked about, request by request. */
    verified: verified.map(({ body }) => String(body).split('submissions(').length - 1),
    runs: newest.flatMap(({ records }) =>
      records.map(({ run }) => ({ state: run.state, attempt: run.attempt?.number })),
    ),
  };
}

test('with hundreds of runs in the history a round makes the same calls as with one', async () => {
  // Where there is none, there is nothing to sweep either.
  const first = await callsOfRound(1);
  await app.close();
  expect(await callsOfRound(RUNS)).toEqual(first);
  // Those that ended in the same tick are asked about together, and each tick asks once at most.
  expect(first.verified).toContain(3);
  expect(first.verified.length).toBeLessThanOrEqual(TICKS);
  // Some waited for their next attempt, and had it.
  expect(first.runs.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2, 2]);
});
