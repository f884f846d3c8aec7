// Slots about which Numerai cannot be asked, beside others that are certainly missing.

import { describe, expect, test } from 'vitest';
import type { Fate } from '../../simulation/world/fate.ts';
import { minutesOf, open, recordOf, WON } from '../../support/one-model.ts';
import { breakFor, inTurn, inWords, model, repair, submittedFor } from '../../support/three-slots.ts';

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
  await app.pass(11);
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

describe('a new name, while Numerai does not list the models of the account,', () => {
  /** Two that are known by their ids, and a third by its name; the list fails until `isBack`. */
  async function openWithoutList(answer: Fate) {
    let isBack = false;
    const app = await open(model(), {
      plan: (_, __, { body }) => (!isBack && body.includes('AccountModels') ? answer : { do: 'pass' }),
    });
    const ids = app.world.numerai.models.slice(0, 2).map(({ id }) => id);
    app.deploy([model({ numeraiModels: [...ids, 'c'] })]);
    return { app, ids, comeBack: () => (isBack = true) };
  }
  const DOWN = { do: 'status', status: 503 } as const;
  const REFUSES = { do: 'status', status: 200, message: 'Something went wrong' } as const;

  test.each([
    ['is down', DOWN, "Could not list the account's models"],
    ['does not say why', REFUSES, "Numerai refused to list the account's models"],
  ])(
    'which %s, keeps the others waiting for minutes only, and is submitted once its id is known',
    async (_, answer, said) => {
      const { app, ids, comeBack } = await openWithoutList(answer);
      const given = inTurn(app, { submits: [...ids, 'c'] });
      await app.start('m');
      await app.pass(2);
      expect(given).toEqual([]);
      const { reason } = await recordOf(app);
      expect(reason).toContain(`Numerai cannot be asked which models the container is to submit for: ${said}`);
      expect(reason).toMatch(/\. Named by their ids in numeraiModels, they need not be asked for\.$/);
      await app.pass(7);
      expect(given).toEqual([ids]);
      const waiting = await recordOf(app);
      expect(waiting).toMatchObject({
        state: 'waiting',
        submission: 'partial',
        startNote: expect.stringContaining(`One model is left out: ${said}`),
      });
      expect((await app.attempts('m'))[0]).toMatchObject({
        slots: ids,
        failure: 'not-started',
        reason: expect.stringMatching(/^The container ended .* 1 of 3 models of m is missing: c\. No container/),
      });
      comeBack();
      await app.pass(12);
      expect(given).toEqual([ids, ['c']]);
      expect(await recordOf(app)).toMatchObject({ ...WON, countedFailures: 0 });
      expect(app.world.numerai.submissions).toHaveLength(3);
    },
  );

  test('or the key may not ask for them: the others are started at once', async () => {
    const { app, ids } = await openWithoutList({
      do: 'status',
      status: 200,
      message: 'Insufficient permission for read_user_info',
    });
    const given = inTurn(app, { submits: [...ids, 'c'] });
    await app.start('m');
    await app.pass(1);
    expect(given).toEqual([ids]);
  });

  test('starts nothing where it is the only one', async () => {
    const { app, comeBack } = await openWithoutList(DOWN);
    app.deploy([model({ numeraiModels: ['c'] })]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(10);
    expect(given).toEqual([]);
    comeBack();
    await app.pass(5);
    expect(given).toEqual([['c']]);
  });
});
