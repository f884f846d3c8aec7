import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { type Environment, type EnvironmentOptions, startEnvironment } from '../../../local/environment/environment.ts';
import { roundsSince } from '../../../local/environment/rounds.ts';
import { systemClock } from '../../../src/lib/util/clock.ts';
import { buildHostApp, HOST_APP } from '../../fixtures/host-app.ts';

/** An app that returns its settings. */
let appFolder: string;
const environments: Environment[] = [];
/** Without options. */
let plain: Environment;
/** With models and settings of its own. */
let own: Environment;
/** With two hosts. */
let pair: Environment;

beforeAll(async () => {
  appFolder = await buildHostApp();
  const start = async (options: EnvironmentOptions) => {
    const host = { appFolder, ...options.host };
    const environment = await startEnvironment({ ...options, host });
    environments.push(environment);
    return environment;
  };
  [plain, own, pair] = await Promise.all([
    start({}),
    start({
      models: [{ name: 'my-model', tournament: 'signals', container: { group: 'mine' } }],
      settings: { LOG_LEVEL: 'debug', CONTAINER_LOCATION: '' },
      registerWebhooks: true,
    }),
    start({ hosts: 2, host: { auth: true } }),
  ]);
});

afterAll(async () => {
  await Promise.all(environments.map((environment) => environment.close()));
  await rm(appFolder, { recursive: true, force: true });
});

const settingsOf = async ({ host }: Environment) => (await fetch(`${host.url}/api/answers/environment`)).json();

describe('the local environment', () => {
  test('points the app at the emulators', async () => {
    expect(await settingsOf(plain)).toMatchObject({
      ...plain.settings,
      KEY_VAULT_URL: expect.stringMatching(/^https:\/\/local\.vault\.azure\.net:\d+$/),
      NODE_EXTRA_CA_CERTS: plain.certificates.authorityFile,
    });
  });

  test("uses the project's models by default", () => {
    expect(plain.settings).not.toHaveProperty('MODELS_FILE');
    expect(plain.numerai.models).toMatchObject([{ name: 'demo' }, { name: 'demo_ridge' }, { name: 'demo_trees' }]);
  });

  test('takes models and settings of its own, and registers their webhooks', async () => {
    expect(await settingsOf(own)).toMatchObject({ MODELS_FILE: own.settings.MODELS_FILE });
    expect(own.settings).toMatchObject({ LOG_LEVEL: 'debug' });
    expect(own.settings).not.toHaveProperty('CONTAINER_LOCATION');
    expect(own.numerai.models).toMatchObject([
      { name: 'my_model', tournament: 11, webhook: `${own.host.url}/api/webhook/my-model` },
    ]);
  });

  test('can run several times at once', () => {
    const urls = environments.flatMap(({ hosts, emulators }) => [
      ...hosts.map(({ url }) => url),
      ...Object.values(emulators).map(({ url }) => url),
    ]);
    expect(urls).toHaveLength(4 + 3 * 6);
    expect(new Set(urls).size).toBe(urls.length);
  });

  test('gives all its hosts the same keys, also one that replaces a killed one', async () => {
    const [first, second] = pair.hosts;
    expect(first?.keys).toEqual(second?.keys);
    await first?.kill();
    const third = await pair.addHost();
    expect(third.keys).toEqual(second?.keys);
    const answer = await fetch(`${third.url}/api/other?code=${third.keys.functions.other?.default}`);
    expect(answer.status).toBe(200);
  });

  test('ends what it has started if a later step fails', async () => {
    let numeraiUrl = '';
    const failing = startEnvironment({
      host: { appFolder: join(HOST_APP, 'unbuilt') },
      runtime: (surroundings) => {
        numeraiUrl = surroundings.numeraiUrl;
        return new SimulatedRuntime({ clock: systemClock });
      },
    });
    await expect(failing).rejects.toThrow('Worker was unable to load entry point');
    await expect(fetch(numeraiUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
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
