// What Numerai's answers about submissions, late, odd or missing, come to in the record and in the alerts: through the
// app's timers and webhook, in a simulated world.

import { describe, expect, test } from 'vitest';
import { DEMO_PUBLIC_ID } from '../../../local/environment/demo.ts';
import { inTurn } from '../../support/containers.ts';
import { messageIn } from '../../support/json-alert.ts';
import { model, open, sendsIds, silence, speak, submit } from '../../support/one-account.ts';
import { idOf } from '../../support/one-model.ts';

describe('a container that ends well and submits nothing', () => {
  test('while Numerai answers 503 is tried again once Numerai can be asked', async () => {
    const app = await open();
    const starts = inTurn(app.world, {}, { effect: () => submit(app) });
    await app.start('m');
    silence(app);
    await app.pass(33);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'unknown' });
    expect(starts()).toBe(1);
    speak(app);
    await app.pass(10);
    expect(starts()).toBe(2);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(app.titles()).toEqual([]);
  });

  test('while the key is refused: that is reported at once and once, and so is that it works again', async () => {
    const app = await open([model(), model({ name: 'n', numeraiModels: [idOf(1)] })]);
    const starts = inTurn(app.world, {}, {}, { effect: () => submit(app) });
    await app.start('m');
    await app.start('n');
    app.world.numerai.setRevoked(DEMO_PUBLIC_ID, true);
    await app.pass(3);
    expect(app.titles()).toEqual(['The Numerai key in numerai-secret-key is of no use']);
    const told = app.world.alertReceivers.received.find(({ format }) => format === 'json');
    expect(messageIn(told?.body)).toMatchObject({
      text: expect.stringMatching(
        /\. Numerai does not accept the key in the secrets numerai-public-id and numerai-secret-key\. Make a new one at https:\/\/numer\.ai\/account that may read user info, read submission info and upload submissions, and set both secrets \(npm run azure:secrets\); the app reads them within five minutes\. Until that is fixed, the app cannot ask /,
      ),
    });
    expect(await app.record('m')).toMatchObject({ submission: 'unknown' });
    await app.pass(15);
    expect(app.titles()).toHaveLength(1);
    app.world.numerai.setRevoked(DEMO_PUBLIC_ID, false);
    await app.pass(8);
    expect(app.titles().slice(1)).toEqual(['The Numerai key in numerai-secret-key: back to normal']);
    expect(starts()).toBe(4);
    expect(await app.record('m')).toMatchObject({ submission: 'accepted' });
  });

  test('is not proven by what somebody submitted by hand meanwhile', async () => {
    const app = await open([model({ maxAttempts: 1 })]);
    sendsIds(app);
    inTurn(app.world, { effect: () => submit(app) });
    await app.start('m', 'a-trigger');
    await app.pass(7);
    expect(await app.record('m')).toMatchObject({
      state: 'failed',
      failure: 'missing-submission',
      reason: expect.stringContaining('Numerai has a submission for the round that was made by other means'),
    });
    // The round has its submission all the same, and the record says whose it is.
    await app.pass(20);
    expect(await app.record('m')).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      reason: expect.stringContaining('by other means'),
    });
    expect(app.titles()).toEqual(['m: the run for round 1001 failed', 'm: back to normal']);
  });

  test.each<[string, string | null]>([
    ['on record', null],
    ['by the id that both attempts carry', 'a-trigger'],
  ])('is not proven by the attempt before: %s', async (_, triggerId) => {
    const app = await open();
    const starts = inTurn(app.world, { effect: () => submit(app, { triggerId }) }, {});
    await app.start('m', triggerId);
    await app.pass(2);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    await app.force('m');
    await app.pass(10);
    expect(starts()).toBe(2);
    expect(await app.record('m')).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      attempt: {
        number: 2,
        outcome: 'failed',
        failure: 'missing-submission',
        reason: expect.stringContaining('is of an earlier attempt'),
      },
    });
  });

  test.each([
    ['as it was made', '2026-04-06T13:30:00Z'],
    ['as it was taken over', '2026-04-07T12:00:00Z'],
  ])('is not proven by one that Numerai queued from the round before, dated %s', async (_, at) => {
    const app = await open([model({ maxAttempts: 1 })], '2026-04-07T12:03:10Z');
    submit(app, { at: new Date(at), queuedFor: 1001 });
    inTurn(app.world, {});
    await app.start('m');
    await app.pass(7, { fallback: false });
    expect(await app.record('m')).toMatchObject({ state: 'failed', failure: 'missing-submission' });
  });
});

