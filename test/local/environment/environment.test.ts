import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Environment, startEnvironment } from '../../../local/environment/environment.ts';
import { roundsSince } from '../../../local/environment/rounds.ts';
import { buildHostApp } from '../../fixtures/host-app.ts';

/** An app that shows its settings. */
let appFolder: string;
const environments: Environment[] = [];

beforeAll(async () => {
  appFolder = await buildHostApp();
});

afterAll(async () => {
  await Promise.all(environments.map((environment) => environment.close()));
  await rm(appFolder, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startEnvironment>[0] = {}): Promise<Environment> {
  const environment = await startEnvironment({ ...options, host: { appFolder, ...options.host } });
  environments.push(environment);
  return environment;
}

describe('the local environment', () => {
  test('gives the app its settings, and a project file of models only where none are given', async () => {
    const plain = await start();
    const settingsOf = async ({ host }: Environment) =>
      (await fetch(`${host.url}/api/answers/environment`)).json();
    expect(await settingsOf(plain)).toMatchObject({
      ...plain.settings,
      KEY_VAULT_URL: expect.stringMatching(/^https:\/\/local\.vault\.azure\.net:\d+$/),
      NODE_EXTRA_CA_CERTS: plain.certificates.authorityFile,
    });
    expect(plain.settings).not.toHaveProperty('MODELS_FILE');
    expect(plain.numerai.models).toMatchObject([{ name: 'demo' }]);

    const own = await start({
      models: [{ name: 'my-model', tournament: 'signals', container: { group: 'mine' } }],
      settings: { LOG_LEVEL: 'debug', CONTAINER_LOCATION: '' },
      registerWebhooks: true,
    });
    expect(await settingsOf(own)).toMatchObject({ MODELS_FILE: own.settings.MODELS_FILE });
    expect(own.settings).toMatchObject({ LOG_LEVEL: 'debug' });
    expect(own.settings).not.toHaveProperty('CONTAINER_LOCATION');
    expect(own.numerai.models).toMatchObject([
      { name: 'my_model', tournament: 11, webhook: `${own.host.url}/api/webhook/my-model` },
    ]);
  });

  test('can be there many times at once', async () => {
    const all = await Promise.all([start(), start(), start()]);
    const urls = all.flatMap(({ host, emulators }) => [
      host.url,
      ...Object.values(emulators).map(({ url }) => url),
    ]);
    expect(new Set(urls).size).toBe(urls.length);
  });

  test('has several hosts with the same keys, and replaces one that was killed', async () => {
    const environment = await start({ hosts: 2, host: { auth: true } });
    const [first, second] = environment.hosts;
    expect(first?.keys).toEqual(second?.keys);
    await first?.kill();
    const third = await environment.addHost();
    expect(third.keys).toEqual(second?.keys);
    const answer = await fetch(
      `${third.url}/api/other?code=${third.keys.functions.other?.default}`,
    );
    expect(answer.status).toBe(200);
  });

  test('always has a round open, which changes once a day', () => {
    const opened = new Date('2026-03-31T17:20:00Z');
    const schedule = roundsSince(opened);
    const [today, tomorrow] = schedule.between(8, opened, new Date('2026-04-02T00:00:00Z'));
    expect(today).toMatchObject({
      openTime: opened,
      closeStakingTime: new Date('2026-04-01T17:20:00Z'),
    });
    expect(tomorrow).toMatchObject({ openTime: today?.closeTime });
    expect(tomorrow?.number).toBe((today?.number ?? 0) + 1);
    expect(schedule.byNumber(8, today?.number ?? 0)).toEqual(today);
  });
});
