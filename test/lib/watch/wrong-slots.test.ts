// Slots that nobody can identify: models.json has them wrong, or the key of the account is missing.

import { describe, expect, test } from 'vitest';
import { DEMO_SECRETS } from '../../../local/environment/demo.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { executions, IMAGE, open, ROUND, recordOf, WON } from '../../support/one-model.ts';
import { inTurn, inWords, model } from '../../support/three-slots.ts';

describe('a slot that models.json has wrong', () => {
  test('is left out, so that the others are submitted; it is tried again when somebody has fixed it', async () => {
    const app = await open(model());
    const wrong = model({ numeraiModels: ['a', 'b', 'sea'] });
    app.deploy([wrong]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    const waiting = await recordOf(app);
    expect(given).toEqual([['a', 'b']]);
    expect(waiting).toMatchObject({
      state: 'waiting',
      submission: 'partial',
      waitingFor: 'somebody to fix numeraiModels, or the key of the account',
      attempt: { failure: 'numerai-models' },
    });
    expect(waiting.startNote).toMatch(
      /^One model is left out: The account has no classic model "sea"; it has: a, b, c\. Fix/,
    );
    expect(waiting.reason).toMatch(
      /^The container ended with exit code 0\. 1 of 3 models of m is missing: sea\. The account has no/,
    );
    app.deploy([model()]);
    await app.pass(4);
    expect(given).toEqual([['a', 'b'], ['c']]);
    expect(await recordOf(app)).toMatchObject(WON);
    expect((await app.attempts('m')).map(({ slots }) => slots)).toEqual([['a', 'b'], ['c']]);
  });

  test('is quoted with two others at most; of further ones it is said how many there are', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['sea', 'lake', 'pond', 'well', 'rain'] })]);
    await app.start('m');
    await app.pass(3);
    const { reason } = await recordOf(app);
    expect(reason).toMatch(/"sea".*"lake".*"pond".* Fix numeraiModels of model m\. And 2 more of the kind\.$/);
    expect(reason).not.toContain('"well"');
  });

  test('starts nothing where it is the only one', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['sea'] })]);
    await app.start('m');
    await app.pass(3);
    expect(executions(app)).toBe(0);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { failure: 'numerai-models' } });
    app.deploy([model({ numeraiModels: ['c'] })]);
    const given = inTurn(app, {});
    await app.pass(5);
    expect(given).toEqual([['c']]);
    expect(await recordOf(app)).toMatchObject(WON);
  });

  const lastResort = { image: 'docker.io/someone/quick:1', minutes: 4 };
  const images = ({ world }: SimulatedApp) => world.runtime.starts.map(({ image }) => image);

  test.each<[string, readonly string[], readonly string[]]>([
    ['beside others', ['a', 'b', 'sea'], [IMAGE]],
    ['alone', ['sea'], []],
  ])('starts no last resort, %s, which could not submit for it either', async (_, numeraiModels, before) => {
    const app = await open(model());
    app.deploy([model({ numeraiModels, lastResort })]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(8);
    expect(images(app)).toEqual(before);
    expect(await recordOf(app)).toMatchObject({
      state: 'waiting',
      waitingFor: 'somebody to fix numeraiModels, or the key of the account',
      lastResortNext: false,
      attempt: { failure: 'numerai-models', lastResort: false },
    });
    app.deploy([model({ numeraiModels: [...numeraiModels.slice(0, -1), 'c'], lastResort })]);
    await app.pass(8);
    expect(images(app)).toEqual([...before, IMAGE]);
    expect(given.at(-1)).toEqual(['c']);
    expect(await recordOf(app)).toMatchObject(WON);
  });

  test('starts no last resort before the close either', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['sea'], lastResort })]);
    await app.start('m');
    await app.pass(75);
    expect(executions(app)).toBe(0);
    expect(await app.attempts('m')).toMatchObject([{ lastResort: false }]);
  });

  test('is missing in the record of the closed round, since Numerai has been asked', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['a', 'b', 'sea'] })]);
    inTurn(app, {});
    await app.start('m');
    await app.pass(90);
    const run = await recordOf(app);
    expect(inWords(run)).toBe('a accepted, b accepted, sea missing');
    expect(app.titles().at(-1)).toBe(`m: 1 of 3 models is missing in round ${ROUND}`);
  });
});

test('a missing key of the account starts no last resort where no id was ever found: that needs one as well', async () => {
  const lastResort = { image: 'docker.io/someone/quick:1', minutes: 4 };
  const numeraiKeys = { publicId: 'own-public-id', secretKey: 'own-secret-key' };
  const app = await open(model({ numeraiKeys, lastResort }));
  await app.start('m');
  await app.pass(8);
  expect(executions(app)).toBe(0);
  expect(await recordOf(app)).toMatchObject({ attempt: { failure: 'numerai-models', lastResort: false } });
  for (const [name, value] of Object.entries(DEMO_SECRETS))
    app.world.keyVault.setSecret(name.replace('numerai', 'own'), value);
  inTurn(app, {});
  await app.pass(8);
  expect(app.world.runtime.starts.map(({ image }) => image)).toEqual([IMAGE]);
  expect(await recordOf(app)).toMatchObject(WON);
});
