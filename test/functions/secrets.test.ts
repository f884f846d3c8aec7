// Where secrets come from, and how soon a new value is in use.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { SimulatedClock } from '../../local/environment/simulated-clock.ts';
import type { SecretStore } from '../../src/lib/config/secrets.ts';
import { secretsOf } from '../support/secrets.ts';
import { groupNamed, openFrontDoor } from './front-door.ts';

const MODELS = [
  {
    name: 'mine',
    tournament: 'classic',
    container: { image: 'example.org/mine:1', secrets: { API_KEY: 'some-key' } },
  },
];

describe('secrets in a vault', () => {
  let environment: Environment;
  let folder: string;
  let clock: SimulatedClock;
  let secrets: SecretStore;

  beforeAll(async () => {
    environment = await startEnvironment({
      hosts: 0,
      models: MODELS,
      secrets: { 'some-key': 'first' },
    });
    folder = await mkdtemp(join(tmpdir(), 'app-'));
    await writeFile(join(folder, 'models.json'), JSON.stringify({ models: MODELS }));
    clock = new SimulatedClock('2026-04-01T12:00:00Z');
    secrets = secretsOf(environment, folder, clock);
  });
  afterAll(async () => {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  });

  const read = async () => (await secrets.get('some-key')).value;

  test('are read once in five minutes, and then anew', async () => {
    const { emulator } = environment.keyVault;
    expect(await Promise.all([read(), read(), read()])).toEqual(['first', 'first', 'first']);
    const readOnce = emulator.callCount;

    environment.keyVault.setSecret('some-key', 'second');
    await clock.advance(4 * 60_000);
    expect(await read()).toBe('first');
    expect(emulator.callCount).toBe(readOnce);

    await clock.advance(61_000);
    expect(await read()).toBe('second');
    expect(emulator.callCount).toBe(readOnce + 1);
  });

  test('that are switched off are missed after that time, and found when they are back', async () => {
    environment.keyVault.disableSecret('some-key');
    await clock.advance(6 * 60_000);
    await expect(read()).rejects.toThrow('is disabled');
    await expect(secrets.getOrLast('some-key')).rejects.toThrow('is disabled');
    environment.keyVault.setSecret('some-key', 'third');
    expect(await read()).toBe('third');
  });
});

describe('secrets in the settings', () => {
  test('are used where no vault is configured, by their name in capitals', async () => {
    const door = await openFrontDoor({
      models: MODELS,
      settings: { KEY_VAULT_URL: '', SOME_KEY: 'value-from-settings' },
    });
    const run = await door.ended(await door.webhook('mine', { roundNumber: 1 }));
    expect(run.state).toBe('succeeded');
    expect(door.starts[0]?.env).toMatchObject({ API_KEY: 'value-from-settings' });
    expect(door.environment.keyVault.emulator.callCount).toBe(0);
    expect(door.environment.host.output.join('\n')).not.toContain('value-from-settings');

    const lacking = await door.environment.addHost({
      environment: { ...door.environment.settings, SOME_KEY: '' },
    });
    const waiting = await door.run(await door.webhook('mine', { roundNumber: 2 }, lacking));
    expect(waiting).toMatchObject({ state: 'waiting', waitingFor: 'somebody to fix the secret' });
    expect(waiting.reason).toContain("Set SOME_KEY in the app's settings");
  });

  test('may be the connection string of the tables, which is then nowhere to be read', async () => {
    const door = await openFrontDoor({ models: [groupNamed('mine')], hosts: 0 });
    const { settings, tables } = door.environment;
    await door.environment.addHost({
      environment: {
        ...settings,
        AzureWebJobsStorage__tableServiceUri: '',
        AzureWebJobsStorage: tables.connectionString,
      },
    });
    await door.ended(await door.webhook('mine', { roundNumber: 1 }));
    const schemes = tables.emulator.calls.map(({ headers }) => headers.authorization?.split(' ')[0]);
    expect([...new Set(schemes)]).toEqual(['SharedKeyLite']);
    const key = /AccountKey=([^;]+)/.exec(tables.connectionString)?.[1] ?? 'none';
    expect(door.environment.host.output.join('\n')).not.toContain(key);
  });
});
