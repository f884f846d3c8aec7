// Settings and models.json: everything that is wrong is reported at once, with its key, what it got and what it
// wants; and what is left out has the defaults of the design.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelsJsonSchema } from '../../scripts/schema.ts';
import { type App, createApp } from '../../src/app.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { ConfigurationError } from '../../src/lib/util/errors.ts';
import { groupNamed, openFrontDoor, problemOf } from './front-door.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SETTINGS = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-4333-8444-555555555555',
  CONTAINER_RESOURCE_GROUP: 'my-containers',
  CONTAINER_LOCATION: 'westus2',
  AzureWebJobsStorage__tableServiceUri: 'https://account.table.core.windows.net/',
};
const MODEL = { name: 'mine', tournament: 'classic', container: { image: 'example.org/a:1' } };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const create = (environment: Record<string, string>): App =>
  createApp({ environment, clock: systemClock, random: Math.random, fetch, appFolder: folder });

async function appOf(settings: Record<string, string> = {}, models: unknown = { models: [MODEL] }): Promise<App> {
  const text = typeof models === 'string' ? models : JSON.stringify(models);
  await writeFile(join(folder, 'models.json'), text);
  return create({ ...SETTINGS, ...settings });
}

/** The faults, each as `key: got …; expected …`. */
async function faultsOf(...args: Parameters<typeof appOf>): Promise<string[]> {
  try {
    await appOf(...args);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { key, got, expected } of error.faults) {
      expect(error.message).toContain(`- ${key}: got ${got}; expected ${expected}.`);
    }
    return error.faults.map(({ key, got, expected }) => `${key}: got ${got}; expected ${expected}`);
  }
  return [];
}

/** How many values a JSON text holds. */
function countOf(text: string): number {
  let count = 0;
  JSON.parse(text, (_key, value) => {
    count += 1;
    return value;
  });
  return count;
}

