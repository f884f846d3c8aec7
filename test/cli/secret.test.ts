// `numerai secret`: a secret in the vault of the local environment, before it starts and while it runs, as the app reads it.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DEMO_PUBLIC_ID } from '../../local/environment/demo.ts';
import { startEnvironment } from '../../local/environment/environment.ts';
import { SimulatedClock } from '../../local/environment/simulated-clock.ts';
import { secretsOf } from '../support/secrets.ts';
import { emptyFolder, expectNeverPrinted, numerai } from './command-line.ts';

const folder = emptyFolder();
const state = join(folder, 'state');
const VALUE = 'a value "with" $igns and blanks';
const container = { image: 'docker.io/someone/model:1', secrets: { PRICES: 'prices-key' } };
writeFileSync(
  join(folder, 'models.json'),
  JSON.stringify({ models: [{ name: 'm', tournament: 'classic', container }] }),
);

const secret = (args: readonly string[], typed = '') =>
  numerai(['secret', '--state', state, ...args], {}, { folder, typed });

/** How the app reads them, in an environment with its state in that folder. */
async function readerIn() {
  const environment = await startEnvironment({
    folder: state,
    hosts: 0,
    models: [{ name: 'm', tournament: 'classic', container }],
  });
  onTestFinished(() => environment.close());
  const clock = new SimulatedClock('2026-04-01T12:00:00Z');
  const secrets = secretsOf(environment, folder, clock);
  const read = async (name: string): Promise<string> => {
    await clock.advance(6 * 60_000);
    return (await secrets.get(name)).value;
  };
  return { read, vault: environment.keyVault };
}

test('sets secrets before a start and while it runs, deletes them, and lists their names', async () => {
  expect((await secret([])).out).toContain('None is set.');
  const set = await secret(['prices-key'], VALUE);
  expect(set).toMatchObject({ code: 0, err: '' });
  expect(set.out).toMatch(/^prices-key is set, in .*state\/secrets\.json/);
  expect(statSync(join(state, 'secrets.json')).mode & 0o777).toBe(0o600);

  const { read, vault } = await readerIn();
  expect(await read('prices-key')).toBe(VALUE);
  await secret(['Prices-Key'], 'another value');
  expect(await read('prices-key')).toBe('another value');
  expect(JSON.parse((await secret(['--json'])).out)).toEqual({ secrets: ['prices-key'] });

  // One of the demo is as it was before.
  expect(await read('numerai-public-id')).toBe(DEMO_PUBLIC_ID);
  await secret(['numerai-public-id'], 'MY0WNPUBLIC1D');
  expect(await read('numerai-public-id')).toBe('MY0WNPUBLIC1D');
  for (const name of ['numerai-public-id', 'prices-key']) expect((await secret([name, '--delete'])).code).toBe(0);
  expect(await read('numerai-public-id')).toBe(DEMO_PUBLIC_ID);
  expect(() => vault.versionsOf('prices-key')).toThrow('There is no secret prices-key');
  expect(JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8'))).toEqual({});
});

test.each<[string, string[], string, number, RegExp]>([
  ['no value', ['prices-key'], '', 2, /No value was given for prices-key: type it, or send it by a pipe/],
  ['a name that Key Vault refuses', ['prices_key'], VALUE, 2, /letters, digits and hyphens/],
  ['more than Key Vault takes', ['prices-key'], 'x'.repeat(25_601), 2, /larger than Key Vault takes: 25600 bytes/],
  ['a value on the command line', ['prices-key', VALUE], '', 2, /takes a name only: .*history of the shell/],
  ['what is not there to delete', ['other', '--delete'], '', 1, /No secret other is set here/],
  ['nothing to delete', ['--delete'], '', 2, /Which secret/],
])('refuses %s', async (_what, args, typed, code, says) => {
  const ended = await secret(args, typed);
  expect(ended.code).toBe(code);
  expect(ended.err).toMatch(says);
  expect(ended.err.trim().split('\n')).toHaveLength(1);
});

test('a name that nothing asks for is told, with the one that was meant', async () => {
  const { code, err } = await secret(['price-key'], VALUE);
  expect([code, err]).toEqual([0, 'Nothing in models.json names it; did you mean prices-key?\n']);
});

test('is not for the app in Azure', async () => {
  const { code, err } = await numerai(['secret', 'a', '--url', 'https://app.example'], {}, { folder, typed: VALUE });
  expect(err).toContain('npm run azure:secrets');
  expect(code).toBe(2);
});

test('prints no value', () => expectNeverPrinted([VALUE]));
