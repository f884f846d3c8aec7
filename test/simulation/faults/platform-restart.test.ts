// Azure may start a container again that has ended, though its restart policy is `Never`.

import { expect, test } from 'vitest';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { FAILS_FIRST, restartDuringRemoval } from './enumerated.ts';
import { GOOD } from './history.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();
/** Fails before it submits. */
const FIRST = { seconds: 30, exitCode: 1, submits: false } as const;

test('a start that a repair has replaced does not count as running beside the next attempt', async () => {
  const observed = await runHistory(world(), {
    ...FAILS_FIRST,
    containers: [FIRST, { ...FIRST, seconds: 13 }, GOOD],
    // While the first one runs.
    byHand: [{ at: 20_000, what: 'repair' }],
  });
  expect(observed.starts.map(({ kind }) => kind)).toEqual(['create', 'repair', 'create']);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
});

test('a container that starts again while its removal is on its way does not run beside the next attempt', async () => {
  const { calls } = await runHistory(world(), FAILS_FIRST);
  const observed = await runHistory(world(), restartDuringRemoval(calls));
  expect(observed.starts.map(({ kind }) => kind)).toEqual(['create', 'repair', 'create']);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
});