describe('settings', () => {
  test('have the defaults of the design where they are left out or empty', async () => {
    const { settings } = await appOf({ KEY_VAULT_URL: '', LOG_LEVEL: '' });
    expect(settings).toMatchObject({
      resourceManagerUrl: 'https://management.azure.com',
      numeraiUrl: 'https://api-tournament.numer.ai',
      keyVaultUrl: undefined,
      tables: { kind: 'identity', url: 'https://account.table.core.windows.net' },
      modelsFile: 'models.json',
      webhookBudgetSeconds: 10,
      fallbackGraceMinutes: 10,
      historyDays: 400,
      alertBeforeCloseMinutes: 20,
      alertWebhooks: [],
      publicUrl: undefined,
      hasManagedIdentity: false,
      logLevel: 'info',
    });
  });

  test('take a connection string where there is no endpoint', async () => {
    const { settings } = await appOf({
      AzureWebJobsStorage__tableServiceUri: '',
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    });
    expect(settings.tables).toEqual({
      kind: 'connection-string',
      connectionString: 'UseDevelopmentStorage=true',
    });
  });

  test.each([
    ['PUBLIC_URL', 'https://mine.example/', 'https://mine.example'],
    ['WEBSITE_HOSTNAME', 'mine.azurewebsites.net', 'https://mine.azurewebsites.net'],
    ['WEBSITE_HOSTNAME', 'localhost:7071', 'http://localhost:7071'],
  ])('make links from %s %s', async (name, value, url) => {
    expect((await appOf({ [name]: value })).settings.publicUrl).toBe(url);
  });

  test.each([
    ['AZURE_SUBSCRIPTION_ID', 'mine', '`mine`; expected the id of a subscription'],
    ['AZURE_SUBSCRIPTION_ID', '', 'nothing; expected the id of a subscription'],
    ['CONTAINER_RESOURCE_GROUP', '', 'nothing; expected the name of the resource group'],
    ['CONTAINER_RESOURCE_GROUP', 'a b', '`a b`; expected the name of the resource group'],
    ['CONTAINER_LOCATION', 'West US 2', '`West US 2`; expected a region'],
    ['CONTAINER_IDENTITY_ID', 'me', '`me`; expected the resource id'],
    ['AZURE_CLIENT_ID', 'me', '`me`; expected the client id'],
    ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'x', '`x`; expected the URL of Azure Resource Manager'],
    ['KEY_VAULT_URL', 'vault', '`vault`; expected the URL of a key vault'],
    ['AzureWebJobsStorage__tableServiceUri', 'ftp://x', '`ftp://x`; expected the URL of a table'],
    ['AzureWebJobsStorage__tableServiceUri', '', 'nothing; expected the URL of a table endpoint'],
    ['AzureWebJobsStorage', 'a-key', 'a value that is not shown; expected a connection string'],
    ['NUMERAI_API_URL', 'numerai', "`numerai`; expected the URL of Numerai's API"],
    ['MODELS_FILE', 'none.json', '`none.json` (ENOENT'],
    ['WATCH_SCHEDULE', 'often', '`often`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '5', '`5`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', 'a b c d e f', '`a b c d e f`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', '99 * * * * *', '`99 * * * * *`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', '0 0 24 * * *', '`0 0 24 * * *`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '*/0 * * * *', '`*/0 * * * *`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '0 0 0 0 * *', '`0 0 0 0 * *`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '0 0 0 * * Son', '`0 0 0 * * Son`; expected an NCRONTAB expression'],
    ['FALLBACK_GRACE_MINUTES', ' ', '` `; expected a number of minutes'],
    ['FALLBACK_GRACE_MINUTES', '0x10', '`0x10`; expected a number of minutes'],
    ['HISTORY_DAYS', '1e2', '`1e2`; expected a number of days'],
    ['WEBHOOK_BUDGET_SECONDS', 'ten', '`ten`; expected a number of seconds'],
    ['WEBHOOK_BUDGET_SECONDS', '0', '`0`; expected at least 1'],
    ['WEBHOOK_BUDGET_SECONDS', '31', '`31`; expected at most 30'],
    ['FALLBACK_GRACE_MINUTES', '-1', '`-1`; expected at least 0'],
    ['HISTORY_DAYS', '6', '`6`; expected at least 7'],
    ['ALERT_BEFORE_CLOSE_MINUTES', '0', '`0`; expected at least 1'],
    ['ALERT_WEBHOOKS', 'discord', 'a value that is not shown; expected pairs such as'],
    ['ALERT_WEBHOOKS', 'mail:x', 'a value that is not shown; expected pairs such as'],
    ['ALERT_WEBHOOKS', 'discord:https://d.example/api/key', 'a value that is not shown; expected'],
    ['DASHBOARD_LINKS', 'https://d.example?key=x', '`https://d.example?…`; expected pairs such as'],
    ['PUBLIC_URL', 'mine', '`mine`; expected the URL under which the app is reached'],
    ['LOG_LEVEL', 'loud', '`loud`; expected one of fatal, error'],
  ])('tell what is wrong with %s "%s"', async (name, value, says) => {
    expect(await faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name}: got ${says}`)]);
  });

  test.each([
    '0 */5 * * * *',
    '*/2 * * * *',
    '59 59 23 31 12 6',
    '0 0,30 9-17/2 1-15 Jan-MAR mon-Friday',
    '00 05 07 01 01 SUN',
  ])('take the schedule "%s"', async (schedule) => {
    expect(await faultsOf({ WATCH_SCHEDULE: schedule })).toEqual([]);
  });

  test.each([
    ['KEY_VAULT_URL', 'htp://user:topsecret@vault'],
    ['KEY_VAULT_URL', 'https://user:topsecret@name.vault.azure.net'],
    ['KEY_VAULT_URL', 'user:top/secret?topsecret@vault'],
    ['PUBLIC_URL', 'https://mine.example/?code=topsecret'],
    ['PUBLIC_URL', 'mine.example#topsecret'],
    ['AzureWebJobsStorage__tableServiceUri', 'https://account.table.core.windows.net?sig=topsecret'],
    ['ALERT_WEBHOOKS', 'discord.com/api/webhooks/1/topsecret'],
    ['ALERT_WEBHOOKS', 'discord:alert,slack:https:hooks.slack.com/services/topsecret'],
    ['CONTAINER_RESOURCE_GROUP', 'DefaultEndpointsProtocol=https;AccountKey=topsecret'],
  ])('never quote what may be a secret: %s "%s"', async (name, value) => {
    const faults = await faultsOf({ [name]: value });
    expect(faults).toEqual([expect.stringContaining(`${name}: got `)]);
    expect(faults.join()).not.toContain('secret@');
    expect(faults.join()).not.toContain('topsecret');
  });

  test('tell all faults at once', async () => {
    const faults = await faultsOf({
      AZURE_SUBSCRIPTION_ID: 'x',
      CONTAINER_RESOURCE_GROUP: '',
      KEY_VAULT_URL: 'x',
      LOG_LEVEL: 'x',
      WEBHOOK_BUDGET_SECONDS: 'x',
      AzureWebJobsStorage__tableServiceUri: '',
    });
    expect(faults.map((fault) => fault.replace(/:.*/s, '')).sort()).toEqual([
      'AZURE_SUBSCRIPTION_ID',
      'AzureWebJobsStorage__tableServiceUri',
      'CONTAINER_RESOURCE_GROUP',
      'KEY_VAULT_URL',
      'LOG_LEVEL',
      'WEBHOOK_BUDGET_SECONDS',
    ]);
  });
});

describe('models.json', () => {
  test('has the defaults of the design where something is left out', async () => {
    const { models } = await appOf();
    expect(models).toEqual([
      {
        name: 'mine',
        numeraiModelId: null,
        numeraiModelName: null,
        numeraiKeys: { publicId: 'numerai-public-id', secretKey: 'numerai-secret-key' },
        tournament: 'classic',
        container: {
          kind: 'image',
          image: 'example.org/a:1',
          command: null,
          cpu: 1,
          memoryGB: 1.5,
          env: {},
          secrets: {},
          registry: null,
          locations: ['westus2'],
        },
        timeoutMinutes: 60,
        maxAttempts: 3,
        fallback: true,
      },
    ]);
  });

  test("asks Numerai with the container's own keys, unless it names others", async () => {
    const secrets = { NUMERAI_PUBLIC_ID: 'my-id', NUMERAI_SECRET_KEY: 'my-key' };
    const container = { ...MODEL.container, secrets };
    const numeraiKeys = { publicId: 'a', secretKey: 'b' };
    const { models } = await appOf(
      {},
      {
        models: [
          { ...MODEL, container },
          { ...MODEL, name: 'other', container, numeraiKeys },
        ],
      },
    );
    expect(models.map((model) => model.numeraiKeys)).toEqual([{ publicId: 'my-id', secretKey: 'my-key' }, numeraiKeys]);
  });

  const container = (more: object) => ({ ...MODEL, container: { ...MODEL.container, ...more } });
  const registry = (more: object) => container({ registry: { server: 'example.org', ...more } });
  test.each<[string, unknown, string]>([
    ['no list', {}, 'models.json: models: got nothing; expected a list of models'],
    ['an empty list', { models: [] }, 'models: got a list of 0; expected at least one model'],
    ['a key at the top', { models: [MODEL], more: 1 }, 'more: got a key that is not known'],
    ['a list at the top', [MODEL], 'models.json: the whole file: got a list of 1; expected an object with `models`'],
    ['half of JSON', '{"models": [', 'models.json: got'],
    ['null', 'null', 'the whole file: got `null`; expected an object with `models`'],
    ['a number', '5', 'the whole file: got `5`; expected an object with `models`'],
    ['no model', { models: [null] }, 'models[0]: got `null`; expected an object: a model'],
    ['a text for a model', { models: ['x'] }, 'models[0]: got `"x"`; expected an object: a model'],
  ])('tells what is wrong with %s', async (_what, content, says) => {
    expect(await faultsOf({}, content)).toEqual([expect.stringContaining(says)]);
  });

  test.each<[string, object, string]>([
    ['no name', { ...MODEL, name: undefined }, '.name: got nothing; expected a name'],
    ['capitals', { ...MODEL, name: 'Mine' }, '.name: got `"Mine"`; expected a name of'],
    ['a hyphen at the end', { ...MODEL, name: 'mine-' }, '.name: got `"mine-"`; expected a name'],
    ['two hyphens', { ...MODEL, name: 'a--b' }, '.name: got `"a--b"`; expected a name'],
    ['variables in a list', container({ env: [] }), '.container.env: got a list of 0; expected an object of variables'],
    [
      'a command in one',
      container({ command: 'python x' }),
      '.container.command: got a text of 8 characters; expected a list of words',
    ],
    ['a long name', { ...MODEL, name: 'x'.repeat(37) }, 'expected at most 36 characters'],
    ['a tournament', { ...MODEL, tournament: 'chess' }, '.tournament: got `"chess"`; expected one'],
    ['no container', { ...MODEL, container: undefined }, '.container: got nothing; expected either'],
    ['both kinds', container({ group: 'x' }), '.container: got an object with the keys `["image","group"]`'],
    ['no kind', { ...MODEL, container: {} }, '.container: got an object with the keys `[]`; expected either `group`'],
    ['a group', { ...MODEL, container: { group: 'A' } }, '.container.group: got `"A"`; expected'],
    ['an image', container({ image: 'a b' }), '.container.image: got `"a b"`; expected the name'],
    ['an empty image', container({ image: '' }), '.container.image: got `""`'],
    ['a command', container({ command: [] }), '.container.command: got a list of 0; expected at least one'],
    ['no cores', container({ cpu: 0 }), '.container.cpu: got `0`; expected more than 0'],
    ['cores as text', container({ cpu: '2' }), '.container.cpu: got `"2"`; expected a number'],
    ['memory', container({ memoryGB: 999 }), '.container.memoryGB: got `999`; expected at most 240'],
    ['a variable', container({ env: { 'A-B': 'x' } }), 'expected the name of an environment variable'],
    ['its value', container({ env: { A: 1 } }), '.container.env.A: got a number; expected a string'],
    ['a variable of ours', container({ env: { TRIGGER_ID: 'x' } }), 'the app sets this one'],
    ['a secret of ours', container({ secrets: { RUN_ID: 'x' } }), 'the app sets this one'],
    ['a secret', container({ secrets: { A: 'a_b' } }), '.container.secrets.A: got a text of 3 characters; expected'],
    [
      'a variable in both',
      container({ env: { A: 'x' }, secrets: { A: 'x' } }),
      '.container.secrets.A: got a text of 1 characters; expected a variable that is not in `env` as well',
    ],
    ['a region', container({ locations: ['West'] }), '.container.locations[0]: got `"West"`'],
    ['half a login', registry({ username: 'me' }), '`username` and `passwordSecret` together'],
    [
      'two ways in',
      registry({ username: 'me', passwordSecret: 'p', identity: 'i' }),
      'either `username` and `passwordSecret`, or `identity`',
    ],
    ['no way in', registry({}), 'expected a `username` or an `identity` (or'],
    ['no time', { ...MODEL, timeoutMinutes: 0 }, '.timeoutMinutes: got `0`; expected at least 1'],
    ['attempts', { ...MODEL, maxAttempts: 1.5 }, '.maxAttempts: got `1.5`; expected a whole number'],
    ['a fallback', { ...MODEL, fallback: 'yes' }, '.fallback: got `"yes"`; expected true or false'],
    ['a misspelt key', { ...MODEL, timeout: 5 }, '.timeout: got a key that is not known'],
    ['a misspelt part', container({ memory: 5 }), '.container.memory: got a key that is not known'],
  ])('tells what is wrong with %s', async (_what, model, says) => {
    const faults = await faultsOf({}, { models: [model] });
    expect(faults).toEqual([expect.stringContaining(says)]);
    expect(faults[0]).toMatch(/^models\.json: models\[0\]\./);
  });

  const secret = 'P@ssw0rd!hunter2';
  test.each<[string, unknown, string]>([
    ['secrets', container({ secrets: { A: secret } }), 'container.secrets.A: got a text of 16 characters'],
    ['secrets in a list', container({ secrets: [secret] }), 'container.secrets: got a list of 1'],
    ['a secret that is an object', container({ secrets: { A: { B: secret } } }), 'got an object with the keys `["B"]`'],
    ['a password', registry({ username: 'me', passwordSecret: secret }), 'registry.passwordSecret: got a text of 16'],
    ['a whole login', container({ registry: `me:${secret}@example.org` }), 'registry: got a text of 31 characters'],
    [
      'an API key',
      { ...MODEL, numeraiKeys: { publicId: 'a', secretKey: secret } },
      'numeraiKeys.secretKey: got a text',
    ],
    ['a variable of a bad name', container({ env: { 'A-B': secret } }), 'container.env.A-B: got a text of 16'],
    ['a variable with its value', container({ env: { [`A=${secret}`]: '' } }), 'container.env.A=…: got a text of 0'],
    ['variables as a text', container({ env: `A=${secret}` }), 'container.env: got a text of 18 characters'],
    ['an argument', container({ command: `submit --key ${secret}` }), 'container.command: got a text of 29'],
    ['a container of both kinds', container({ group: 'a', env: { A: secret } }), 'keys `["image","group","env"]`'],
    ['a model that is a list', [{ env: { A: secret } }], 'models[0]: got a list of 1'],
  ])('tells the place and the kind, and not the value, of what may be a secret: %s', async (_what, model, says) => {
    const faults = await faultsOf({}, { models: [model] });
    expect(faults).toEqual([expect.stringContaining(says)]);
    expect(faults[0]).not.toContain('hunter2');
  });

  test('is not quoted where it is not JSON', async () => {
    expect(await faultsOf({}, '{"models":[{"env":{"A": hunter2}}]}')).toEqual([
      "models.json: got Unexpected token 'h'; expected valid JSON",
    ]);
  });

  test('tells where a region or a group is missing, or is had twice', async () => {
    expect(await faultsOf({ CONTAINER_LOCATION: '' })).toEqual([
      expect.stringContaining('models[0].container.locations: got nothing; expected at least one'),
    ]);
    const group = (name: string) => ({ ...MODEL, name, container: { group: 'same' } });
    expect(await faultsOf({}, { models: [group('a'), group('b'), MODEL, MODEL] })).toEqual([
      expect.stringContaining('models[1].container.group: got `"same"`; expected a container group of its own'),
      expect.stringContaining('models[3].name: got `"mine"`; expected a name of its own'),
    ]);
  });

  test('tells which Numerai model stands in two entries; a name is one of its tournament', async () => {
    const entry = (name: string, more: object) => ({ ...MODEL, name, ...more });
    const models = [
      entry('a', { numeraiModelName: 'same' }),
      entry('b', { numeraiModelName: 'same', tournament: 'signals' }),
      entry('c', { numeraiModelName: 'same' }),
      entry('d', { numeraiModelId: 'one' }),
      entry('e', { numeraiModelId: 'one', tournament: 'crypto' }),
      entry('one', {}),
    ];
    expect(await faultsOf({}, { models })).toEqual([
      expect.stringContaining('models[2].numeraiModelName: got `"same"`; expected a Numerai model of its own'),
      expect.stringContaining('models[4].numeraiModelId: got `"one"`; expected a Numerai model of its own'),
    ]);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty'])('takes a secret for the variable %s', async (name) => {
    expect(await faultsOf({}, { models: [container({ secrets: { [name]: 'a' } })] })).toEqual([]);
  });

  test('may start with a byte order mark', async () => {
    expect(await faultsOf({}, `\uFEFF${JSON.stringify({ models: [MODEL] })}`)).toEqual([]);
  });

  test('says what is expected at every place, whatever stands there', async () => {
    const model = {
      ...MODEL,
      numeraiModelId: 'a',
      numeraiModelName: 'b',
      numeraiKeys: { publicId: 'a', secretKey: 'b' },
      container: {
        image: 'a',
        command: ['a'],
        cpu: 1,
        memoryGB: 1,
        env: { A: 'a' },
        secrets: { B: 'b' },
        registry: { server: 'a', username: 'b', passwordSecret: 'c' },
        locations: ['a'],
      },
      timeoutMinutes: 1,
      maxAttempts: 1,
      fallback: true,
    };
    const text = JSON.stringify({ $schema: 'x', models: [model] });
    // Each value is replaced in turn, by the order in which JSON.parse meets them.
    const count = countOf(text);
    const faults: string[] = [];
    for (let place = 0; place < count; place += 1) {
      for (const junk of [null, 5, 'Ä', [], [[]], {}, false]) {
        let met = 0;
        const content = JSON.parse(text, (_key, value) => (met++ === place ? junk : value));
        faults.push(...(await faultsOf({}, JSON.stringify(content))));
      }
    }
    expect(faults.length).toBeGreaterThan(5 * count);
    expect(faults.filter((fault) => fault.includes('Invalid'))).toEqual([]);
  });

  test('tells all faults at once', async () => {
    const models = [
      { ...MODEL, name: 'A B' },
      container({ cpu: -1, memoryGB: 'much' }),
      { ...MODEL, name: 'third', tournament: 'chess', timeoutMinutes: 0 },
    ];
    expect((await faultsOf({}, { models })).map((fault) => fault.replace(/: got.*/s, ''))).toEqual([
      'models.json: models[0].name',
      'models.json: models[1].container.cpu',
      'models.json: models[1].container.memoryGB',
      'models.json: models[2].tournament',
      'models.json: models[2].timeoutMinutes',
    ]);
  });
});

describe('an app whose configuration is wrong', () => {
  test('says so in its log and in every answer, with all faults, and is not healthy', async () => {
    const door = await openFrontDoor({
      models: [groupNamed('Not A Name'), { ...MODEL, numeraiKeys: { publicId: 'hunter2!', secretKey: 'hunter2!' } }],
      settings: { LOG_LEVEL: '' },
    });
    const health = await door.call('/api/health');
    expect([health.status, health.text]).toEqual([503, '{"status":"error"}']);
    const called = await door.call('/api/webhook/mine', { method: 'POST' });
    expect(problemOf(called, 500)).toContain('/api/health?deep=1');
    expect(called.text).not.toMatch(/faults|Not A Name/);
    const page = await door.call('/api/dashboard-page');
    expect(page.text).toContain('Got a text of 8 characters.');
    expect(page.text).not.toContain('hunter2');
    for (const [path, method] of [
      ['/api/status', 'GET'],
      ['/api/runs', 'GET'],
      ['/api/health?deep=1', 'GET'],
    ] as const) {
      const answer = await door.call(path, { method });
      const detail = problemOf(answer, 500);
      expect(detail).toContain('models[0].name: got `"Not A Name"`');
      expect(answer.text).not.toContain('hunter2');
      expect(JSON.parse(answer.text).faults.length).toBeGreaterThan(1);
    }
    const output = door.environment.host.output.join('\n');
    expect(output).toContain('models[0].container.group: got `"Not A Name"`');
    expect(output).not.toContain('hunter2');
    expect((await door.environment.host.runTimer('watcher')).succeeded).toBe(false);
  });
});

describe('models.schema.json', () => {
  test('is what the validator says (npm run schema writes it anew)', async () => {
    expect(await readFile(join(ROOT, 'models.schema.json'), 'utf8')).toBe(modelsJsonSchema());
  });
});
