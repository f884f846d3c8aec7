// Work that many ask for at the same time.

import { expect, test } from 'vitest';
import { createSingleFlight } from '../../../src/lib/util/single-flight.ts';

test('who asks while it is done gets the next answer, all of them the same', async () => {
  const ends: (() => void)[] = [];
  let begun = 0;
  const shared = createSingleFlight(async () => {
    begun += 1;
    const own = begun;
    await new Promise<void>((resolve) => ends.push(resolve));
    return own;
  });
  const first = shared();
  await Promise.resolve();
  const others = [shared(), shared(), shared()];
  expect(begun).toBe(1);
  ends[0]?.();
  expect(await first).toBe(1);
  await Promise.resolve();
  ends[1]?.();
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  expect(begun).toBe(2);
});

test('one that fails fails for who asked for it, and no further', async () => {
  let turn = 0;
  const shared = createSingleFlight(async () => {
    turn += 1;
    if (turn === 1) throw new Error('not now');
    return turn;
  });
  const [first, second] = await Promise.allSettled([shared(), shared()]);
  // Both asked before it began.
  expect([first?.status, second?.status]).toEqual(['rejected', 'rejected']);
  expect(await shared()).toBe(2);
});
