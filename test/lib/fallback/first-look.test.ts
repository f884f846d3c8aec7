// The first look at a tournament's rounds, where Numerai could not be asked while one was open.

import { expect, onTestFinished, test } from 'vitest';
import { numeraiSchedule } from '../../../local/emulators/numerai/schedules.ts';
import { startSimulatedApp } from '../../simulation/app/simulated-app.ts';
import { PASS } from '../../simulation/world/fate.ts';
import { openApp } from '../../support/app.ts';

const MODEL = {
  name: 'model',
  tournament: 'classic',
  numeraiModels: ['model'],
  container: { image: 'docker.io/someone/model:1' },
};

/** A Wednesday: its round is open from 12:00 to 13:00. @param back when Numerai answers for the first time. */
async function appWithout(back: string) {
  const app = await startSimulatedApp('2026-04-01T11:58:30Z', {
    models: [MODEL],
    schedule: numeraiSchedule(),
    plan: ({ dependency }) =>
      dependency === 'numerai' && app.world.clock.now() < new Date(back) ? { do: 'refuse' } : PASS,
  });
  return app;
}

test.each(['2026-04-01T13:04:00Z', '2026-04-01T14:30:00Z'])(
  'what closed meanwhile is reviewed, where the app was there (Numerai is back at %s)',
  async (back) => {
    const app = await appWithout(back);
    await app.pass(4);
    await app.start('model');
    await app.pass(180);
    // Its container has submitted nothing: that is known only now.
    const run = await app.record('model');
    expect(run).toMatchObject({ submission: 'missing' });
    expect(run?.round).not.toBeNull();
  },
);

test('what closed before is not its business', async () => {
  const app = await startSimulatedApp('2026-04-01T13:01:00Z', { models: [MODEL], schedule: numeraiSchedule() });
  await app.pass(90);
  expect(await app.record('model')).toBeNull();
});

test.each(['classic=abc', 'classic=', 'classic=NaN&classic.since=yesterday', '%%%'])(
  'a note of the fallback that cannot be read (%s) does not end the review of closed rounds',
  async (note) => {
    const app = await openApp([MODEL]);
    onTestFinished(() => app.close());
    await app.fallback();
    await app.services.inFlight.recordTick('fallback', { at: app.world.clock.now(), note });
    await app.pass(2 * 60);
    await app.fallback();
    await app.pass(24 * 60);
    await app.fallback();
    const { records } = await app.live(app.services.runs.list(MODEL.name, { limit: 5 }));
    expect(records.map(({ run }) => run.failure)).toEqual(['round-missed']);
  },
);
