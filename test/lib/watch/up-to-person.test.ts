// What only a person can fix: when it is reported, what is noticed of a fix, and when it is tried again.

import { describe, expect, test } from 'vitest';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { behave, executions, minutesOf, modelOf, open, ROUND, recordOf, WON } from '../../support/one-model.ts';

describe('what only a person can fix', () => {
  const SECRETS = { KEY: 'some-key' };
  const secrets = { 'some-key': 'a-wrong-value' };

  test.each([
    ['a container that exits with 78', () => undefined, 78],
    [
      'an image that does not exist',
      (app: SimulatedApp) => app.world.runtime.missingImages.add('docker.io/someone/m:1'),
      0,
    ],
  ])('%s: is reported at once, and tried once more before the close', async (_, arrange, exitCode) => {
    const app = await open(modelOf());
    arrange(app);
    behave(app, () => ({ exitCode }));
    await app.start('m');
    await app.pass(8);
    expect(app.titles()).toEqual([`m: the run for round ${ROUND} has no submission yet`]);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { number: 1 } });
    await app.pass(57);
    const minutes = await minutesOf(app);
    expect(minutes).toHaveLength(2);
    expect(minutes[1]).toBeGreaterThan(35);
    expect(await recordOf(app)).toMatchObject({ state: 'failed', attempt: { number: 2 } });
  });

  test.each([
    ['early', 10, 1],
    ['after its try before the close', 43, 2],
  ])('is tried again within minutes when a secret has changed: %s', async (_, minute, failed) => {
    const app = await open(modelOf({ secrets: SECRETS }), { secrets });
    let isFixed = false;
    behave(app, () => ({ exitCode: isFixed ? 0 : 78 }));
    await app.start('m');
    await app.pass(minute);
    expect(executions(app)).toBe(failed);
    expect(await recordOf(app)).toMatchObject({
      state: 'waiting',
      waitingFor: 'somebody to fix the configuration',
      nextAttemptAt: failed === 1 ? expect.any(String) : null,
    });
    app.world.keyVault.setSecret('some-key', 'the-right-value');
    isFixed = true;
    await app.pass(8);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: failed + 1 } });
    expect(executions(app)).toBe(failed + 1);
  });

  test('is tried again at once when models.json was changed while it ran', async () => {
    const app = await open(modelOf());
    let isFixed = false;
    behave(app, () => ({ exitCode: isFixed ? 0 : 78, seconds: 180 }));
    await app.start('m');
    await app.pass(1);
    app.deploy([modelOf({ env: { FOLD: '1' } })]);
    isFixed = true;
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2 } });
  });

  test('has another try before the close where the round is extended after its first', async () => {
    const app = await open(modelOf());
    behave(app, () => ({ exitCode: 78 }));
    await app.start('m');
    await app.pass(50);
    expect(await minutesOf(app)).toEqual([0, 40]);
    const closes = new Date('2026-04-07T15:00:00Z');
    app.world.numerai.rounds.change(8, ROUND, { closeStakingTime: closes, closeTime: closes });
    behave(app);
    await app.pass(140);
    const minutes = await minutesOf(app);
    expect(minutes).toHaveLength(3);
    expect(minutes[2]).toBeGreaterThan(120);
    expect(await recordOf(app)).toMatchObject(WON);
  });

  test('is not tried again for an outage of the vault, which changes nothing', async () => {
    const app = await open(modelOf({ secrets: SECRETS }), { secrets });
    behave(app, () => ({ exitCode: 78 }));
    await app.start('m');
    await app.pass(3);
    app.world.keyVault.emulator.faults.add({ kind: 'status', status: 503 });
    await app.pass(20);
    app.world.keyVault.emulator.faults.clear();
    await app.pass(5);
    expect(executions(app)).toBe(1);
  });

  test.each([
    ['of an image that does not exist', { image: 'docker.io/someone/typo:1' }],
    ['of a container that exits with 78 for want of a variable', { env: {} }],
  ])('is tried again at once when models.json has changed: %s', async (_, container) => {
    const app = await open(modelOf(container));
    app.world.runtime.missingImages.add('docker.io/someone/typo:1');
    let isFixed = false;
    behave(app, () => ({ exitCode: isFixed ? 0 : 78 }));
    await app.start('m');
    await app.pass(10);
    app.deploy([modelOf({ env: { FOLD: '1' } })]);
    isFixed = true;
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2 } });
  });
});
