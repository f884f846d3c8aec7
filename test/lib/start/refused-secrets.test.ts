// A vault that refuses a secret for a moment ends no run, whatever it refuses with, and whatever the secret is for.

import { describe, expect, test } from 'vitest';
import { behave, executions, groupModel, modelOf, open, recordOf, WON } from '../../support/one-model.ts';

const MODELS = [
  ['image', modelOf({ secrets: { API_KEY: 'some-key' } })],
  ['group', groupModel()],
] as const;
const REFUSALS = [
  [403, 'ForbiddenByRbac'],
  [403, 'SecretDisabled'],
  [401, 'AKV10032'],
  [404, 'SecretNotFound'],
] as const;

describe.each(MODELS)('of kind %s', (_, model) => {
  test.each(REFUSALS)('a run goes on where the vault refuses a secret with %i %s', async (status, code) => {
    for (const path of ['some-key', 'numerai-secret-key'])
      for (const times of [1, 3, 8]) {
        const app = await open(model, { secrets: { 'some-key': 'value-of-some-key' } });
        behave(app);
        app.world.keyVault.emulator.faults.add({ kind: 'status', status, code, times, match: { path } });
        await app.start('m');
        await app.pass(10);
        expect(await recordOf(app), `${path} ×${times}`).toMatchObject(WON);
        expect(executions(app)).toBe(1);
      }
  });

  test('one refusal is not even noticed', async () => {
    const app = await open(model, { secrets: { 'some-key': 'value-of-some-key' } });
    behave(app);
    app.world.keyVault.emulator.faults.add({ kind: 'status', status: 403, code: 'ForbiddenByRbac', times: 1 });
    await app.start('m');
    expect(await recordOf(app)).toMatchObject({ state: 'starting', reason: null });
    expect(app.lines.join('\n')).not.toContain('container not started');
  });
});

test('a secret of an answer that was cut off shows in no line and no record', async () => {
  const app = await open(modelOf({ secrets: { API_KEY: 'some-key' } }), {
    secrets: { 'some-key': 'value-of-some-key'.repeat(30) },
  });
  behave(app);
  app.world.keyVault.emulator.faults.add({ kind: 'garbled', form: 'truncated', match: { path: 'some-key' } });
  await app.start('m');
  await app.pass(3);
  const record = await recordOf(app);
  expect(record).toMatchObject({ state: 'waiting', reason: expect.stringContaining('The answer (HTTP 200)') });
  expect(app.lines.join('\n') + JSON.stringify(record)).not.toContain('value-of-some');
  app.world.keyVault.emulator.faults.clear();
  await app.pass(5);
  expect(await recordOf(app)).toMatchObject(WON);
});
