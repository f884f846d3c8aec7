// Who does the timers' tick where what they wrote down last is still to come: the clock was set back, and Azure's timers wait
// until it is as late as it was.

import { expect, onTestFinished, test } from 'vitest';
import { createDeputy } from '../../../src/lib/fallback/deputy.ts';
import { openApp } from '../../support/app.ts';

test.each([
  [11, true],
  [9, false],
])('timers that last ran %i minutes ahead of now are silent: %s', async (ahead, isSilent) => {
  const app = await openApp([{ name: 'model', tournament: 'classic', container: { image: 'example.org/some:1' } }]);
  onTestFinished(() => app.close());
  await app.tick();
  await app.pass(20);
  const at = new Date(app.world.clock.now().getTime() + ahead * 60_000);
  for (const timer of ['watcher', 'fallback'] as const) await app.services.inFlight.recordTick(timer, { at, note: '' });
  await app.live(createDeputy()(app.services));
  expect(app.lines.some((line) => line.includes('timers are silent'))).toBe(isSilent);
});
