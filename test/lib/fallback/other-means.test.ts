// What was submitted for some of three slots by hand, or from another machine, before or instead of the app.

import { describe, expect, test } from 'vitest';
import { executions, open, ROUND, recordOf, WON } from '../../support/one-model.ts';
import { inTurn, inWords, model, SLOTS, submit, submittedFor } from '../../support/three-slots.ts';

describe('what was submitted by other means', () => {
  test('for some: the fallback starts the container for the others only', async () => {
    const app = await open(model());
    const given = inTurn(app, {});
    submit(app, 'a');
    await app.pass(25);
    expect(given).toEqual([['b', 'c']]);
    expect(await recordOf(app)).toMatchObject({ ...WON, trigger: 'timer', attempt: { slots: ['b', 'c'] } });
    expect(submittedFor(app, 'a')).toHaveLength(1);
  });

  test('for all: nothing is started', async () => {
    const app = await open(model());
    for (const name of SLOTS) submit(app, name);
    await app.pass(25);
    expect(executions(app)).toBe(0);
    expect(await recordOf(app)).toMatchObject({
      ...WON,
      reason: expect.stringMatching(
        /^The submissions were made by other means, the last at .*Z: nothing was started\.$/,
      ),
    });
  });

  test('for some, and nothing was started: the record of the closed round says which are missing', async () => {
    const app = await open(model({ fallback: false }));
    submit(app, 'b');
    await app.pass(90);
    const run = await recordOf(app);
    expect(run).toMatchObject({ state: 'failed', failure: 'round-missed', submission: 'partial' });
    expect(run.reason).toContain('2 of 3 models of m are missing: a, c; the others were submitted by other means.');
  });
});

test('what was submitted for a round that nothing was started for is on record as Numerai has it', async () => {
  const app = await open(model({ fallback: false }));
  await app.pass(50);
  const rejected = submit(app, 'a', { status: 'failed', errorInfo: 'ids are missing' });
  await app.pass(11, { fallback: false });
  const late = submit(app, 'b', { queuedFor: ROUND });
  await app.pass(20);
  const run = await recordOf(app);
  expect(run).toMatchObject({ state: 'failed', failure: 'round-missed' });
  expect(inWords(run)).toBe('a rejected, b late, c missing');
  const at = ({ insertedAt }: typeof late) => new Date(insertedAt).toISOString();
  expect(run.slots.map(({ submittedAt }) => submittedAt)).toEqual([at(rejected), at(late), null]);
});
