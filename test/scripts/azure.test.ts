// The scripts around a deployment: what they ask for, what they run, and what they never show.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consentOf, healthLines, numeraiKeys } from '../../scripts/azure/after-deploy.ts';
import { operatorKey, webhookKey } from '../../scripts/azure/app-keys.ts';
import { dataShareLines } from '../../scripts/azure/data-share.ts';
import { keyVault, neededSecrets, vaultAudience } from '../../scripts/azure/set-secrets.ts';
import { type Model, parseModels } from '../../src/lib/config/models.ts';
import { secretNamesOf, settingOfSecret } from '../../src/lib/config/secret-names.ts';
import type { Finding } from '../../src/lib/operations/one-cause.ts';
import { cli } from './cli.ts';

const APP = { name: 'func-numerai', resourceGroup: 'rg-numerai', url: 'https://app.example' };

const DEFAULTS = { file: 'models.json', containerLocation: 'eastus', containerIdentityId: undefined };
const { models: MODELS, jobs: JOBS } = parseModels(
  JSON.stringify({
    models: [
      {
        name: 'old',
        numeraiModels: ['old'],
        tournament: 'classic',
        container: { group: 'my-group' },
      },
      {
        name: 'new',
        numeraiModels: ['new'],
        tournament: 'classic',
        container: {
          image: 'docker.io/someone/image:1',
          secrets: {
            NUMERAI_PUBLIC_ID: 'second-id',
            NUMERAI_SECRET_KEY: 'second-key',
            TOKEN: 'token',
          },
          registry: { server: 'docker.io', username: 'someone', passwordSecret: 'hub' },
          volumes: [{ mountPath: '/models', share: 'models', account: 'mystorage', accountKeySecret: 'files-key' }],
        },
        lastResort: { image: 'docker.io/someone/quick:1', minutes: 4, secrets: { KEY: 'quick-key' } },
      },
    ],
    jobs: [
      {
        name: 'train',
        container: {
          image: 'ghcr.io/someone/train:1',
          secrets: { TOKEN: 'token', WAREHOUSE: 'warehouse-password' },
          registry: { server: 'ghcr.io', username: 'someone', passwordSecret: 'ghcr' },
          volumes: [{ mountPath: '/out', share: 'models', account: 'other', accountKeySecret: 'other-key' }],
        },
      },
      { name: 'own', container: { group: 'own' } },
    ],
  }),
  DEFAULTS,
);

/** A key vault over HTTP that knows these secrets, and first refuses so many calls. */
async function vaultWith(secrets: Map<string, string>, refusals = 0) {
  let left = refusals;
  const server = createServer(async (request, response) => {
    const name = /^\/secrets\/([\w-]+)\?api-version=/.exec(request.url ?? '')?.[1] ?? '';
    let body = '';
    for await (const chunk of request) body += chunk;
    const refused = request.headers.authorization !== 'Bearer token' || left-- > 0;
    if (!refused && request.method === 'PUT') secrets.set(name, JSON.parse(body).value);
    response.statusCode = refused ? 403 : secrets.has(name) ? 200 : 404;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return `http://127.0.0.1:${port}`;
}

test('every secret that the app will read is asked for once, with what it is for', () => {
  const needed = neededSecrets([...MODELS, ...JOBS], {
    alertWebhooks: 'discord:alert-discord, slack:hub',
    heartbeatUrl: 'beat',
  });
  expect(needed.map(({ name }) => name)).toEqual([
    'numerai-public-id',
    'numerai-secret-key',
    'second-id',
    'second-key',
    'token',
    'hub',
    'files-key',
    'quick-key',
    'warehouse-password',
    'ghcr',
    'other-key',
    'alert-discord',
    'beat',
  ]);
  const purposes = new Map(needed.map(({ name, purpose }) => [name, purpose]));
  expect(purposes.get('hub')).toBe('password of someone at docker.io');
  expect(purposes.get('token')).toBe('TOKEN in the container of model new');
  expect(purposes.get('warehouse-password')).toBe('WAREHOUSE in the container of job train');
  expect(purposes.get('files-key')).toBe('key of the storage account mystorage');
  expect(neededSecrets(MODELS, {}).map(({ name }) => name)).not.toContain('alert-discord');
});

test.each<[string, object, readonly string[]]>([
  [
    'a Container Apps job that is made',
    {
      containerAppsJob: {
        image: 'ghcr.io/a/b:1',
        secrets: { PRICES: 'prices-key' },
        registry: { server: 'ghcr.io', username: 'a', passwordSecret: 'ghcr' },
      },
    },
    ['prices-key', 'ghcr'],
  ],
  ['a Container Apps job that exists', { containerAppsJob: 'own-job' }, []],
  [
    'a command of Machine Learning',
    {
      machineLearning: { workspace: 'ml', compute: 'cpu', environment: 'a:1', command: 'run' },
      secrets: { PRICES: 'prices-key' },
    },
    ['prices-key'],
  ],
  ['a batch endpoint', { machineLearning: { workspace: 'ml', batchEndpoint: 'score' } }, []],
])('the secrets of %s are asked for', (_, container, expected) => {
  const file = JSON.stringify({ models: [{ name: 'mine', tournament: 'classic', container }] });
  const { models } = parseModels(file, DEFAULTS);
  const needed = neededSecrets(models, {});
  expect(needed.map(({ name }) => name)).toEqual(expected);
  expect(expected).toEqual(models.flatMap(secretNamesOf));
  for (const { purpose } of needed)
    expect(purpose).toMatch(/in the container of model mine$|^password of a at ghcr\.io$/);
});

test('the key of the account is asked for only where Numerai is asked about a model', () => {
  const namesOf = (model: Model) => neededSecrets([model], {}).map(({ name }) => name);
  const [model] = MODELS;
  if (model === undefined) throw new Error('There are models.');
  expect(namesOf(model)).toEqual(['numerai-public-id', 'numerai-secret-key']);
  expect(namesOf({ ...model, numeraiModels: [] })).toEqual([]);
});

test('where nobody can be asked, a secret comes from the variable of its name', () => {
  expect(settingOfSecret('numerai-public-id')).toBe('NUMERAI_PUBLIC_ID');
});

test('where there is a share for data, it is told how to copy a file into it, and what a container needs', () => {
  expect(dataShareLines({})).toEqual([]);
  expect(dataShareLines({ DATA_SHARE_NAME: '', DATA_SHARE_ACCOUNT: '' })).toEqual([]);
  const lines = dataShareLines({
    DATA_SHARE_NAME: 'models',
    DATA_SHARE_ACCOUNT: 'stdata1',
    DATA_SHARE_KEY_SECRET: 'data-share-key',
  });
  expect(lines).toContain('  az storage file upload --account-name stdata1 --share-name models --source model.pkl');
  const container = JSON.parse(`{"image":"docker.io/a/b:1",${lines.at(-1)}}`);
  const file = { models: [{ name: 'a', tournament: 'classic', container }] };
  expect(parseModels(JSON.stringify(file), DEFAULTS).models[0]?.container).toMatchObject({
    volumes: [{ mountPath: '/models', share: 'models', account: 'stdata1', accountKeySecret: 'data-share-key' }],
  });
});

test('a secret goes to the vault, and a role that is on its way is waited for', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => void vi.restoreAllMocks());
  const secrets = new Map([['old', 'x']]);
  const vault = keyVault(await vaultWith(secrets, 2), 'token', { attempts: 5, seconds: 0.01 });
  expect(await vault.has('old')).toBe(true);
  expect(await vault.has('new')).toBe(false);
  await vault.set('new', 'value "with quotes"');
  expect(secrets.get('new')).toBe('value "with quotes"');
});

