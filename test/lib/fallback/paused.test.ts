// A paused model in simulated time: nothing starts it, nobody is told of its rounds, and once resumed it is started.

import { describe, expect, test } from 'vitest';
import { pause, resume } from '../../../src/functions/pause.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { behave, executions, modelOf, open, recordOf } from '../../support/one-model.ts';

const ask = (app: SimulatedApp, what: typeof pause, body: object = {}) =>
  app.call(what, { method: 'POST', params: { model: 'm' }, body });

describe('a paused model', () => {
  test('is not started by the fallback, is in no alert, and its round is on no record', async () => {
    const app = await open(modelOf(), { start: '2026-04-07T11:55:00Z' });
    behave(app);
    expect((await ask(app, pause, { by: 'Ada' })).status).toBe(200);
    await app.pass(100);
    expect(executions(app)).toBe(0);
    expect(await app.record('m')).toBeNull();
    expect(app.titles()).toEqual([]);
  });

  test('in models.json is left alone in the same way', async () => {
    const app = await open(modelOf({}, { paused: true }));
    await app.pass(100);
    expect([executions(app), await app.record('m'), app.titles()]).toEqual([0, null, []]);
  });

  test('stays so over a deployment, and is started by the fallback once it is resumed', async () => {
    const app = await open(modelOf());
    behave(app);
    await ask(app, pause);
    await app.pass(15);
    app.deploy([modelOf({}, { timeoutMinutes: 30 })]);
    await app.pass(10);
    expect(executions(app)).toBe(0);
    await ask(app, resume);
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ trigger: 'timer', state: 'succeeded', submission: 'accepted' });
    expect(app.titles()).toEqual([]);
  });

  test('that was resumed after the close has missed nothing', async () => {
    const app = await open(modelOf());
    await ask(app, pause);
    await app.pass(62);
    await ask(app, resume);
    await app.pass(40);
    expect(await app.record('m')).toBeNull();
    expect(app.titles()).toEqual([]);
  });

  test('that was paused only after the close has missed its round', async () => {
    const app = await open(modelOf({}, { fallback: false }));
    await app.pass(5);
    await app.sleepUntil(new Date('2026-04-07T13:01:00Z'));
    await ask(app, pause);
    await app.pass(40);
    expect(await recordOf(app)).toMatchObject({ state: 'failed', failure: 'round-missed' });
  });

  test('goes on with what is in flight, its attempts included', async () => {
    const app = await open(modelOf());
    behave(app, (start) => ({ exitCode: start === 1 ? 1 : 0 }));
    await app.start('m', 'a');
    await ask(app, pause);
    await app.pass(5);
    expect(await recordOf(app)).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
  });
});
