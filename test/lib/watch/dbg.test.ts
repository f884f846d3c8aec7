import { test } from 'vitest';
import { behave, modelOf, open, recordOf, ROUND } from './seen-app.ts';
const QUICK = 'docker.io/someone/quick:1';
const t = (d: string | null | undefined) => d?.slice(11, 19);
test('hang', async () => {
  const app = await open(modelOf({}, { lastResort: { image: QUICK, minutes: 4 } }));
  behave(app, (_, image) => (image === QUICK ? { seconds: 90 } : { hangs: true }));
  await app.start('m');
  await app.pass(50);
  for (let i = 0; i < 13; i += 1) {
    await app.pass(1);
    const r = await recordOf(app);
    console.log(t(app.world.clock.now().toISOString()), r.state, r.waitingFor, t(r.nextAttemptAt), r.lastResortNext, r.attempt?.number, r.attempt?.lastResort, r.attempt?.stop, r.attempt?.outcome, r.reason);
  }
});
test('noroom', async () => {
  const app = await open(modelOf({ locations: ['westus'] }, { lastResort: { image: QUICK, minutes: 4, locations: ['westeurope'] } }));
  behave(app);
  app.world.resourceManager.setCapacity('westus', 'refuses');
  await app.start('m');
  await app.pass(50);
  for (let i = 0; i < 13; i += 1) {
    await app.pass(1);
    const r = await recordOf(app);
    console.log(t(app.world.clock.now().toISOString()), r.state, r.waitingFor, t(r.nextAttemptAt), r.lastResortNext, r.attempt?.number, r.attempt?.lastResort, r.attempt?.outcome, r.reason);
  }
});
test('extended', async () => {
  const app = await open(modelOf());
  let isOver = false;
  behave(app, () => (isOver ? {} : { exitCode: 1 }));
  await app.start('m');
  await app.pass(63);
  isOver = true;
  const CLOSE = new Date('2026-04-07T13:40:00Z');
  app.world.numerai.rounds.change(8, ROUND, { closeStakingTime: CLOSE, closeTime: CLOSE });
  for (let i = 0; i < 6; i += 1) {
    await app.pass(5);
    const r = await recordOf(app);
    console.log(t(app.world.clock.now().toISOString()), r.state, r.waitingFor, t(r.nextAttemptAt), r.attempt?.number, r.countedFailures, r.reason);
  }
});
