// How long a caller that asks for a run is kept waiting.

import { expect, test } from 'vitest';
import { SimulatedClock } from '../../local/environment/simulated-clock.ts';
import { withBudget } from '../../src/functions/start-budget.ts';

test.each([2, 9])('work is told to stop after the budget of %d s, and not before', async (seconds) => {
  const clock = new SimulatedClock('2026-04-01T12:00:00Z');
  let isTold = false;
  const work = withBudget<Date>({ clock, settings: { webhookBudgetSeconds: seconds } }, async (signal) => {
    signal.addEventListener('abort', () => {
      isTold = true;
    });
    while (!signal.aborted) await clock.sleep(100);
    return clock.now();
  });
  await clock.advance(seconds * 1000 - 100);
  expect(isTold).toBe(false);
  await clock.advance(200);
  expect(isTold).toBe(true);
  expect((await work).toISOString()).toBe(`2026-04-01T12:00:0${seconds}.000Z`);
});
