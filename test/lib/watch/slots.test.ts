// One container that submits for several models at Numerai: what its run comes to, slot by slot.

import { describe, expect, test } from 'vitest';
import { hasEnded } from '../../../src/lib/runs/run.ts';
import { executions, idOf, open, ROUND, recordOf, WON } from '../../support/one-model.ts';
import {
  breakFor,
  inTurn,
  inWords,
  model,
  type Plan,
  repair,
  SLOTS,
  submit,
  submittedFor,
} from '../../support/three-slots.ts';

describe('a container that submits for three models', () => {
  test('is started once, is given all of them, and its run is good when all are accepted', async () => {
    const app = await open(model());
    const given = inTurn(app, {});
    await app.start('m', 'a-trigger');
    await app.pass(3);
    expect(given).toEqual([['a', 'b', 'c']]);
    const run = await recordOf(app);
    expect(run).toMatchObject({ ...WON, reason: null, attempt: { number: 1, slots: null } });
    expect(inWords(run)).toBe('a accepted, b accepted, c accepted');
    expect(run.slots.every(({ id, submittedAt }) => id !== null && submittedAt !== null)).toBe(true);
    expect(app.world.numerai.submissions).toHaveLength(3);
  });

  test('and leaves one out has another attempt for that one alone', async () => {
    const app = await open(model());
    const given = inTurn(app, { submits: ['a', 'c'] }, {});
    await app.start('m');
    await app.pass(2);
    const pending = await recordOf(app);
    expect(inWords(pending)).toBe('a accepted, b pending, c accepted');
    expect(pending.reason).toBe(
      'The container ended with exit code 0; waiting for Numerai to show its submissions. So far, 1 of 3 models of m is not shown yet: b.',
    );
    await app.pass(6);
    expect(await app.attempts('m')).toMatchObject([
      {
        failure: 'missing-submission',
        reason: 'The container ended with exit code 0. 1 of 3 models of m is missing: b. The end of its log: done.',
        slots: null,
      },
      { slots: ['b'] },
    ]);
    await app.pass(2);
    expect(await recordOf(app)).toMatchObject(WON);
    expect(given).toEqual([['a', 'b', 'c'], ['b']]);
    expect(app.world.numerai.submissions).toHaveLength(3);
  });

  const UNACCEPTED = { submits: [...SLOTS], rejected: ['b'] };
  test.each<[string, Plan, string, string]>([
    ['fails', { exitCode: 1 }, 'exit-code', 'missing'],
    ['is not ready', { exitCode: 75 }, 'not-ready', 'missing'],
    ['does not end', { hangs: true }, 'timeout', 'missing'],
    ['brings one that Numerai does not accept', UNACCEPTED, 'rejected-submission', 'not accepted by Numerai'],
  ])('and %s after two of them has another attempt for the third', async (_, plan, failure, is) => {
    const app = await open(model({ timeoutMinutes: 3 }));
    const given = inTurn(app, { submits: ['a', 'c'], ...plan }, {});
    await app.start('m');
    await app.pass(15);
    expect((await app.attempts('m'))[0]).toMatchObject({
      failure,
      reason: expect.stringContaining(`1 of 3 models of m is ${is}: b`),
    });
    expect(given).toEqual([['a', 'b', 'c'], ['b']]);
    expect(await recordOf(app)).toMatchObject({ ...WON, countedFailures: failure === 'not-ready' ? 0 : 1 });
    expect(submittedFor(app, 'a')).toHaveLength(1);
    expect(submittedFor(app, 'c')).toHaveLength(1);
  });

  test('and fails after all of them has done its work', async () => {
    const app = await open(model());
    inTurn(app, { exitCode: 1 });
    await app.start('m');
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 1 } });
    expect(executions(app)).toBe(1);
  });

  test('in part to the end is reported before the close and after it, with which are missing', async () => {
    const app = await open(model({ maxAttempts: 1 }));
    inTurn(app, { submits: ['a'] });
    await app.start('m');
    await app.pass(90);
    const run = await recordOf(app);
    expect(run).toMatchObject({
      state: 'failed',
      submission: 'partial',
      failure: 'missing-submission',
      reason: expect.stringContaining('2 of 3 models of m are missing: b, c.'),
    });
    expect(app.titles()).toEqual([
      `m: 2 of 3 models are missing, and the run for round ${ROUND} failed`,
      expect.stringMatching(/^m: 2 of 3 models are missing, and round 1001 closes in/),
      `m: 2 of 3 models are missing in round ${ROUND}`,
    ]);
  });

  test('is corrected slot by slot: what is listed late completes it', async () => {
    const app = await open(model({ maxAttempts: 1 }));
    inTurn(app, { submits: ['a'] });
    await app.start('m');
    await app.pass(10);
    submit(app, 'b');
    await app.pass(10);
    const partial = await recordOf(app);
    expect(partial).toMatchObject({ state: 'failed', reason: '1 of 3 models of m is missing: c.' });
    expect(inWords(partial)).toBe('a accepted, b accepted, c missing');
    submit(app, 'c');
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject(WON);
    expect(app.titles().at(-1)).toBe('m: back to normal');
  });

  test('is tried again for the one that Numerai finds not to be valid later', async () => {
    const app = await open(model());
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(5);
    expect(await recordOf(app)).toMatchObject(WON);
    // Only a look at a run that is not good yet, or the review, would find it: the operator forces nothing here.
    const [bad] = submittedFor(app, 'b');
    app.world.numerai.judge(bad?.id ?? '', { errorInfo: 'Too many values are missing.' });
    await app.pass(70);
    const run = await recordOf(app);
    expect(run).toMatchObject({ state: 'failed', failure: 'rejected-submission', submission: 'partial' });
    expect(run.reason).toMatch(/^1 of 3 models of m is not accepted by Numerai: b\. Numerai has a submission of b, /);
    expect(given).toHaveLength(1);
  });

  test('is forced for all of them once more where all are accepted', async () => {
    const app = await open(model());
    const given = inTurn(app, {});
    await app.start('m');
    await app.pass(3);
    await app.force('m');
    await app.pass(4);
    expect(given).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, outcome: 'succeeded' } });
  });
});

