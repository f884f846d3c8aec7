// What becomes of a round while a service answers what nobody can read: every form, from every service, to every call of
// some minutes. It is judged by all rules: one good submission on time, no second container, no secret anywhere.

import { describe, expect, test } from 'vitest';
import { GARBLED_FORMS } from '../../../local/emulators/garbled.ts';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { type History, KINDS, plainHistory } from './history.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();
const MINUTE = 60_000;

/** From before the webhook on; and while the container runs, and ends. */
const SPANS = [
  [0, 4 * MINUTE],
  [60_000, 9 * MINUTE],
] as const;

describe.each(['tables', 'resource-manager', 'key-vault', 'numerai'] as const)('%s answers', (of) => {
  test.each(GARBLED_FORMS)('in the form %s', { timeout: 120_000 }, async (form) => {
    // What is only read makes no difference.
    for (const kind of KINDS)
      for (const [from, to] of SPANS)
        for (const carriedOut of of === 'tables' || of === 'resource-manager' ? [false, true] : [false]) {
          const fate = { do: 'garbled', form, carriedOut } as const;
          const history = historyOf(kind, [{ from, to, of, fate, probability: 1 }]);
          const observed = await runHistory(world(), history);
          const what = `${kind}, from ${from}, ${carriedOut ? 'carried out' : 'not carried out'}`;
          expect(violationsOf(observed, world().secretValues), what).toEqual([]);
          expect(observed.starts, what).toHaveLength(1);
        }
  });
});

function historyOf(kind: History['kind'], disturbances: History['disturbances']): History {
  return plainHistory(kind, {
    triggers: [{ at: 5_000, by: 'webhook', instance: 0 }],
    disturbances,
    fallback: true,
    expect: 'submitted',
  });
}
