// `numerai register`, `unregister`, `models` and `round`, against Numerai's emulator.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NumeraiEmulator, startNumerai } from '../../local/emulators/numerai/numerai.ts';
import { accountFor } from '../../local/environment/demo.ts';
import { roundsSince } from '../../local/environment/rounds.ts';
import { parseModels } from '../../src/lib/config/models.ts';
import { trustedCertificates } from '../local/emulators/trusted-certificates.ts';
import { ACCOUNT_KEYS, type Ended, emptyFolder, expectNeverPrinted, nowhere, numerai } from './command-line.ts';

const HOUR_MS = 3_600_000;
const APP = 'https://app.example';
const WEBHOOK_KEY = 'the/key+of=the-function';
const entry = (name: string, more: object) => ({
  name,
  tournament: 'classic',
  container: { image: 'example.org/submission:1' },
  ...more,
});
const MODELS = [
  entry('good', { numeraiModels: ['00000000-0000-4000-a000-000000000001'] }),
  entry('by-name', { numeraiModels: ['by_name'] }),
];

/** An account with hundreds of models. */
const MANY = {
  username: 'many',
  publicId: 'MANY2QKXW2NRJ5ZB4VHLT6MCYGAPSE3D',
  secretKey: 'MANYSECRET',
  models: Array.from({ length: 250 }, (_, index) => ({ name: `many_${index}`, tournament: index < 230 ? 8 : 11 })),
};

const folder = emptyFolder();
let emulator: NumeraiEmulator;

beforeAll(async () => {
  writeFileSync(join(folder, 'models.json'), JSON.stringify({ models: MODELS }));
  emulator = await startNumerai({
    certificates: await trustedCertificates(),
    accounts: [accountFor({ models: MODELS }), MANY],
    schedule: roundsSince(new Date(Date.now() - HOUR_MS)),
  });
  emulator.addModel('demo', { name: 'fresh_one', tournament: 11 });
});
afterAll(() => emulator.close());

const configured = () => ({
  ...ACCOUNT_KEYS,
  NUMERAI_API_URL: emulator.url,
  WEBHOOK_FUNCTION_KEY: WEBHOOK_KEY,
});

const run = (...args: readonly string[]): Promise<Ended> => numerai(args, configured(), { folder });
const register = (...args: readonly string[]) => run('register', ...args, '--url', APP);

const webhookOf = (name: string) => emulator.models.find((model) => model.name === name)?.webhook ?? null;

describe('numerai register', () => {
  test('shows before and after, changes nothing in a dry run, and nothing twice', async () => {
    const all = await register();
    expect(all.out).toContain('Changed 2 of 2 models.');
    const url = `${APP}/api/webhook/good`;
    expect(webhookOf('good')).toBe(`${url}?code=${encodeURIComponent(WEBHOOK_KEY)}`);
    expect((await register()).out).toContain('Nothing to change.');

    const dry = await run('unregister', 'good', '--dry-run');
    expect(dry.out).toBe(
      `good:\n  before  ${url}?code=…\n  after   no webhook\n\nDry run: would change 1 of 1 model.\n`,
    );
    expect(webhookOf('good')).not.toBeNull();

    expect((await run('unregister', 'good')).code).toBe(0);
    expect(webhookOf('good')).toBeNull();
    const again = await run('unregister', 'good', '--json');
    expect(JSON.parse(again.out)).toMatchObject({
      models: [{ model: 'good', before: null, after: null, changed: false }],
    });
    expect((await register()).out).toContain('Changed 1 of 2 models.');
  });

  test('requires the key of the function for an app that is not on this machine', async () => {
    const { WEBHOOK_FUNCTION_KEY: _, ...environment } = configured();
    const { code, err } = await numerai(['register', '--url', APP], environment, { folder });
    expect(err).toContain('WEBHOOK_FUNCTION_KEY is not set');
    expect(code).toBe(2);
    expect((await run('register', '--url', 'http://app.example')).code).toBe(2);
    const keyed = await run('register', '--url', `${APP}/?code=a-key`);
    expect(keyed.err).toContain('keys come from the environment');
    expect(keyed.err).not.toContain('a-key');
  });

  test('changes nothing where one model cannot be found', async () => {
    const file = join(folder, 'wrong.json');
    const wrong = entry('wrong', { numeraiModels: ['00000000-0000-4000-a000-000000000009'] });
    writeFileSync(file, JSON.stringify({ models: [MODELS[0], wrong] }));
    const before = webhookOf('good');
    const { code, err } = await numerai(['register', '--url', 'https://other.example'], {
      ...configured(),
      MODELS_FILE: file,
    });
    expect(err).toContain('which models.json names for wrong');
    expect(code).toBe(2);
    expect(webhookOf('good')).toBe(before);
  });
});

