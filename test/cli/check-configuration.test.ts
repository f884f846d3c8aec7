// `numerai check` without a network: all that is wrong at once, nothing in good files, and what a deployment does of it.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkConfiguration } from '../../cli/check/configuration.ts';
import { lineOf } from '../../cli/check/finding.ts';
import { requireNoFaults } from '../../cli/check/require-no-faults.ts';
import {
  check,
  container,
  faultsOf,
  fileOf,
  folder,
  GUID,
  identityIn,
  imaged,
  model,
  SUBSCRIPTION,
} from './checked-file.ts';
import { numerai } from './command-line.ts';

const MISTAKES = readFileSync(new URL('../fixtures/check/thirty-mistakes.json', import.meta.url), 'utf8');

const SETTINGS = {
  AZURE_ENV_NAME: 'numerai prod.',
  AZURE_LOCATION: 'westeurop',
  AZURE_SUBSCRIPTION_ID: 'mine',
  DAILY_LOG_QUOTA_GB: '0,1',
  EXISTING_STORAGE_ACCOUNT_NAME: 'mystorage',
  ALERT_WEBHOOKS: 'https://discord.com/api/webhooks/1/very-secret',
};

test('finds each of more than thirty mistakes at once, with its line, its model and what to do', async () => {
  const { code, out } = await check(MISTAKES, SETTINGS);
  expect(code).toBe(1);
  for (const expected of [
    /:3: model: got a key that is not known\. Expected: none of that name/,
    /:6: models\[0\]\.name of model Nightly_LGBM: .*lower-case letters/,
    /:7: models\[0\]\.tournament .*one of classic, signals, crypto/,
    /:9: models\[0\]\.timeoutMinutes .*got `"60"`/,
    /:11: models\[0\]\.container\.image .*without `https:\/\/`/,
    /:12: models\[0\]\.container\.cpu .*at most 2 decimals/,
    /:13: models\[0\]\.container\.memory .*a key that is not known/,
    /:14: models\[0\]\.container\.env\.NUMERAI_SECRET_KEY .*Numerai's API keys, in plain text.*"secrets"/,
    /:20: models\[1\]\.tournament of model ensemble: it stands twice/,
    /:22: models\[1\]\.container\.image .*no capitals but in its tag/,
    /:24: models\[1\]\.container\.maxMemoryGB .*at least memoryGB/,
    /:25: models\[1\]\.container\.registry\.server .*without `https:\/\/`/,
    /:25: models\[1\]\.container\.registry .*`username` and `passwordSecret` together/,
    /:26: models\[1\]\.container\.locations\[0\] .*got `"westus9"`/,
    /:28: models\[1\]\.lastResort\.cpu .*at most 4 with the priority Spot/,
    /:33: models\[2\]\.numeraiKeys\.publicId of model by-identity: .*Numerai's API keys.*the name of the secret/,
    /:36: models\[2\]\.container\.identity .*the resource id of a user-assigned identity/,
    /:37: models\[2\]\.container\.registry\.server .*the registry of the image, which is mine\.azurecr\.io/,
    /:39: models\[2\]\.container\.env\.A2345\S+ .*at most 63/,
    /:40: models\[2\]\.container\.env\.TRIGGER_ID .*the app sets this one itself/,
    /:41: models\[2\]\.container\.env\.DB .*an address with a password in it/,
    /:43: models\[2\]\.container\.secrets\.DB .*not in `env` as well/,
    /:46: models\[3\]\.container\.group of model existing: .*single hyphens/,
    /:46: models\[3\]\.container\.cpu .*keeps what it was created with/,
    /:47: models\[4\]\.container .*got nothing\. Expected: either `group`/,
    /:47: models\[4\]\.name .*it is in models\[3\]/,
    /:47: models\[4\]\.numeraiModels\[1\] .*stands in one place only/,
    /:53: models\[5\]\.container\.command\[3\] of model mounted: .*a secret, by the name password/,
    /:55: models\[5\]\.container\.volumes\[0\]\.mountPath .*absolute/,
    /:58: models\[5\]\.maxAttempts .*at most 10/,
    /:64: jobs\[0\]\.schedule of job retrain: .*six fields/,
    /:65: jobs\[0\]\.numeraiModels .*a key that is not known/,
    /:66: jobs\[0\]\.overlap .*skip or allow/,
    /setting AZURE_ENV_NAME: got `numerai prod\.`.*no blank, and no dot at its end/,
    /setting AZURE_LOCATION: got `westeurop`/,
    /setting AZURE_SUBSCRIPTION_ID: .*a GUID/,
    /setting DAILY_LOG_QUOTA_GB: got `0,1`.*with a point/,
    /setting EXISTING_STORAGE_RESOURCE_GROUP: got nothing.*beside EXISTING_STORAGE_ACCOUNT_NAME/,
    /setting ALERT_WEBHOOKS: .*the name of a secret, not its URL/,
  ])
    expect(out).toMatch(expected);
  expect(out).not.toMatch(/hunter2|very-secret|K3YX4W|DEMO7QK/);
  const json = JSON.parse((await check(MISTAKES, SETTINGS, '--json')).out);
  expect(json).toMatchObject({ ok: false, faults: out.split('\n').filter((line) => line.startsWith('✗')).length });
  expect(json.faults).toBeGreaterThanOrEqual(39);
});

