// The models at Numerai of an entry change while its run is under way: in models.json, or at Numerai.

import { describe, expect, test } from 'vitest';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { executions, idOf, open, recordOf, WON } from '../../support/one-model.ts';
import { idAt, inTurn, inWords, model, submit, submittedFor } from '../../support/three-slots.ts';

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

/** A deployment starts a new process, which knows only what is on record. */
const restart = (app: SimulatedApp, of = model()) => app.deploy([of]);
const rename = ({ world }: SimulatedApp, from: string, to: string) => {
  const [renamed] = world.numerai.models.filter(({ name }) => name === from);
  if (renamed !== undefined) renamed.name = to;
};

describe('a slot that is renamed at Numerai', () => {
  test('is submitted by the id that it had, also in a new process', async () => {
    const app = await open(model());
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    rename(app, 'a', 'a2');
    for (const process of [1, 2]) {
      restart(app);
      await app.force('m');
      await app.pass(4);
      expect(given[process]).toEqual(['a', 'b', 'c']);
    }
    expect(await recordOf(app)).toMatchObject({ ...WON, startNote: expect.stringContaining('it is a2 now') });
  });

  test('after the table could neither be read nor written when it was found: it is kept when that passes', async () => {
    let isAway = true;
    const app = await open(model(), {
      plan: ({ path }) => (isAway && path.includes('numerai-ids') ? { do: 'status', status: 503 } : { do: 'pass' }),
    });
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    isAway = false;
    await app.force('m');
    await app.pass(4);
    rename(app, 'a', 'a2');
    restart(app);
    await app.force('m');
    await app.pass(4);
    expect(given[2]).toEqual(['a', 'b', 'c']);
  });
});

describe('a slot by an id that the account does not have', () => {
  const foreign = idOf(999);

  test('is left out, and the run waits for it to be fixed', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['a', 'b', foreign] })]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(8);
    expect(given).toEqual([['a', 'b']]);
    const run = await recordOf(app);
    expect(run).toMatchObject({ state: 'waiting', attempt: { failure: 'numerai-models' } });
    expect(inWords(run)).toBe(`a accepted, b accepted, ${foreign} missing`);
    expect(run.startNote).toContain(`The account has no classic model "${foreign}"; it has: a, b, c.`);
    await app.pass(80);
    expect(given).toHaveLength(1);
  });

  test('and was found before is used, since Numerai may not list all: with a note', async () => {
    const app = await open(model());
    const a = idAt(app, 'a');
    app.deploy([model({ numeraiModels: [a, 'b'] })]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    app.world.numerai.troubles.unlisted.add(a);
    restart(app, model({ numeraiModels: [a, 'b'] }));
    await app.force('m');
    await app.pass(1);
    expect(given[1]).toHaveLength(2);
    expect((await recordOf(app)).startNote).toContain('it was removed, or is of another account');
  });

  test('is started with where Numerai cannot list the models of the account', async () => {
    const app = await open(model(), {
      plan: (_, __, { body }) => (body.includes('AccountModels') ? { do: 'status', status: 503 } : { do: 'pass' }),
    });
    app.deploy([model({ numeraiModels: [idOf(0)] })]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(1);
    expect(given).toEqual([[idOf(0)]]);
  });
});

describe('a slot that is added to models.json', () => {
  const before = model({ numeraiModels: ['a', 'b'] });

  test('while the container runs is taken up when the others are in, and is the only one that is submitted then', async () => {
    const app = await open(model());
    app.deploy([before]);
    const given = inTurn(app, {});
    await app.start('m');
    app.deploy([model({ maxAttempts: 1 })]);
    await app.pass(20);
    expect(given).toEqual([['a', 'b'], ['c']]);
    const run = await recordOf(app);
    expect(run).toMatchObject({
      ...WON,
      startNote: 'Added to numeraiModels of model m after the run for the others: c.',
    });
    expect(inWords(run)).toBe('a accepted, b accepted, c accepted');
    expect(app.titles()).toEqual([]);
  });

  test('and was submitted by other means is on record, and starts nothing', async () => {
    const app = await open(model());
    app.deploy([before]);
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    submit(app, 'c');
    app.deploy([model()]);
    await app.pass(20);
    expect(given).toHaveLength(1);
    expect(inWords(await recordOf(app))).toBe('a accepted, b accepted, c accepted');
  });

  test('too late for an attempt is reported, before the close and after it', async () => {
    const app = await open(model());
    app.deploy([before]);
    const given = inTurn(app, { minutes: 15 });
    await app.start('m');
    await app.pass(48);
    app.deploy([model()]);
    await app.pass(30);
    expect(given).toHaveLength(1);
    expect(await recordOf(app)).toMatchObject({
      state: 'failed',
      submission: 'partial',
      reason: expect.stringMatching(
        /^1 of 3 models of m is missing: c\. Added to .* It is too late for another attempt/,
      ),
    });
    expect(app.titles()).toEqual([
      expect.stringMatching(/^m: 1 of 3 models is missing, and round 1001 closes in/),
      'm: 1 of 3 models is missing in round 1001',
    ]);
  });
});

describe('an existing group with a slot that the account does not have', () => {
  const group = { ...model({ numeraiModels: ['a', 'b', 'sea'] }), container: { group: 'own' } };

  async function run(): Promise<SimulatedApp> {
    const app = await open(model());
    app.deploy([group]);
    app.world.runtime.behaviour = () => {
      const effect = () => {
        for (const { name, id: modelId } of app.world.numerai.models)
          if (name !== 'c') app.world.numerai.submit({ modelId });
      };
      return { steps: [{ after: 20_000, line: 'done', effect }] };
    };
    await app.start('m');
    return app;
  }

  test('is not run again for it, and so does not submit the others once more', async () => {
    const app = await run();
    await app.pass(80);
    expect(executions(app)).toBe(1);
    expect(inWords(await recordOf(app))).toBe('a accepted, b accepted, sea missing');
    expect(app.titles().at(-1)).toBe('m: 1 of 3 models is missing in round 1001');
  });

  test('is run again before the close where that model is there by then', async () => {
    const app = await run();
    await app.pass(20);
    const [first] = app.world.numerai.models;
    app.world.numerai.addModel(first?.username ?? '', { name: 'sea' });
    await app.pass(40);
    expect(executions(app)).toBe(2);
    expect(await recordOf(app)).toMatchObject(WON);
  });
});

describe('a slot that is given twice', () => {
  test('by its name and by its id is one slot', async () => {
    const app = await open(model());
    app.deploy([model({ numeraiModels: ['a', idAt(app, 'a')] })]);
    const given = inTurn(app, { exitCode: 1, submits: [] }, {});
    await app.start('m');
    await app.pass(7);
    expect(given).toEqual([['a'], ['a']]);
    const run = await recordOf(app);
    expect(run).toMatchObject(WON);
    expect(inWords(run)).toBe('a accepted');
  });

  test('by its old name in the run and by its new one in models.json is not submitted again', async () => {
    const app = await open(model());
    const given = inTurn(app, { submits: ['a', 'b'] }, {});
    await app.start('m');
    await app.pass(4);
    rename(app, 'a', 'a2');
    app.deploy([model({ numeraiModels: ['a2', 'b', 'c'] })]);
    await app.pass(15);
    expect(given).toEqual([['a', 'b', 'c'], ['c']]);
    const run = await recordOf(app);
    expect(inWords(run)).toBe('a2 accepted, b accepted, c accepted');
    expect(run).toMatchObject(WON);
  });
});
