// What deep health says of the slots of models.json.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_PUBLIC_ID } from '../../../local/environment/demo.ts';
import { parseModels } from '../../../src/lib/config/models.ts';
import { checkHealth } from '../../../src/lib/operations/health.ts';
import type { Finding } from '../../../src/lib/operations/one-cause.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const entry = (name: string, numeraiModels: readonly string[]) => ({
  name,
  tournament: 'classic',
  numeraiModels,
  container: { image: 'docker.io/someone/m:1', locations: ['westeurope'] },
});

let app: TestApp;
beforeAll(async () => {
  app = await openApp([entry('ensemble', ['a', 'b', 'c'])]);
});
afterAll(() => app.close());

async function findingsOn(...entries: readonly object[]): Promise<readonly Finding[]> {
  const defaults = { file: 'models.json', containerLocation: undefined, containerIdentityId: undefined };
  const { models } = parseModels(JSON.stringify({ models: entries }), defaults);
  const findings = await app.live(checkHealth({ ...app.services, models, entries: models }));
  return findings.filter(({ ok, dependency }) => !ok && /slots|Numerai/.test(dependency));
}

async function problemsOf(...entries: readonly object[]): Promise<readonly [string, string | null][]> {
  return (await findingsOn(...entries)).map(({ dependency, problem }) => [dependency, problem]);
}

test('all is well where each is there once', async () => {
  expect(await problemsOf(entry('one', ['a', 'b']), entry('two', ['c']))).toEqual([]);
});

test('a name and an id that are the same model are told, with both places', async () => {
  const id = app.world.numerai.models.find(({ name }) => name === 'b')?.id ?? '';
  expect(await problemsOf(entry('one', ['a', 'b']), entry('two', [id]))).toEqual([
    ['slots', `b of one and ${id} of two are the same model at Numerai (id ${id}), so it is submitted more than once.`],
  ]);
});

test('a name and an id that are the same model are told within one entry as well', async () => {
  const id = app.world.numerai.models.find(({ name }) => name === 'b')?.id ?? '';
  expect(await findingsOn(entry('one', ['a', 'b', id]))).toMatchObject([
    {
      dependency: 'slots',
      problem: `b of one and ${id} of one are the same model at Numerai (id ${id}), so it is submitted more than once.`,
      remedy: 'Leave it in one place in models.json.',
    },
  ]);
});

test('slots that the account does not have are told together', async () => {
  const [[dependency, problem] = ['', '']] = await problemsOf(entry('one', ['a', 'sea', 'bee']));
  expect(dependency).toBe("Numerai's models of one");
  expect(problem).toMatch(/no classic model "sea"; it has: a, b, c\..* no classic model "bee"/);
});

const FIX_SLOTS = 'Fix numeraiModels in models.json.';
const CHECK_KEY = /^Check the API key of the account \(secrets numerai-public-id and numerai-secret-key\)/;

test.each([
  ['the only one', ['sea']],
  ['one of several', ['a', 'sea']],
  ['two', ['sea', 'bee']],
])('what to do about slots that the account does not have: %s', async (_, slots) => {
  expect(await findingsOn(entry('one', slots))).toMatchObject([{ remedy: FIX_SLOTS }]);
});

test.each([
  ['one slot', ['a']],
  ['several slots', ['a', 'b']],
  ['several slots, of which one is wrong', ['sea', 'b']],
])('what to do about a key that Numerai refuses, with %s', async (_, slots) => {
  app.world.numerai.setRevoked(DEMO_PUBLIC_ID, true);
  // The list of the account's models is known for ten minutes.
  await app.pass(11);
  const findings = await findingsOn(entry('one', slots));
  app.world.numerai.setRevoked(DEMO_PUBLIC_ID, false);
  await app.pass(11);
  expect(findings).toMatchObject([{ remedy: expect.stringMatching(CHECK_KEY) }]);
});

test('a secret that is missing says by itself what to do, with several slots as well', async () => {
  const numeraiKeys = { publicId: 'own-public-id', secretKey: 'own-secret-key' };
  const findings = await findingsOn({ ...entry('one', ['a', 'b']), numeraiKeys });
  expect(findings).toMatchObject([{ problem: expect.stringMatching(/^The secret own-/), remedy: null }]);
});