describe('a submission', () => {
  test('that was not accepted is not taken for that of the next attempt, which is listed two minutes late', async () => {
    const app = await open();
    const starts = inTurn(
      app.world,
      { effect: () => submit(app, { status: 'failed', errorInfo: 'Bad ids.' }) },
      { effect: () => submit(app, { listedAfterMs: 2 * 60_000 }) },
    );
    await app.start('m');
    await app.pass(9);
    expect(starts()).toBe(2);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted', attempt: { number: 2 } });
  });

  test('that Numerai does not accept is none, and the next attempt follows', async () => {
    const app = await open();
    const bad = () => submit(app, { status: 'failed', errorInfo: `Bad ids, key ${DEMO_PUBLIC_ID}` });
    const starts = inTurn(app.world, { effect: bad }, { effect: () => submit(app) });
    await app.start('m');
    await app.pass(2);
    expect((await app.attempts('m'))[0]).toMatchObject({
      failure: 'rejected-submission',
      reason: expect.stringMatching(
        /does not accept it: failed: Bad ids, key \[secret\]\. Fix what the container uploads\.$/,
      ),
    });
    await app.pass(5);
    expect(starts()).toBe(2);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
  });

  test('that is found not to be valid later is no good one any more', async () => {
    const app = await open();
    let made = '';
    inTurn(app.world, { effect: () => (made = submit(app).id) });
    await app.start('m');
    await app.pass(5);
    expect(await app.record('m')).toMatchObject({ submission: 'accepted' });
    app.world.numerai.judge(made, { errorInfo: 'Too many values are missing.' });
    await app.pass(65);
    expect(await app.record('m')).toMatchObject({
      state: 'failed',
      failure: 'rejected-submission',
      submission: 'rejected',
      reason: expect.stringContaining('Too many values are missing.'),
    });
    expect(app.titles()).toEqual(['m: round 1001 was missed']);
  });

  test('of the last attempt that is listed eight minutes late corrects the record, with the all-clear', async () => {
    const app = await open([model({ maxAttempts: 1 })]);
    inTurn(app.world, { effect: () => submit(app, { listedAfterMs: 8 * 60_000 }) });
    await app.start('m');
    await app.pass(7);
    expect(await app.record('m')).toMatchObject({ state: 'failed', submission: 'missing' });
    await app.pass(8);
    expect(await app.record('m')).toMatchObject({
      state: 'succeeded',
      failure: null,
      submission: 'accepted',
      attempt: { outcome: 'succeeded' },
    });
    expect(app.titles()).toEqual(['m: the run for round 1001 failed', 'm: back to normal']);
  });

  test('that is listed only after the close does so as well', async () => {
    const app = await open([model({ maxAttempts: 1 })], '2026-04-07T12:50:10Z');
    inTurn(app.world, { effect: () => submit(app, { listedAfterMs: 12 * 60_000 }) });
    await app.start('m');
    await app.pass(20);
    expect(await app.record('m')).toMatchObject({ state: 'succeeded', submission: 'accepted' });
    expect(app.titles().at(-1)).toBe('m: back to normal');
  });

  test('with the id of the run that Numerai put into another round is late, and the record says into which', async () => {
    const app = await open([model()], '2026-04-06T12:50:10Z');
    inTurn(app.world, { effect: () => submit(app, { triggerId: 'a-trigger', queuedFor: 1001 }) });
    await app.start('m', 'a-trigger');
    await app.pass(5);
    expect(await app.record('m')).toMatchObject({
      round: 1000,
      submission: 'late',
      reason: expect.stringContaining('Numerai put it into round 1001'),
    });
  });
});