test('a vault that lets nobody in is named, with the role that is missing', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => void vi.restoreAllMocks());
  const vault = keyVault(await vaultWith(new Map(), 99), 'token', { attempts: 2, seconds: 0.01 });
  const failure = await vault.set('name', 'very-secret').catch((error: Error) => error.message);
  expect(failure).toContain('Key Vault Secrets Officer');
  expect(failure).not.toContain('very-secret');
});

test('a token is asked for with the audience of the cloud that the vault is in', () => {
  expect(vaultAudience('https://kv-1.vault.azure.net')).toBe('https://vault.azure.net');
  expect(vaultAudience('https://kv-1.vault.azure.cn/')).toBe('https://vault.azure.cn');
});

test('the key for Numerai is that of the function `webhook`', async () => {
  const { az, commands } = cli({ 'function keys list': '{"default":"webhook-key"}' });
  expect(await webhookKey(az, APP)).toBe('webhook-key');
  expect(commands[0]).toContain('--function-name webhook');
});

test('the key for people is a host key of its own, made once', async () => {
  const present = cli({
    'keys list': '{"functionKeys":{"default":"d","operator":"o"},"masterKey":"m"}',
  });
  expect(await operatorKey(present.az, APP)).toBe('o');
  expect(present.commands).toHaveLength(1);

  const absent = cli({ 'keys list': '{"functionKeys":{"default":"d"},"masterKey":"m"}' });
  const made = await operatorKey(absent.az, APP);
  expect(made.length).toBeGreaterThan(40);
  expect(absent.commands[1]).toContain(`--key-name operator --key-value=${made}`);
});

test.each([
  ['yes', true],
  ['Y', true],
  ['no', false],
  ['', undefined],
  ['perhaps', undefined],
  [undefined, undefined],
])('consent: %s is %s', (answer, meaning) => {
  expect(consentOf(answer)).toBe(meaning);
});

test('what the health found is shown, and what is not understood is shown as it is', () => {
  const good: Finding = { dependency: 'Table Storage', ok: true, problem: null, remedy: null };
  const bad: Finding = {
    dependency: 'secret numerai-public-id',
    ok: false,
    problem: 'There is no such secret.',
    remedy: 'Set it.',
  };
  expect(healthLines({ status: 'error', findings: [good, bad] })).toEqual([
    '✓ Table Storage',
    '✗ secret numerai-public-id: There is no such secret. Set it.',
  ]);
  expect(healthLines('strange')).toEqual(['"strange"']);
});

test('registering is given the API key of every model, from the environment or from the vault', async () => {
  const { az, commands } = cli({ 'second-key': 'from the vault', 'numerai-': 'usual' });
  const keys = await numeraiKeys(az, MODELS, { KEY_VAULT_NAME: 'kv', SECOND_ID: 'given' });
  expect(keys).toEqual({
    NUMERAI_PUBLIC_ID: 'usual',
    NUMERAI_SECRET_KEY: 'usual',
    SECOND_ID: 'given',
    SECOND_KEY: 'from the vault',
  });
  expect(commands).toHaveLength(3);
});
