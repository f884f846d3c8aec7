// `numerai migrate`: numerai-cli's nodes.json in, a models.json out.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseModels } from '../../src/lib/config/models.ts';
import { emptyFolder, expectNeverPrinted, numerai } from './command-line.ts';
import { onAws, onAzure, onGcp } from './nodes.ts';

const folder = emptyFolder();
const DEFAULTS = { file: 'models.json', containerLocation: 'westus2', containerIdentityId: undefined };

async function migrate(content: object | string, ...more: readonly string[]) {
  writeFileSync(join(folder, 'nodes.json'), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return numerai(['migrate', 'nodes.json', ...more], {}, { folder });
}

afterAll(() => expectNeverPrinted(['a-secret-code', 'lambda-url', 'very-secret', 'password-of-the-registry']));

const ALL = {
  ...onAws('numerai-ada_ensemble'),
  ...onAws('numerai-ada_ridge', { cpu: 4096, memory: 8192, cron: '"0 30 13 * * SUN"' }),
  ...onGcp('signals-ada_stocks'),
  ...onAzure('crypto-ada_coins', { cpu: 512 }),
};

test('nodes of one folder become one entry, whatever their provider is; the app takes the file', async () => {
  const { code, out } = await migrate(ALL);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    $schema: './models.schema.json',
    models: [
      {
        name: 'tournament-python3',
        numeraiModels: ['ada_ensemble', 'ada_ridge'],
        tournament: 'classic',
        container: {
          image: 'docker.io/you/tournament-python3:1.0',
          cpu: 4,
          memoryGB: 16,
          secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
        },
      },
      {
        name: 'ada-stocks',
        numeraiModels: ['ada_stocks'],
        tournament: 'signals',
        container: expect.objectContaining({ cpu: 2, memoryGB: 4 }),
        timeoutMinutes: 120,
      },
      {
        name: 'ada-coins',
        numeraiModels: ['ada_coins'],
        tournament: 'crypto',
        container: expect.objectContaining({ cpu: 0.5, memoryGB: 4 }),
      },
    ],
  });
  expect(parseModels(out, DEFAULTS).models.map(({ name }) => name)).toEqual([
    'tournament-python3',
    'ada-stocks',
    'ada-coins',
  ]);
});

test('standard error says what a person has to fill in', async () => {
  const { err } = await migrate(ALL);
  expect(err.split('\n')).toEqual([
    '- tournament-python3: build the image anew from /home/ada/tournament-python3, push it, and put its name in "image". numerai-cli\'s own (123456789012.dkr.ecr.us-east-1.amazonaws.com/numerai-ada_ensemble, 123456789012.dkr.ecr.us-east-1.amazonaws.com/numerai-ada_ridge) has your API key in it.',
    '- tournament-python3: one container for 2 models. Its program must submit for each of NUMERAI_MODELS, not for MODEL_ID alone; examples/submission/predict.py shows how.',
    '- tournament-python3: the schedule "0 30 13 * * SUN" of ada_ridge is left out. A model starts when its round opens; what is to run at other times is a job.',
    expect.stringMatching(/^- ada-stocks: build the image anew from \/home\/ada\/signals-python3, /),
    expect.stringMatching(/^- ada-coins: build the image anew from C:\\Users\\ada\\Crypto Model, /),
    expect.stringMatching(/^Then put it into models\.json, and `npm run numerai -- models` /),
    '',
  ]);
});

test('a program gets both in one document', async () => {
  const { out } = await migrate(ALL, '--json');
  const { file, notes } = JSON.parse(out);
  expect(parseModels(JSON.stringify(file), DEFAULTS).models).toHaveLength(3);
  expect(notes).toHaveLength(5);
});

test('a volume, and a size that not every region has, are told', async () => {
  const { err } = await migrate(onAws('numerai-big', { cpu: 16384, memory: 122880, volume: 100 }));
  expect(err).toContain('big: cpu 16 is more than every region has (4).');
  expect(err).toContain('big: memoryGB 120 is more than every region has (16).');
  expect(err).toContain(
    'big: its nodes had a volume of 100 GB. Put what was on it onto a file share ("volumes", docs/containers.md).',
  );
});