const GOOD: Readonly<Record<string, unknown>> = {
  'an existing group': { models: [model({ container: { group: 'numerai-nightly' } })] },
  'an image with everything': {
    models: [
      model({
        numeraiModels: ['my_ensemble', GUID],
        container: {
          image: 'docker.io/someone/ensemble:1.4-RC@sha256:'.concat('a'.repeat(64)),
          cpu: 2,
          memoryGB: 8,
          maxMemoryGB: 16,
          env: { LOG_LEVEL: 'info', MODEL_DIR: '/models/v2', SEED: '12345', USE_TOKENIZER: 'true' },
          secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
          registry: { server: 'index.docker.io', username: 'someone', passwordSecret: 'docker-hub-token' },
          locations: ['westus2', 'eastus'],
        },
        lastResort: { image: 'docker.io/someone/ensemble:1.4', command: ['python', 'quick.py'], minutes: 4 },
      }),
    ],
  },
  'names that sound like secrets': {
    models: [
      imaged({
        env: {
          CACHE_KEY: 'v3',
          SORT_KEY: 'era',
          TOKEN_LIMIT: '4096',
          KEY_VAULT_URL: 'https://kv-mine.vault.azure.net',
          PASSWORD_FILE: '/run/secrets/password',
          PRIMARY_KEY: 'ticker_date',
          DATA_SECRET_NAME: 'prices-key',
          TOKEN: '$TOKEN_FROM_FILE',
        },
      }),
    ],
  },
  'values that are long': {
    models: [
      imaged({
        env: {
          GIT_COMMIT: `${'c'.repeat(8)}0123456789abcdef0123456789abcdef`,
          MODEL_ID_EXTRA: GUID,
          FEATURES: 'feature_antichristian_slangiest_epyllion,feature_bicameral_showery_wallaba_2',
          DATA_URL: 'https://data.example.org/v5.0/features.parquet?version=2026-11-01',
        },
      }),
    ],
  },
  'the identity of a registry': {
    models: [
      imaged({
        image: 'mine.azurecr.io/m:1',
        registry: { server: 'mine.azurecr.io', identity: identityIn(SUBSCRIPTION, 'pull') },
        identity: identityIn(SUBSCRIPTION.toUpperCase(), 'data'),
      }),
    ],
  },
  'a registry on a port': {
    models: [
      imaged({
        image: 'registry.example.org:5000/team/m:1',
        registry: { server: 'Registry.example.org:5000', username: 'me', passwordSecret: 'pw' },
      }),
    ],
  },
  jobs: {
    models: [model()],
    jobs: [
      { name: 'retrain', schedule: '0 0 6 * * SUN', container },
      { name: 'on-request', container: { group: 'train' }, timeoutMinutes: 600 },
    ],
  },
  'volumes, Spot and a subnet': {
    models: [
      imaged({
        priority: 'Spot',
        volumes: [{ mountPath: '/models', share: 'models', account: 'mystorage', accountKeySecret: 'files-key' }],
      }),
      {
        ...imaged({
          subnet: `/subscriptions/${SUBSCRIPTION}/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
          locations: ['westeurope'],
        }),
        name: 'inside',
      },
    ],
  },
  'one name in three tournaments, a byte order mark and Windows line ends': `\uFEFF${JSON.stringify(
    {
      $schema: './models.schema.json',
      models: ['classic', 'signals', 'crypto'].map((tournament) =>
        model({ name: `m-${tournament}`, tournament, numeraiModels: ['same'] }),
      ),
    },
    null,
    2,
  ).replaceAll('\n', '\r\n')}`,
  'hundreds of models': {
    models: Array.from({ length: 300 }, (_, index) => model({ name: `m-${index}`, numeraiModels: [`slot_${index}`] })),
  },
};

test.each(Object.entries(GOOD))('finds nothing in a good file: %s', async (_what, content) => {
  const environment = {
    AZURE_ENV_NAME: 'numerai-prod_2.x',
    AZURE_LOCATION: 'westeurope',
    AZURE_SUBSCRIPTION_ID: SUBSCRIPTION,
    DAILY_LOG_QUOTA_GB: '0.1',
    MONITORING: 'true',
    BUDGET_START_DATE: '2026-11-01',
    ALERT_WEBHOOKS: 'discord:alert-discord',
  };
  expect(await faultsOf(content, environment)).toEqual([]);
  const { out } = await check(content, environment);
  expect(out).toMatch(/^✓ \d+\/models\.json: \d+ models?( and \d jobs?)? in order/);
  expect(out).toContain('No faults; 1 not checked.');
});

test('the ten good files are ten', () => expect(Object.keys(GOOD).length).toBeGreaterThanOrEqual(10));

test.each([
  ['{\n  "models": [\n    { "name": "a", }\n  ]\n}', '3: it is not JSON: a comma too many'],
  ['{\n  // mine\n  "models": []\n}', '2: it is not JSON: a comment'],
  ['', '1: it is not JSON: an empty file.'],
  [
    Buffer.from(JSON.stringify({ models: [model()] }), 'utf16le').toString('latin1'),
    '1: it is not JSON: a text in UTF-16',
  ],
])('tells the line of what is no JSON: %j', async (text, says) => {
  expect(await faultsOf(text)).toEqual([expect.stringContaining(says)]);
});

test('a deployment goes no further where something is wrong, or where the models are still the demo', async () => {
  const given = (content: unknown) => ({ file: fileOf(content), folder, environment: SETTINGS, deploys: true });
  const wrong = await checkConfiguration(given(MISTAKES));
  const print: string[] = [];
  expect(() => requireNoFaults(wrong.findings, (line) => print.push(line))).toThrow(
    /^\d\d faults, and nothing was done:\n✗ .*models\[0\]\.name of model/s,
  );
  expect(print).toEqual([]);

  const demo = JSON.parse(readFileSync(new URL('../../models.json', import.meta.url), 'utf8'));
  const environment = { AZURE_ENV_NAME: 'numerai', AZURE_LOCATION: 'eastus' };
  const { findings } = await checkConfiguration({ ...given(demo), environment });
  if (JSON.stringify(demo).includes('docker.io/numerai-demo/'))
    expect(() => requireNoFaults(findings, () => {})).toThrow("still has the demo's");

  const good = await checkConfiguration({ ...given({ models: [model()] }), environment });
  requireNoFaults(good.findings, (line) => print.push(line));
  expect(print).toEqual(good.findings.map((finding) => lineOf(finding)));
});

test('where there is no file, says what to do', async () => {
  const { code, err } = await numerai(['check', '--offline'], { MODELS_FILE: 'none.json' }, { folder });
  expect(err).toContain('There is no none.json here.');
  expect(code).toBe(2);
});
