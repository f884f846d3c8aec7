// When the app was deployed: on record from the first tick of a deployment on.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/lib/config/fingerprint.ts';
import { parseModels } from '../../../src/lib/config/models.ts';
import { parseSettings } from '../../../src/lib/config/settings.ts';
import { watch } from '../../../src/lib/watch/tick.ts';
import { openApp, type TestApp } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp([{ name: 'mine', tournament: 'classic', container: { group: 'mine' } }]);
});
afterAll(() => app.close());

const read = async () => {
  const { deployedAt, deployment } = await app.live(app.services.inFlight.read());
  return { deployedAt, deployment };
};

test('a deployment is written down once, and so is a rollback', async () => {
  expect(await read()).toEqual({ deployedAt: null, deployment: null });
  const tickOf = async (fingerprint: string) => {
    await app.pass(1);
    return app.live(watch({ ...app.services, fingerprint }));
  };
  const { deployedAt: first } = await tickOf('first');
  expect(await read()).toEqual({ deployedAt: first, deployment: 'first' });
  expect(await tickOf('first')).toMatchObject({ deployedAt: first });
  const { deployedAt: second } = await tickOf('second');
  expect(Number(second) - Number(first)).toBe(2 * 60_000);
  expect(await tickOf('second')).toMatchObject({ deployedAt: second });
  const { deployedAt: rolledBack } = await tickOf('first');
  expect(Number(rolledBack) - Number(second)).toBe(2 * 60_000);
  expect(await read()).toEqual({ deployedAt: rolledBack, deployment: 'first' });
});

test('times that a wrong clock has written for the future give way to what the next tick finds', async () => {
  await app.live(watch({ ...app.services, fingerprint: 'first' }));
  const inAYear = new Date(app.world.clock.now().getTime() + 365 * 24 * 3_600_000);
  await app.services.inFlight.recordDeployment('first', inAYear);
  await app.services.inFlight.recordTick('watcher', { at: inAYear, note: '' });
  await app.services.inFlight.markOutdated('mine');
  const [mark] = (await app.services.inFlight.read()).outdated;
  if (mark === undefined) throw new Error('It is marked.');
  await app.services.inFlight.noteOutdated(mark, inAYear);
  await app.pass(1);
  const now = app.world.clock.now();
  expect(await app.live(watch({ ...app.services, fingerprint: 'first' }))).toMatchObject({ isRecorded: true });
  const found = await app.live(app.services.inFlight.read());
  expect(found).toMatchObject({ deployedAt: now, ticks: { watcher: { at: now } }, outdated: [{ since: now }] });
  for (let tick = 0; tick < 3; tick += 1) await app.tick();
  expect((await app.live(app.services.inFlight.read())).outdated).toEqual([]);
});

const SETTINGS = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-4333-8444-555555555555',
  CONTAINER_RESOURCE_GROUP: 'my-containers',
  AzureWebJobsStorage: 'AccountName=a;AccountKey=b',
};
const MODELS = '{"models":[{"name":"mine","tournament":"classic","container":{"group":"mine"}}]}';

const fingerprint = (settings: Record<string, string> = {}, models = MODELS, buildId = 'a-build') =>
  fingerprintOf(
    parseSettings({ ...SETTINGS, ...settings }),
    parseModels(models, { file: 'models.json', containerLocation: 'eastus', containerIdentityId: undefined }).models,
    buildId,
  );

test.each([
  ['nothing', true, fingerprint()],
  ['the form of models.json', true, fingerprint({}, MODELS.replaceAll(',', ', '))],
  ['the level of the log', true, fingerprint({ LOG_LEVEL: 'debug' })],
  ['the key of the storage', true, fingerprint({ AzureWebJobsStorage: 'AccountName=a;AccountKey=c' })],
  ['the resource group', false, fingerprint({ CONTAINER_RESOURCE_GROUP: 'others' })],
  ['the vault', false, fingerprint({ KEY_VAULT_URL: 'https://other.vault.azure.net' })],
  ['a model', false, fingerprint({}, MODELS.replace('"group":"mine"', '"group":"other"'))],
  ['the package', false, fingerprint({}, MODELS, 'another-build')],
])('a change of %s keeps the fingerprint: %s', (_what, isSame, changed) => {
  expect(changed === fingerprint()).toBe(isSame);
});
