// `numerai check` against Numerai's emulator and the app: keys, slots, webhooks, deep health.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { accountFor } from '../../local/environment/demo.ts';
import { type FrontDoor, openFrontDoor } from '../functions/front-door.ts';
import { ACCOUNT_KEYS, type Ended, emptyFolder, expectNeverPrinted, nowhere, numerai } from './command-line.ts';

const container = { image: 'example.org/submission:1' };
const entry = (name: string, more: object = {}) => ({ name, tournament: 'classic', container, ...more });
const MODELS = [
  entry('one', { numeraiModels: ['first_one'] }),
  entry('stack', { numeraiModels: ['stack_one', 'stack_two'] }),
  entry('sig', { numeraiModels: ['a_signal'], tournament: 'signals' }),
];

/** An account whose key may not do all. */
const WEAK = {
  username: 'weak',
  publicId: 'WEAK2QKXW2NRJ5ZB4VHLT6MCYGAPSE3D',
  secretKey: 'WEAKSECRET',
  scopes: ['read_user_info', 'upload_submission'],
} as const;

const folder = emptyFolder();
let door: FrontDoor;

beforeAll(async () => {
  door = await openFrontDoor({
    models: MODELS,
    host: { auth: true },
    registerWebhooks: true,
    numerai: { accounts: [accountFor({ models: MODELS }), WEAK] },
  });
  for (const timer of ['watcher', 'fallback']) await door.environment.host.runTimer(timer);
});

const operatorKey = () => door.environment.host.keys.functionKeys.default ?? '';

function fileOf(models: readonly object[]): string {
  writeFileSync(join(folder, 'models.json'), JSON.stringify({ models }));
  return join(folder, 'models.json');
}

