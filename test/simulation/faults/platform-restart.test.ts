// Azure may start a container again that has ended, though its restart policy is `Never`.

import { expect, test } from 'vitest';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { GOOD, plainHistory } from './history.ts';
import { randomHistory } from './random-history.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();

test('a start that a repair has replaced does not count as running beside the next attempt', async () => {
  const observed = await runHistory(world(), randomHistory(1795271580));
  expect(observed.starts.map(({ kind }) => kind)).toEqual(['create', 'repair', 'create']);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
});

// Fails: the app looks at the group before it asks for its removal, and not again after that.
test.fails('a container that starts again while its removal is under way does not run beside the next attempt', async () => {
  const failsFirst = plainHistory('image', {
    containers: [{ seconds: 30, exitCode: 1, submits: false }, GOOD],
  });
  const { calls } = await runHistory(world(), failsFirst);
  const removal = calls.find(
    ({ dependency, method }) => dependency === 'resource-manager' && method === 'DELETE',
  );
  const observed = await runHistory(world(), {
    ...failsFirst,
    containers: [{ seconds: 30, exitCode: 1, submits: false }, { ...GOOD, submits: false }, GOOD],
    // The tick at 60 s has seen it ended; it runs again while the request is on its way.
    at: new Map([[removal?.index ?? 0, { do: 'slow-there', by: 8_000 }]]),
    byHand: [{ at: 60_500, what: 'repair' }],
    expect: 'ended',
  });
  expect(observed.starts.map(({ kind }) => kind)).toEqual(['create', 'repair', 'create']);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
});