test('nodes in folders of one name, models of one name and odd names get names that the app takes', async () => {
  const { out } = await migrate({
    ...onAws('numerai-a', { path: '/x/lgbm' }),
    ...onAws('numerai-b', { path: '/x/lgbm' }),
    ...onAws('numerai-c', { path: '/y/lgbm' }),
    ...onAws('numerai-e', { path: '/y/lgbm' }),
    ...onAws('signals-f', { path: '/y/lgbm' }),
    ...onAws('classic-__', { path: 'D:\\' }),
    ...onAws('numerai-a_name_that_is_too_long_for_a_name_in_azure', { path: '/z' }),
  });
  const { models } = parseModels(out, DEFAULTS);
  expect(models.map(({ name, numeraiModels }) => [name, numeraiModels])).toEqual([
    ['lgbm', ['a', 'b']],
    ['lgbm-2', ['c', 'e']],
    ['f', ['f']],
    ['model', ['__']],
    ['a-name-that-is-too-long-for-a-name-i', ['a_name_that_is_too_long_for_a_name_in_azure']],
  ]);
});

test('what may be a secret is not shown, wherever somebody has put it', async () => {
  const { code } = await migrate({
    ...onAzure('numerai-a', {
      docker_repo: 'https://user:password-of-the-registry@registry.example/image',
      cron: 'very-secret',
      acr_login_password: 'very-secret',
    }),
  });
  expect(code).toBe(0);
});

test.each([
  ['[default]\nNUMERAI_SECRET_KEY = very-secret', 'nodes.json is not JSON.'],
  ['"very-secret"', 'nodes.json has no nodes.'],
  ['[]', 'nodes.json has no nodes.'],
  ['{}', 'nodes.json has no nodes.'],
  [
    { numerai: { NUMERAI_SECRET_KEY: 'very-secret' } },
    'nodes.json is no nodes.json of numerai-cli: provider of "numerai" is missing or wrong.',
  ],
  [
    { $schema: './models.schema.json', models: [] },
    'nodes.json is no nodes.json of numerai-cli: what it says of "$schema" is missing or wrong.',
  ],
  [onAws('numerai-a', { cpu: 'very-secret' }), 'cpu of "numerai-a" is missing or wrong.'],
  [onAws('numerai-a', { path: undefined }), 'path of "numerai-a" is missing or wrong.'],
])('%j is refused with a sentence', async (content, sentence) => {
  const { code, out, err } = await migrate(content);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(sentence);
  expect(err).toContain("Give numerai-cli's list of nodes, usually ~/.numerai/nodes.json.");
});

test('a file that is not there is named', async () => {
  const { code, err } = await numerai(['migrate', 'none.json'], {}, { folder });
  expect(code).toBe(2);
  expect(err).toBe("none.json does not exist. Give numerai-cli's list of nodes, usually ~/.numerai/nodes.json.\n");
});

test('what models.json cannot have is proposed as it was, with what the app will say of it', async () => {
  const content = {
    ...onAws('numerai-ada_slow', { timeout_minutes: 6000, memory: 512 * 1024 }),
  };
  const { code, out, err } = await migrate(content);
  expect(code).toBe(0);
  expect(JSON.parse(out).models).toHaveLength(1);
  expect(err).toContain('timeoutMinutes: the app refuses it as it is: `6000`; expected at most 2880.');
  expect(err).toMatch(/memoryGB: the app refuses it as it is: `512`; expected at most \d+\./);
});

test('a model at Numerai that two nodes submit for is named', async () => {
  const { err } = await migrate({
    ...onAws('numerai-twice', { path: '/one' }),
    ...onAws('classic-twice', { path: '/two' }),
  });
  expect(err).toMatch(/models\[1\]\.numeraiModels\S*: the app refuses it as it is/);
});

test('a byte order mark, as Windows writes one, is no part of the file; null is JSON, and has no nodes', async () => {
  const marked = await migrate(`\uFEFF${JSON.stringify(onAws('numerai-ada_ensemble'))}`);
  expect(marked.code).toBe(0);
  const { code, err } = await migrate('null');
  expect(code).toBe(2);
  expect(err).toContain('nodes.json has no nodes.');
});
