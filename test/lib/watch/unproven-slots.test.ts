// Slots about which Numerai cannot be asked, beside others that are certainly missing.

import { expect, test } from 'vitest';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { minutesOf, open, recordOf, WON } from '../../support/one-model.ts';
import { inTurn, inWords, slotsModel as model, submittedFor } from '../../support/slots.ts';

const breakFor = ({ world }: SimulatedApp, name: string) =>
  world.numerai.troubles.brokenModels.add(world.numerai.models.find((each) => each.name === name)?.id ?? '');
const repair = ({ world }: SimulatedApp) => world.numerai.troubles.brokenModels.clear();

test('the missing one is not kept waiting for the other, which is not submitted again, and not forgotten', async () => {
  const app = await open(model());
  const given = inTurn(app, { submits: ['a', 'c'] }, {});
  breakFor(app, 'a');
  await app.start('m');
  await app.pass(9);
  expect(given).toEqual([['a', 'b', 'c'], ['b']]);
  expect((await minutesOf(app))[1]).toBeLessThan(7);
  await app.pass(12);
  expect(inWords(await recordOf(app))).toBe('a unknown, b accepted, c accepted');
  repair(app);
  await app.pass(10);
  expect(await recordOf(app)).toMatchObject(WON);
  expect(given).toHaveLength(2);
  expect(submittedFor(app, 'a')).toHaveLength(1);
});

test('the other is asked about once more before the next attempt, and is submitted with it where it is missing, too', async () => {
  const app = await open(model());
  const given = inTurn(app, { submits: ['c'] }, { submits: [] }, {});
  breakFor(app, 'a');
  await app.start('m');
  // The second attempt is over, and the third one waits.
  await app.pass(13);
  repair(app);
  await app.pass(5);
  expect(given).toEqual([['a', 'b', 'c'], ['b'], ['a', 'b']]);
  await app.pass(3);
  expect(await recordOf(app)).toMatchObject(WON);
});

test('the last attempt is for the other as well', async () => {
  const app = await open(model({ maxAttempts: 2 }));
  const given = inTurn(app, { submits: ['c'] }, {});
  breakFor(app, 'a');
  await app.start('m');
  await app.pass(59);
  expect(given).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b'],
  ]);
});
