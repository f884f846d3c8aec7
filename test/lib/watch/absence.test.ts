// An execution that the platform does not have any more is not believed to be gone by one answer, by one that nobody can
// read, or before Numerai has been asked: it may have done its work.

import { describe, expect, test } from 'vitest';
import { GARBLED_FORMS } from '../../../local/emulators/garbled.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { behave, executions, faultsOf, idOf, modelOf, open, recordOf, WON } from '../../support/one-model.ts';

const GONE = { state: 'cancelled', failure: 'stopped-outside' };

/** A container that submits after so many seconds, where it does, and goes on. */
function goOn({ world }: SimulatedApp, submitsAfter: number | null): void {
  const effect = () => void world.numerai.submit({ modelId: idOf(0) });
  world.runtime.behaviour = () => ({
    steps: submitsAfter === null ? [] : [{ after: submitsAfter * 1000, line: 'done', effect }],
    endsAfter: Number.POSITIVE_INFINITY,
  });
}

async function deleteGroups({ world }: SimulatedApp): Promise<void> {
  const { groups } = world.resourceManager;
  for (const name of groups.names.filter((each) => each !== 'own')) await groups.deleteByHand(name);
}

/** Started, and seen to run for two minutes where it is. */
async function started(submitsAfter: number | null, minutes = 2): Promise<SimulatedApp> {
  const app = await open(modelOf());
  goOn(app, submitsAfter);
  await app.start('m');
  await app.pass(minutes);
  return app;
}

describe.each([
  ['does not answer', { kind: 'status', status: 502 }],
  ['answers what nobody can read', { kind: 'garbled', form: 'page' }],
] as const)('while Numerai %s', (_, fault) => {
  test.each([
    ['submitted before', 30, WON],
    ['did not submit', null, GONE],
  ])('a group that was deleted is not given up: one that %s', async (_what, submitsAfter, end) => {
    const app = await started(submitsAfter);
    app.world.numerai.emulator.faults.add(fault);
    await deleteGroups(app);
    await app.pass(20);
    expect(await recordOf(app)).toMatchObject({
      state: 'running',
      reason: expect.stringMatching(/^Azure has no \S+ any more, and Numerai cannot be asked/),
    });
    app.world.numerai.emulator.faults.clear();
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject(end);
    expect(executions(app)).toBe(1);
  });
});

test('a key that is refused at that moment counts as nobody who was asked', async () => {
  const app = await started(30);
  const { faults } = app.world.keyVault.emulator;
  // What was read is used for some minutes.
  await app.pass(6);
  faults.add({ kind: 'status', status: 403, code: 'ForbiddenByRbac', match: { path: 'numerai-secret-key' } });
  await deleteGroups(app);
  await app.pass(5);
  faults.clear();
  await app.pass(3);
  expect(await recordOf(app)).toMatchObject(WON);
});

test('a group that was deleted before anybody saw it run may have done its work', async () => {
  const app = await started(5, 0);
  await app.sleepUntil(new Date(app.world.clock.now().getTime() + 40_000));
  await deleteGroups(app);
  await app.pass(5);
  expect(await recordOf(app)).toMatchObject(WON);
});

test.each(GARBLED_FORMS)('answers of the form %s say nothing of a group, for however many minutes', async (form) => {
  const app = await open(modelOf());
  behave(app, () => ({ seconds: 15 * 60 }));
  await app.start('m');
  await app.pass(2);
  faultsOf(app).add({ kind: 'garbled', form, match: { method: 'GET' } });
  await app.pass(10);
  const { state, reason } = await recordOf(app);
  expect([state, reason]).not.toContainEqual(expect.stringMatching(/deleted|does not exist|refused/));
  expect(state).toBe('running');
  faultsOf(app).clear();
  await app.pass(8);
  expect(await recordOf(app)).toMatchObject(WON);
  expect(executions(app)).toBe(1);
});