describe('an existing group that submits for three models', () => {
  test('is given nothing, submits for all in each attempt, and each slot is verified', async () => {
    const app = await open({ ...model(), container: { group: 'own' } });
    const given: (string | undefined)[] = [];
    app.world.runtime.behaviour = ({ env }, start) => {
      given.push(env.NUMERAI_MODELS);
      const effect = () => {
        for (const name of start === 1 ? ['a', 'b'] : SLOTS) submit(app, name);
      };
      return { steps: [{ after: 20_000, line: 'done', effect }] };
    };
    await app.start('m');
    await app.pass(12);
    expect(given).toEqual([undefined, undefined]);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, slots: null } });
  });
});

describe('webhooks of several slots', () => {
  test('find one run, which keeps their trigger ids: what carries any of them is its own', async () => {
    const app = await open(model());
    const given = inTurn(app, { more: { triggerId: 'of-b' } });
    // From before, so that the models are known to send the ids that their containers get.
    for (const name of SLOTS) submit(app, name, { triggerId: 'of-friday', at: new Date('2026-04-03T12:01:00Z') });
    const ids = await Promise.all(['of-a', 'of-b', 'of-c'].map((triggerId) => app.start('m', triggerId)));
    expect(new Set(ids).size).toBe(1);
    await app.pass(3);
    const run = await recordOf(app);
    expect(run).toMatchObject(WON);
    expect([...run.triggerIds].sort()).toEqual(['of-a', 'of-b', 'of-c']);
    expect(given).toHaveLength(1);
  });

  test('that come after the fallback has started the run prove nothing against a submission without an id', async () => {
    const app = await open(model());
    for (const name of SLOTS) submit(app, name, { triggerId: 'of-friday', at: new Date('2026-04-03T12:01:00Z') });
    const given = inTurn(app, {});
    await app.pass(10);
    await app.start('m', 'too-late');
    await app.pass(8);
    expect(await recordOf(app)).toMatchObject({ ...WON, trigger: 'timer', triggerId: null, triggerIds: ['too-late'] });
    expect(given).toHaveLength(1);
  });

  test('do not cost the one that starts it its start', async () => {
    // Azure takes its time, and the ids of the others come meanwhile.
    const app = await open(model(), {
      plan: ({ dependency, method }) =>
        dependency === 'resource-manager' && method === 'PUT' ? { do: 'slow-there', by: 3_000 } : { do: 'pass' },
    });
    inTurn(app, {});
    await Promise.all(['of-a', 'of-b', 'of-c'].map((triggerId) => app.start('m', triggerId)));
    const run = await recordOf(app);
    expect(run).toMatchObject({ state: 'starting', attempt: { acceptedAt: expect.any(String) } });
    expect(run.triggerIds).toHaveLength(3);
  });
});

test('a slot that Numerai cannot be asked about for long is asked about again, and is not good meanwhile', async () => {
  const app = await open(model());
  const given = inTurn(app, {});
  breakFor(app, 'b');
  await app.start('m');
  await app.pass(14);
  const run = await recordOf(app);
  expect(run).toMatchObject({ state: 'succeeded', submission: 'partial' });
  expect(inWords(run)).toBe('a accepted, b unknown, c accepted');
  repair(app);
  await app.pass(10);
  expect(await recordOf(app)).toMatchObject(WON);
  expect(given).toHaveLength(1);
});

test('fifty slots cost a tick and a verification no more external calls than their batches', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `slot_${index}`);
  const app = await open(model({ numeraiModels: names }));
  const { numerai } = app.world;
  inTurn(app, {});
  await app.start('m');
  const asked = () => numerai.emulator.calls.length;
  const before = asked();
  await app.pass(2, { fallback: false });
  const run = await recordOf(app);
  expect(run).toMatchObject(WON);
  expect(hasEnded(run)).toBe(true);
  expect(numerai.submissions).toHaveLength(50);
  // The rounds, and two requests for the submissions of fifty models.
  expect(asked() - before).toBeLessThanOrEqual(3);
});

test('a model that is named by its id has the name that Numerai knows, which its container is given', async () => {
  const app = await open(model({ numeraiModels: [idOf(0), 'b'] }));
  const given = inTurn(app, { submits: ['m', 'b'] });
  await app.start('m');
  await app.pass(3);
  expect(given).toEqual([['m', 'b']]);
  expect(await recordOf(app)).toMatchObject({ ...WON, slots: [{ model: 'm', id: idOf(0) }, { model: 'b' }] });
});

test('and an attempt for it alone says so by that name', async () => {
  const app = await open(model({ numeraiModels: [idOf(0), 'b'] }));
  const given = inTurn(app, { submits: ['m'] });
  submit(app, 'b');
  await app.pass(25);
  expect(given).toEqual([['m']]);
  expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { slots: ['m'] } });
});
