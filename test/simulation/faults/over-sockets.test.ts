// The other tests carry calls in this process. Over real TLS connections, with the SDKs' own HTTP client and with
// Azurite, the same happens: call for call, and where the app dies.

import { expect, test } from 'vitest';
import { campaign, sharedWorld } from './campaign.ts';
import { busyBaseline, killPoints } from './enumerated.ts';
import { KINDS } from './history.ts';
import type { Observed } from './observed.ts';
import { runHistory } from './run-history.ts';

const inProcess = sharedWorld();
const overSockets = sharedWorld({ overSockets: true });

const seen = ({ calls, attempts, answers }: Observed) => ({
  calls: calls.map(({ dependency, method, path }) => `${dependency} ${method} ${path}`),
  attempts,
  answers,
});

test('a history goes the same way over TLS connections', async () => {
  for (const kind of KINDS) {
    const expected = await runHistory(inProcess(), busyBaseline(kind));
    const observed = await runHistory(overSockets(), busyBaseline(kind));
    expect(observed.calls.length).toBeGreaterThan(30);
    expect(seen(observed)).toEqual(seen(expected));
  }
});

test.each(['image', 'group'] as const)(
  'an app that dies over TLS connections leaves a run that is brought to the right end (%s)',
  async (kind) => {
    const baseline = busyBaseline(kind);
    const { calls } = await runHistory(inProcess(), baseline);
    const deaths = killPoints(baseline, calls).filter((_, index) => index % 12 === 5);
    const { tally, found } = await campaign(overSockets(), deaths);
    expect(found).toBe('');
    expect(tally.kills).toBe(deaths.length);
  },
);
