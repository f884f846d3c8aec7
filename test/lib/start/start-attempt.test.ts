// What a start that was accepted leaves on the record: why the run was started as it was, and nothing else.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { SecretError } from '../../../src/lib/config/secrets.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { ExternalCallError } from '../../../src/lib/util/external-call.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MODEL = 'model';

let app: TestApp;
beforeEach(async () => {
  const container = { image: 'docker.io/someone/model:1', secrets: { KEY: 'numerai-secret-key' } };
  app = await openApp([{ name: MODEL, tournament: 'classic', container }]);
});
afterEach(() => app.close());

async function startedByFallback(): Promise<Run> {
  await app.pass(15);
  expect(await app.fallback()).toEqual({ started: 1, failures: 0 });
  const [entry] = (await app.services.inFlight.read()).entries;
  if (entry === undefined) throw new Error('It is in flight.');
  const { run } = await app.record({ model: MODEL, id: entry.runId });
  expect(run.startNote).toMatch(/^Started by the fallback: no webhook had come 15 min after round 1 opened\./);
  return run;
}

test('a start that was accepted says why the run was started, from its start to its end', async () => {
  const run = await startedByFallback();
  expect(run).toMatchObject({ state: 'starting', attempt: { acceptedAt: expect.any(String) } });
  expect(run.reason).toBe(run.startNote);
  const { run: ended } = await app.until(run, hasEnded);
  expect(ended).toMatchObject({ state: 'succeeded', attempt: { reason: null } });
  expect(ended.reason).toBe(run.startNote);
});

test.each([
  ['a webhook', async () => (await app.start(MODEL)).run],
  ['the fallback', startedByFallback],
])('a start by %s that was postponed says so only until it is accepted', async (_, start) => {
  const { faults } = app.world.resourceManager.emulator;
  faults.add({ kind: 'status', status: 429, retryAfterSeconds: 60, match: { method: 'PUT' } });
  const run = await start();
  expect(run).toMatchObject({
    state: 'waiting',
    waitingFor: 'the start to succeed',
    reason: expect.stringContaining('429'),
    attempt: { number: 1, refusals: 1 },
  });
  faults.clear();
  const { run: accepted } = await app.until(run, ({ attempt }) => attempt?.acceptedAt != null);
  expect(accepted).toMatchObject({ state: 'starting', attempt: { number: 1 } });
  expect(accepted.reason).toBe(run.startNote);
});

test.each([
  ['an outage of the vault does not keep', 503, 'starting'],
  ['a vault that refuses keeps', 403, 'waiting'],
])('%s a model from starting whose secrets were read before', async (_, status, state) => {
  const { faults } = app.world.keyVault.emulator;
  const { run } = await app.start(MODEL);
  await app.until(run, hasEnded);
  faults.add({ kind: 'status', status });
  await app.pass(20);
  const again = await app.start(MODEL, { trigger: 'operator', force: true });
  expect(again.run).toMatchObject({ id: run.id, state });
  if (status === 503)
    expect((await app.until(run, hasEnded)).run).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
});

test('a secret that the vault has refused is not used in a later outage', async () => {
  const { faults } = app.world.keyVault.emulator;
  const read = () => app.live(app.services.secrets.getOrLast('numerai-secret-key'));
  await read();
  await app.pass(6);
  faults.add({ kind: 'status', status: 403 });
  await expect(read()).rejects.toBeInstanceOf(SecretError);
  faults.clear();
  faults.add({ kind: 'status', status: 503 });
  await app.pass(1);
  await expect(read()).rejects.toBeInstanceOf(ExternalCallError);
});