describe('numerai models', () => {
  test('lists the account and prints what to paste for a new model', async () => {
    const { code, out } = await run('models');
    expect(out).toMatch(/^fresh_one +signals +- .* none$/m);
    expect(out).toMatch(/^by_name +classic +by-name /m);
    const pasted = JSON.parse(out.slice(out.indexOf('\n{')));
    expect(pasted).toMatchObject({ name: 'fresh-one', tournament: 'signals' });
    expect(code).toBe(0);
  });

  test('takes keys from a file .env as well', async () => {
    const { NUMERAI_PUBLIC_ID, NUMERAI_SECRET_KEY, ...environment } = configured();
    const file = join(folder, '.env');
    writeFileSync(file, `NUMERAI_PUBLIC_ID=${NUMERAI_PUBLIC_ID}\nNUMERAI_SECRET_KEY=${NUMERAI_SECRET_KEY}\n`);
    const { code } = await numerai(['models'], environment, { folder });
    rmSync(file);
    expect(code).toBe(0);
  });

  test('waits where Numerai limits its calls', async () => {
    const waits: number[] = [];
    const clock = {
      now: () => new Date(),
      sleep: async (milliseconds: number) => void waits.push(milliseconds),
    };
    emulator.emulator.faults.add({ kind: 'status', status: 429, times: 3 });
    const { code, err } = await numerai(['models'], configured(), { folder, clock, columns: 100 });
    expect(waits).toEqual([10_000]);
    expect(err).toContain("Numerai limits its calls; waiting to list the account's models …");
    expect(code).toBe(0);
  });

  test('says where keys are made and where to put them', async () => {
    const { NUMERAI_PUBLIC_ID: _, NUMERAI_SECRET_KEY: __, ...environment } = configured();
    const none = await numerai(['models'], environment, { folder });
    expect(none.err).toContain('https://numer.ai/account');
    expect(none.err).toContain('.env');
    expect(none.code).toBe(2);
    const wrong = await numerai(['models'], { ...configured(), NUMERAI_SECRET_KEY: 'not-the-key' }, { folder });
    expect(wrong.err).toContain('Numerai does not accept the API key');
    expect(wrong.code).toBe(2);
    expect(wrong.out + wrong.err).not.toContain('not-the-key');
  });
});

describe('an entry with several models at Numerai', () => {
  const SLOTS = ['stack_one', 'stack_two', 'stack_three'] as const;
  const file = join(folder, 'stack.json');
  const stack = (...args: readonly string[]) => numerai(args, { ...configured(), MODELS_FILE: file }, { folder });
  const registered = () => SLOTS.filter((name) => webhookOf(name) !== null);

  beforeAll(() => {
    for (const name of SLOTS) emulator.addModel('demo', { name });
    writeFileSync(file, JSON.stringify({ models: [entry('stack', { numeraiModels: SLOTS })] }));
  });

  test('has its webhook on the first one; with --all-slots on each of them; and on none once it is removed', async () => {
    const first = await stack('register', '--url', APP);
    expect(first.out).toContain('stack (stack_one):\n  before  no webhook');
    expect(first.out).toContain('Changed 1 of 1 model.');
    expect(registered()).toEqual(['stack_one']);

    const all = await stack('register', '--all-slots', '--url', APP, '--json');
    expect(JSON.parse(all.out).models).toMatchObject(
      SLOTS.map((slot, index) => ({ model: 'stack', slot, id: expect.any(String), changed: index > 0 })),
    );
    expect(registered()).toEqual(SLOTS);
    expect(new Set(SLOTS.map(webhookOf)).size).toBe(1);

    expect((await stack('unregister', 'stack')).code).toBe(0);
    expect(registered()).toEqual([]);
  });

  test('is shown with each of them, and what no entry submits for can be pasted as one', async () => {
    const { code, out } = await stack('models');
    for (const name of SLOTS) expect(out).toMatch(new RegExp(`^${name} +classic +stack .* none$`, 'm'));
    expect(JSON.parse(`[${out.slice(out.indexOf('\n{'))}]`)).toMatchObject([
      { name: 'classic', tournament: 'classic', numeraiModels: ['good', 'by_name'] },
      { name: 'fresh-one', tournament: 'signals', numeraiModels: ['fresh_one'] },
    ]);
    expect(code).toBe(0);
  });

  test('fails the list where one of them is not there', async () => {
    writeFileSync(file, JSON.stringify({ models: [entry('stack', { numeraiModels: ['stack_one', 'stack_four'] })] }));
    const { code, out } = await stack('models');
    expect(out).toContain('models.json has stack, but no account here has its classic model stack_four.');
    expect(code).toBe(1);
  });
});

