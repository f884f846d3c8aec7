// What a start needs and what claims nothing is asked for beside the question for the round, and leaves nothing behind.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConflictError } from '../../../src/lib/util/errors.ts';
import { openApp, ROUND, type TestApp } from '../../support/app.ts';

const HOUR = 3_600_000;
const NEXT_DAY = 24 * HOUR;

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    { name: 'existing', tournament: 'classic', container: { group: 'existing' } },
    {
      name: 'made',
      tournament: 'classic',
      container: { image: 'example.org/made:1', secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id' } },
    },
  ]);
  app.world.resourceManager.createGroup({ name: 'existing', image: 'example.org/existing:1' });
});
afterEach(() => app.close());

const callsTo = (service: 'resourceManager' | 'keyVault') => app.world[service].emulator.calls.length;

test.each([
  ['how an existing group was started before', 'existing', 'resourceManager'],
  ["the container's secrets", 'made', 'keyVault'],
] as const)('%s', async (_what, model, service) => {
  // The round is over, which nobody knows before Numerai has been asked.
  await app.world.clock.advance(NEXT_DAY - 2 * HOUR);
  const asked = callsTo(service);
  await expect(app.start(model, { round: ROUND })).rejects.toThrow(ConflictError);
  // The clients may still be loading, which takes no simulated time.
  await expect.poll(() => callsTo(service)).toBeGreaterThan(asked);
  expect(app.world.tables.rows('inflight', 'inflight')).toEqual([]);
  expect(app.world.tables.rows('runs', model)).toEqual([]);
});

test.each([
  ['cannot be asked for', { kind: 'status', status: 503 }],
  ['is not answered', { kind: 'hang' }],
] as const)('a look that %s does not keep the run from being recorded', async (_how, fault) => {
  app.world.resourceManager.emulator.faults.add({ ...fault, match: { method: 'GET' } });
  const { run } = await app.start('existing');
  expect(run).toMatchObject({ round: ROUND, attempt: { number: 1, prepared: null } });
  app.world.resourceManager.emulator.faults.clear();
  const { run: started } = await app.until(run, ({ attempt }) => attempt?.acceptedAt != null);
  expect(started.attempt?.prepared).toMatchObject({ kind: 'group', group: 'existing' });
});