function check(
  models: readonly object[] = MODELS,
  environment: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<Ended> {
  const configured = {
    ...ACCOUNT_KEYS,
    NUMERAI_API_URL: door.environment.numerai.url,
    AZURE_FUNCTION_URL: door.environment.host.url,
    OPERATOR_KEY: operatorKey(),
    MODELS_FILE: fileOf(models),
  };
  return numerai(['check', ...args], { ...configured, ...environment }, { folder });
}

const faultsIn = ({ out }: Ended): string[] => out.split('\n').filter((line) => line.startsWith('✗'));

test('says of each thing that it is in order', async () => {
  const { code, out } = await check();
  expect(out.split('\n').map((line) => line.replace(/:.*/, ''))).toEqual(
    expect.arrayContaining([
      '✓ secrets',
      '✓ API key in NUMERAI_PUBLIC_ID and NUMERAI_SECRET_KEY',
      '✓ numeraiModels',
      '✓ webhooks',
      '✓ deep health of the app',
    ]),
  );
  expect(out).toContain('all 4 are at Numerai, each in its tournament');
  expect(code, out).toBe(0);
});

test('finds what is wrong at Numerai: tournaments, names, webhooks, one model in two places', async () => {
  const { numerai: emulator } = door.environment;
  const webhookOf = (name: string) => {
    const model = emulator.models.find((each) => each.name === name);
    if (model === undefined) throw new Error(`Numerai has no model ${name}.`);
    return model;
  };
  const stray = emulator.addModel('demo', { name: 'stray', webhook: `${door.environment.host.url}/api/webhook/gone` });
  webhookOf('stack_one').webhook = 'https://elsewhere.example/api/webhook/stack?code=very-secret';
  const double = webhookOf('first_one').id;
  const ended = await check([
    ...MODELS,
    entry('misspelt', { numeraiModels: ['First-One'] }),
    entry('of-signals', { numeraiModels: ['a_signal'] }),
    entry('double', { numeraiModels: [double] }),
    entry('alone', { numeraiModels: ['stack_three'] }),
    entry('nothing', {}),
  ]);
  webhookOf('stack_one').webhook = `${door.environment.host.url}/api/webhook/stack`;
  webhookOf(stray.name).webhook = null;
  const { code, out } = ended;
  expect(code).toBe(1);
  const faults = faultsIn(ended).join('\n');
  expect(faults).toContain('First-One of misspelt: the account has no such model. Did you mean first_one?');
  expect(faults).toContain('a_signal of of-signals: at Numerai it is of signals, and not of classic.');
  expect(faults).toContain(`first_one of one and ${double} of double: they are one model at Numerai`);
  expect(faults).toContain('stack_three of alone: the account has no such model. It has, of classic: first_one,');
  expect(faults).toMatch(/webhook of stack: Numerai has https:\/\/elsewhere\.example\S*code=…, which is not/);
  expect(faults).toContain('Register it: `npm run numerai -- register stack`.');
  expect(faults).toContain('webhook of double: Numerai has');
  expect(out).toContain('- submissions: not checked: nothing names no numeraiModels');
  expect(out).toContain('! webhook of stray at Numerai: it calls this app, and no entry');
  expect(out).toContain('! models of the app: It does not have misspelt, of-signals, double, alone, nothing');
  expect(out).not.toContain('very-secret');
});

test('finds a model without a webhook', async () => {
  const { numerai: emulator } = door.environment;
  const model = emulator.models.find(({ name }) => name === 'first_one');
  if (model === undefined) throw new Error('Numerai has it.');
  const { webhook } = model;
  model.webhook = null;
  const ended = await check();
  model.webhook = webhook;
  expect(faultsIn(ended)).toEqual([
    '✗ webhook of one: Numerai has none. Register it: `npm run numerai -- register one`.',
  ]);
});

test('finds a key that lacks a scope, and one that Numerai does not accept', async () => {
  const own = { NUMERAI_PUBLIC_ID: WEAK.publicId, NUMERAI_SECRET_KEY: WEAK.secretKey };
  const lacking = await check(MODELS, own);
  expect(faultsIn(lacking)[0]).toContain(
    '✗ API key in NUMERAI_PUBLIC_ID and NUMERAI_SECRET_KEY: it may not read submission info (read_submission_info). Make an API key at https://numer.ai/account',
  );
  const wrong = await check(MODELS, { ...own, NUMERAI_SECRET_KEY: 'wrong' });
  expect(faultsIn(wrong)).toEqual([expect.stringContaining('Numerai does not accept the API key')]);
  expect([lacking.code, wrong.code]).toEqual([1, 1]);
});

test('says what it has not checked, and why', async () => {
  const { code, out } = await check(MODELS, { NUMERAI_SECRET_KEY: '', OPERATOR_KEY: '', AZURE_FUNCTION_URL: '' });
  expect(out).toContain(
    '- API key in NUMERAI_PUBLIC_ID and NUMERAI_SECRET_KEY: not checked: NUMERAI_SECRET_KEY not set.',
  );
  expect(out).toContain('- app: not checked: where it is, is not known. Give --url');
  expect(code).toBe(0);

  const away = await check(MODELS, { NUMERAI_API_URL: await nowhere(), AZURE_FUNCTION_URL: '' });
  expect(away.out).toMatch(/^- API key in .*: not checked: .*ECONNREFUSED/m);
  expect(away.out).toContain('✓ ');
  expect(away.code).toBe(0);

  const offline = await check(MODELS, {}, '--offline');
  expect(offline.out).toContain('- Numerai and the app: not checked: this is --offline.');
  expect(offline.code).toBe(0);
});

test('finds an app that does not answer, and a key that it does not accept', async () => {
  const gone = await check(MODELS, { AZURE_FUNCTION_URL: await nowhere() });
  expect(gone.out).toMatch(/^✗ app at http:\/\/localhost:\d+: .* does not answer/m);
  expect(gone.code).toBe(1);
  const locked = await check(MODELS, { OPERATOR_KEY: 'not-the-key' });
  expect(locked.out).toMatch(/^✗ deep health of the app: .*does not accept the one in OPERATOR_KEY/m);
});

test('shows what deep health finds, each with its remedy', async () => {
  const models = [entry('needs', { container: { ...container, secrets: { KEY: 'never-set' } } })];
  const broken = await openFrontDoor({ models });
  const ended = await check(models, { AZURE_FUNCTION_URL: broken.environment.host.url });
  expect(faultsIn(ended)).toEqual([expect.stringMatching(/^✗ deep health: secret never-set: .*never-set.*\. .+/)]);
  expect(ended.code).toBe(1);
});

test('is one document for a program', async () => {
  const { code, out } = await check([...MODELS, entry('x', { timeout: 5 })], {}, '--json');
  const answer = JSON.parse(out);
  expect(answer).toMatchObject({ ok: false, faults: 1 });
  expect(answer.findings).toContainEqual({
    verdict: 'failed',
    subject: 'models[3].timeout of model x',
    found: 'got a key that is not known.',
    remedy: 'Expected: none of that name (is it misspelt?).',
    place: { file: 'models.json', line: 1, key: 'models[3].timeout' },
  });
  expect(code).toBe(1);
});

test('never prints a key', () => {
  expectNeverPrinted([...Object.values(ACCOUNT_KEYS), operatorKey(), 'WEAKSECRET', 'not-the-key']);
});