describe('an account with hundreds of models', () => {
  const owner = { NUMERAI_PUBLIC_ID: MANY.publicId, NUMERAI_SECRET_KEY: MANY.secretKey };
  const file = join(folder, 'many.json');
  const models = (...args: readonly string[]) =>
    numerai(['models', ...args], { ...configured(), ...owner, MODELS_FILE: file }, { folder });

  beforeAll(() => {
    writeFileSync(file, JSON.stringify({ models: [entry('own', { numeraiModels: ['many_7', 'many_8'] })] }));
  });

  test('is told in few lines', async () => {
    const { code, out } = await models();
    expect(out).toMatch(/^The account has 250 models:\n {2}classic: 230, 2 in models\.json\n {2}signals: 20, 0 in/);
    expect(out).toMatch(/^many_8 +classic +own /m);
    expect(out).toContain('248 more: --all lists them, and prints what to paste.');
    expect(out.split('\n').length).toBeLessThan(12);
    expect(code).toBe(0);
  });

  test('is listed on request, with entries that are valid', async () => {
    const { out } = await models('--all');
    expect(out).toMatch(/^many_249 +signals /m);
    const pasted: { name: string; numeraiModels: string[] }[] = JSON.parse(`[${out.slice(out.indexOf('\n{'))}]`);
    expect(pasted.map(({ name, numeraiModels }) => [name, numeraiModels.length])).toEqual([
      ['classic', 100],
      ['classic-2', 100],
      ['classic-3', 28],
      ['signals', 20],
    ]);
    parseModels(JSON.stringify({ models: pasted }), {
      file: 'x',
      containerLocation: 'eastus',
      containerIdentityId: '',
    });
    const json = JSON.parse((await models('--json')).out);
    expect(json.models).toHaveLength(250);
  });
});

describe('numerai round', () => {
  test('shows the open round, needs no key, and has a code of its own for none', async () => {
    const { NUMERAI_PUBLIC_ID: _, NUMERAI_SECRET_KEY: __, ...environment } = configured();
    const open = await numerai(['round'], environment);
    expect(open.out).toMatch(/^Round \d+ of classic is open\. It closes in \d+ h( \d+ min)?, at .* UTC\.\n$/);
    expect(open.code).toBe(0);

    const current = emulator.rounds.open(11);
    const past = new Date(Date.now() - 60_000);
    emulator.rounds.change(11, current.number, { closeStakingTime: past, closeTime: past });
    const closed = await numerai(['round', 'signals', '--json'], environment);
    expect(JSON.parse(closed.out)).toMatchObject({ tournament: 'signals', open: null });
    expect(closed.code).toBe(4);
    expect((await numerai(['round', '11'], environment)).out).toContain('No round of signals');
  });

  test('has other codes where Numerai does not answer, and for a wrong name', async () => {
    const gone = await numerai(['round'], { NUMERAI_API_URL: await nowhere() });
    expect(gone.err).toContain('ECONNREFUSED');
    expect(gone.code).toBe(3);
    const wrong = await run('round', 'chess');
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('"chess"')]);
  });
});

test('no command prints a key', () => {
  expectNeverPrinted([...Object.values(ACCOUNT_KEYS), WEBHOOK_KEY]);
});
