// The models at Numerai of an entry change while its run is under way: in models.json, or at Numerai.

import { describe, expect, test } from 'vitest';
import { open, recordOf, WON } from '../../support/one-model.ts';
import { inTurn, inWords, slotsModel as model, submittedFor } from '../../support/slots.ts';

describe('a slot that is taken out of models.json', () => {
  test('while it is wrong and its run waits for that: the run is good, and nothing is submitted again', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['a', 'b', 'sea'] })]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', submission: 'partial' });
    app.deploy([model({ numeraiModels: ['a', 'b'] })]);
    await app.pass(5);
    expect(given).toEqual([['a', 'b']]);
    const run = await recordOf(app);
    expect(run).toMatchObject({
      ...WON,
      failure: null,
      reason: 'What was missing is no longer in numeraiModels of model m, and the rest is submitted.',
    });
    expect(inWords(run)).toBe('a accepted, b accepted');
    expect(app.titles().at(-1)).toBe('m: back to normal');
  });

  test('while it is missing and its next attempt waits: that one does not begin', async () => {
    const app = await open(model());
    const given = inTurn(app, { submits: ['a'] }, { submits: [] }, {});
    await app.start('m');
    await app.pass(7);
    expect(await recordOf(app)).toMatchObject({ state: 'running', attempt: { number: 2 } });
    app.deploy([model({ numeraiModels: ['a'] })]);
    await app.pass(15);
    expect(given).toHaveLength(2);
    expect(await recordOf(app)).toMatchObject(WON);
    expect(submittedFor(app, 'a')).toHaveLength(1);
  });

  test('while the start of its attempt is refused: that attempt is not started', async () => {
    const app = await open(model());
    const given = inTurn(app, { submits: ['a', 'b'] }, {});
    await app.start('m');
    await app.pass(5);
    app.world.resourceManager.setCapacity('westeurope', 'refuses');
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { number: 2, failure: 'no-capacity' } });
    app.deploy([model({ numeraiModels: ['a', 'b'] })]);
    app.world.resourceManager.setCapacity('westeurope', 'ample');
    await app.pass(15);
    expect(given).toHaveLength(1);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, outcome: 'cancelled' } });
  });

  test('and all are submitted: an operator can still force all of them once more', async () => {
    const app = await open(model());
    const given = inTurn(app, { submits: ['a'] }, {});
    await app.start('m');
    await app.pass(5);
    app.deploy([model({ numeraiModels: ['a'] })]);
    await app.pass(5);
    expect(await recordOf(app)).toMatchObject(WON);
    await app.force('m');
    await app.pass(3);
    expect(given).toEqual([['a', 'b', 'c'], ['a']]);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, outcome: 'succeeded' } });
  });
});
