// What Numerai's answers about rounds, or none, come to: rounds that nobody could check, and many runs that ask at once.

import { describe, expect, test } from 'vitest';
import { inTurn } from '../../support/containers.ts';
import { model, open, silence, speak, submit } from '../../support/one-account.ts';
import { idOf } from '../../support/one-model.ts';

describe('a round that nobody could check', () => {
  test('is not said to be missed, and is checked once Numerai answers', async () => {
    const app = await open([model({ fallback: false })], '2026-04-07T12:30:10Z');
    await app.pass(6);
    submit(app);
    await app.pass(19);
    app.world.numerai.troubles.brokenModels.add(idOf(0));
    await app.pass(120);
    expect(await app.record('m')).toBeNull();
    expect(app.titles()).toEqual([]);
    app.world.numerai.troubles.brokenModels.clear();
    await app.pass(10);
    expect(await app.record('m')).toMatchObject({
      submission: 'accepted',
      reason: expect.stringContaining('by other means'),
    });
  });

  test('is on record as unknown after a day', async () => {
    const app = await open([model({ fallback: false })], '2026-04-07T12:50:10Z');
    app.world.numerai.troubles.brokenModels.add(idOf(0));
    await app.pass(15);
    await app.sleepUntil(new Date('2026-04-08T12:55:00Z'));
    await app.pass(4);
    expect(await app.record('m')).toBeNull();
    await app.pass(10);
    expect(await app.record('m')).toMatchObject({
      state: 'failed',
      submission: 'unknown',
      reason: expect.stringMatching(
        / Numerai could not be asked whether it has a submission made by other means: .*\.$/,
      ),
    });
    expect(app.titles()).toContain('m: nobody knows whether round 1001 has a submission');
    expect(app.titles().join()).not.toContain('missed');
  });
});

describe('Numerai’s answers about rounds', () => {
  test('with null and incomplete elements do not hide the open round', async () => {
    const app = await open();
    app.world.numerai.troubles.spoilRound = (shape) => {
      const number = 'number' in shape ? shape.number : null;
      if (number === 1000) return null;
      return number === 999 ? { ...shape, number: null } : { ...shape, closeStakingTime: null, closeTime: null };
    };
    inTurn(app.world, { effect: () => submit(app) });
    await app.pass(15);
    expect(await app.record('m')).toMatchObject({ round: 1001, submission: 'accepted', trigger: 'timer' });
  });

  test('that are an internal error are asked for again', async () => {
    const app = await open([model({ numeraiModels: ['m'] })]);
    const { faults } = app.world.numerai.emulator;
    const failOnce = () => faults.add({ kind: 'status', status: 200, message: 'Internal server error', times: 1 });
    const modelId = app.world.numerai.models[0]?.id;
    inTurn(app.world, {
      effect: () => {
        submit(app, { modelId });
        failOnce();
      },
    });
    failOnce();
    await app.start('m');
    await app.pass(3);
    expect(await app.record('m')).toMatchObject({ submission: 'accepted', attempt: { number: 1 } });
  });
});

test('ten models of one account that end at about the same time are asked about in a request or two', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
  const app = await open(names.map((name, index) => model({ name, numeraiModels: [idOf(index)] })));
  const effect = () => {};
  app.world.runtime.behaviour = () => ({ steps: [{ after: 20_000, line: 'done', effect }], exitCode: 0 });
  for (const name of names) await app.start(name);
  for (const [index] of names.entries()) app.world.numerai.submit({ modelId: idOf(index) });
  const asked = () =>
    app.world.numerai.emulator.calls.filter(({ body }) => body.toString('utf8').includes('submissions(')).length;
  const before = asked();
  await app.pass(2);
  for (const name of names) expect(await app.record(name)).toMatchObject({ submission: 'accepted' });
  // The first one does not wait for the others; those come together while it is under way.
  expect(asked() - before).toBeLessThanOrEqual(2);
});

test('a run of a day whose round nobody knew is asked about as well, once the round is known', async () => {
  const app = await open();
  const starts = inTurn(app.world, {}, { effect: () => submit(app) });
  silence(app);
  await app.start('m');
  await app.pass(24);
  expect(await app.record('m')).toMatchObject({ round: null, state: 'succeeded', submission: 'unknown' });
  speak(app);
  await app.pass(10);
  expect(starts()).toBe(2);
  expect(await app.record('m')).toMatchObject({ round: 1001, state: 'succeeded', submission: 'accepted' });
});
