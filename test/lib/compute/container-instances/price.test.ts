// What an attempt costs at Azure's list price.

import { expect, test } from 'vitest';
import { priceOf } from '../../../../src/lib/compute/container-instances/price.ts';
import { iso } from '../../../support/runs.ts';

const attempt = { meteredFrom: null, startedAt: iso(0), finishedAt: iso(3600), cpu: 1, memoryGB: 1.5 };

const noteOf = (isSpot: boolean) => ({
  ...{ kind: 'image', group: 'g', location: 'westus', tried: [], unclear: [], isSpot },
});

test.each([
  ['an hour of 1 CPU and 1.5 GB', attempt, 0.0405 + 1.5 * 0.00445],
  ['an hour of 4 CPUs and 16 GB', { ...attempt, cpu: 4, memoryGB: 16 }, 4 * 0.0405 + 16 * 0.00445],
  ['a minute, to a millionth of a dollar', { ...attempt, finishedAt: iso(60) }, 0.000786],
  [
    'an hour of its pull, and one of its container',
    { ...attempt, meteredFrom: iso(-3600) },
    2 * (0.0405 + 1.5 * 0.00445),
  ],
  ['a pull of an hour, and no container', { ...attempt, meteredFrom: iso(0), startedAt: null }, 0.0405 + 1.5 * 0.00445],
  ['an hour on Spot, which is 30%', { ...attempt, prepared: noteOf(true) }, 0.014153],
  ['an hour that is not', { ...attempt, prepared: noteOf(false) }, 0.0405 + 1.5 * 0.00445],
  ['no time at all', { ...attempt, finishedAt: iso(0) }, 0],
  ['a container whose clocks run backwards', { ...attempt, finishedAt: iso(-5) }, 0],
])('%s', (_, of, expected) => {
  expect(priceOf(of)).toBeCloseTo(expected, 10);
});

test.each([
  ['has not ended', { finishedAt: null }],
  ['never ran', { startedAt: null }],
  ['is of unknown CPU', { cpu: null }],
  ['is of unknown memory', { memoryGB: null }],
])('nobody knows the price of one that %s', (_, changes) => {
  expect(priceOf({ ...attempt, ...changes })).toBeNull();
});
