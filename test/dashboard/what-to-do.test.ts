// What somebody reads who looks at a run that has not submitted all: what happened, and what can be done on that page. The
// pages, and the alerts of the same moment, as the app answers them.

import { describe, expect, test } from 'vitest';
import { dashboard } from '../../src/functions/dashboard.ts';
import { start } from '../../src/functions/start.ts';
import type { SimulatedApp } from '../simulation/app/simulated-app.ts';
import { open, recordOf } from '../support/one-model.ts';
import { inTurn, model } from '../support/three-slots.ts';

const AFTER_A_FIX =
  'The app notices a changed secret or models.json by itself; after any other fix, such as a new image, press Try now.';

async function textOf(app: SimulatedApp, params: Readonly<Record<string, string>>): Promise<string> {
  const { status, body } = await app.call(dashboard, { params });
  expect(status).toBe(200);
  return String(body)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}
const runPage = async (app: SimulatedApp) => textOf(app, { model: 'm', runId: (await recordOf(app)).id });
const modelPage = (app: SimulatedApp) => textOf(app, { model: 'm' });
const question = (app: SimulatedApp) => textOf(app, { model: 'm', runId: 'start' });
const alerts = ({ world }: SimulatedApp) => world.alertReceivers.received.map(({ body }) => JSON.stringify(body));
const away = ({ world }: SimulatedApp) => world.numerai.emulator.faults.add({ kind: 'drop-before' });

const RETRY = /Retry this run/;
const TRY_NOW = /Try now this run/;

describe('a run that ended with some of its submissions', () => {
  async function ended() {
    const app = await open(model({ maxAttempts: 1 }));
    inTurn(app, { submits: ['a'] });
    await app.start('m');
    await app.pass(10);
    return app;
  }

  test('is retried from its page while the round is open, for those that are missing', async () => {
    const app = await ended();
    expect(await runPage(app)).toMatch(RETRY);
    expect(await question(app)).toMatch(/Retry m\?.* Another attempt is for the others: b and c\./);
    expect(alerts(app)).toEqual([
      expect.stringMatching(
        /2 of 3 models are missing, and the run for round 1001 failed.*while the round is open, press Retry on the dashboard, or submit by hand\./,
      ),
    ]);
    expect((await app.call(dashboard, { method: 'POST', params: { model: 'm', runId: 'start' } })).status).not.toBe(
      200,
    );
    await app.call(start, { method: 'POST', params: { model: 'm' }, body: {} });
    // Its container is under way: the page says nothing of a further one.
    expect(await runPage(app)).not.toMatch(RETRY);
    expect(await question(app)).not.toContain('Another attempt');
  });

  test('is not retried from its page when the round has closed, nor cancelled', async () => {
    const app = await ended();
    await app.pass(60);
    expect(await runPage(app)).not.toMatch(RETRY);
    const { id } = await recordOf(app);
    const cancel = await textOf(app, { model: 'm', runId: id, action: 'cancel' });
    expect(cancel).toContain('The run has ended: there is nothing left to cancel.');
    expect(cancel).not.toContain('Cancel the run');
  });
});

describe('a run that only a person can help', () => {
  async function misconfigured(more: object = {}) {
    const app = await open(model(more));
    inTurn(app, { submits: [], exitCode: 78 });
    await app.start('m');
    return app;
  }

  test('says so before its try before the close, and after it', async () => {
    const app = await misconfigured();
    await app.pass(5);
    for (const page of [await runPage(app), await modelPage(app)]) {
      expect(page).toMatch(/Waiting for you .*next attempt 12:40 UTC/);
      expect(page).toContain(AFTER_A_FIX);
    }
    await app.pass(48);
    const page = await runPage(app);
    expect(page).toMatch(/Waiting for you .* next attempt after a fix/);
    expect(page).toContain(AFTER_A_FIX);
    expect(page).toMatch(TRY_NOW);
    expect(alerts(app).at(-1)).toMatch(
      /Only you can fix this \(runbook: configuration\): fix it, then press Try now on the dashboard, or submit by hand\..* and has had its try before the close\./,
    );
    await app.pass(12);
    expect(await runPage(app)).toMatch(/a none seen/);
  });

  test('names the container to fix where the last resort takes its place, and where that has failed as well', async () => {
    const app = await open(model({ lastResort: { image: 'docker.io/someone/quick:1', minutes: 4 } }));
    inTurn(app, { submits: ['a'], exitCode: 78 }, { submits: ['b'], exitCode: 1 });
    await app.start('m');
    await app.pass(6);
    expect(alerts(app)).toEqual([
      expect.stringMatching(
        /Only you can fix the ordinary container \(runbook: configuration\)\. The last resort goes on by itself\..* The last resort is started\./,
      ),
      expect.stringMatching(
        /Only you can fix the ordinary container \(runbook: configuration\)\. The app notices.* The last resort has failed as well\./,
      ),
    ]);
    expect(await runPage(app)).toContain(AFTER_A_FIX);
  });
});

describe('while Numerai cannot be asked', () => {
  test('a run that waits for it can be started from both pages', async () => {
    const app = await open(model());
    inTurn(app, { submits: [], exitCode: 1 });
    await app.start('m');
    away(app);
    await app.pass(4);
    expect(await runPage(app)).toMatch(TRY_NOW);
    expect(await modelPage(app)).toMatch(/Try now m Cancel m/);
    expect(await question(app)).toContain(
      'What its run waits for is tried at once. Numerai cannot be asked which round is open.',
    );
    await app.pass(44);
    expect(alerts(app).join('\n')).toMatch(
      /round 1001 closes.*Numerai cannot be asked whether it has a submission\..*13:00 UTC, as of 2026-04-07 12:00 UTC/,
    );
  });

  test('one whose container ended well is not said to have no submission, and another attempt of it can be forced', async () => {
    const app = await open(model());
    inTurn(app, { submits: ['a'] });
    await app.start('m');
    away(app);
    await app.pass(45);
    expect(alerts(app)).toEqual([
      expect.stringMatching(
        /m: the submission is not confirmed, and round 1001 closes.*Look at numer\.ai whether it is there; if not, start the model again.*Attempt 1 ended well\. 3 of 3 models of m are not confirmed: a, b, c\./,
      ),
    ]);
    expect(await question(app)).toMatch(/Start m again\? Not every submission of the round is known to count yet\./);
    await app.call(start, { method: 'POST', params: { model: 'm' }, body: { force: true } });
    expect(await recordOf(app)).toMatchObject({ attempt: { number: 2 } });
  });
});

test('a run that the bound of the day keeps from its next attempt says so, by a name of its own', async () => {
  const app = await open(model(), {
    settings: { ALERT_WEBHOOKS: 'json:alert-json:alert-json-key', MAX_STARTS_PER_DAY: '1' },
  });
  inTurn(app, { submits: ['a'] });
  await app.start('m');
  await app.pass(50);
  const run = await recordOf(app);
  expect(run).toMatchObject({
    state: 'waiting',
    waitingFor: 'somebody to raise the bound of the day, or the day to end',
    attempt: { failure: 'starts-exceeded' },
  });
  const said = alerts(app);
  expect(said[1]).toMatch(/Raise the setting, then press Try now \(runbook: starts-exceeded\)\./);
  expect(said[2]).toMatch(/Raise the setting, then press Try now on the dashboard, or submit by hand\./);
  expect(app.world.runtime.starts).toHaveLength(1);
});
