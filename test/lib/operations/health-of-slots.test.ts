// What deep health says of the slots of models.json.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseModels } from '../../../src/lib/config/models.ts';
import { checkHealth } from '../../../src/lib/operations/health.ts';
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

async function problemsOf(...entries: readonly object[]): Promise<readonly [string, string | null][]> {
  const defaults = { file: 'models.json', containerLocation: undefined, containerIdentityId: undefined };
  const { models } = parseModels(JSON.stringify({ models: entries }), defaults);
  const findings = await app.live(checkHealth({ ...app.services, models, entries: models }));
  return findings
    .filter(({ ok, dependency }) => !ok && /slots|Numerai/.test(dependency))
    .map(({ dependency, problem }) => [dependency, problem]);
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

test('slots that the account does not have are told together', async () => {
  const [[dependency, problem] = ['', '']] = await problemsOf(entry('one', ['a', 'sea', 'bee']));
  expect(dependency).toBe("Numerai's models of one");
  expect(problem).toMatch(/no classic model "sea"; it has: a, b, c\..* no classic model "bee"/);
});
