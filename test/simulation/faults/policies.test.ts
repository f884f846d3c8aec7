// What once went wrong with starts that wait, each as a history of its own.

import { expect, test } from 'vitest';
import { sharedWorld } from './campaign.ts';
import { violationsOf } from './checks/checks.ts';
import { LATE_START, UNSEEN_END } from './enumerated.ts';
import { GOOD, type History, KINDS, plainHistory, type TriggerPlan } from './history.ts';
import type { Observed } from './observed.ts';
import { runHistory } from './run-history.ts';

const world = sharedWorld();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

async function ran(history: History): Promise<Observed> {
  const observed = await runHistory(world(), history);
  expect(violationsOf(observed, world().secretValues)).toEqual([]);
  return observed;
}

const at = (seconds: number, by: TriggerPlan['by'] = 'webhook'): TriggerPlan => ({
  at: seconds * SECOND,
  by,
  instance: 0,
});
/** The first start is not answered; 20 s later it is carried out. */
const ARRIVES_LATE: History['disturbances'] = LATE_START.disturbances.map((disturbance) => ({
  ...disturbance,
  fate: { do: 'arrive-late', after: 20 * SECOND },
}));

test.each(['image', 'group'] as const)(
  'a start (%s) that its trigger no longer waits for is not sent once more while it may arrive',
  async (kind) => {
    // It runs out of time at 55 s, the watcher ticks at 60 s, the start arrives at 65 s.
    const { starts } = await ran(plainHistory(kind, { triggers: [at(45)], disturbances: ARRIVES_LATE }));
    expect(starts).toHaveLength(1);
  },
);

// Before it arrives; and after that, when its lease is over and nobody has looked yet.
test.each([
  ['image', 57],
  ['group', 57],
  ['image', 117],
  ['group', 117],
] as const)('a run whose start (%s) may have arrived, cancelled at %i s, leaves nothing', async (kind, seconds) => {
  const { attempts, starts } = await ran(
    plainHistory(kind, {
      triggers: [at(45)],
      containers: [{ ...GOOD, seconds: 240 }],
      disturbances: ARRIVES_LATE,
      byHand: [{ at: seconds * SECOND, what: 'cancel' }],
      expect: 'ended',
    }),
  );
  expect([attempts.map(({ state }) => state), starts.length]).toEqual([['cancelled'], 1]);
});

test('a start that was answered by an error and arrives late does not run beside one in another region', async () => {
  const { starts } = await ran(LATE_START);
  expect(new Set(starts.map(({ location }) => location))).toEqual(new Set(['westeurope']));
});

// A group and a command job have the attempt's name; an execution and a job of an endpoint are made anew by each start.
test.each(KINDS)('nor beside a second one of the same place (%s)', async (kind) => {
  const { starts } = await ran({ ...LATE_START, kind });
  expect(new Set(starts.map(({ group }) => group)).size).toBe(1);
});

test('nor where the repeat of it is refused for want of room, which would send the run elsewhere at once', async () => {
  const start = LATE_START.disturbances.map((disturbance) => ({ ...disturbance, to: 45.5 * SECOND }));
  const { starts } = await ran({
    ...LATE_START,
    disturbances: start,
    capacity: [{ location: 'westeurope', capacity: 'refuses', from: 45.5 * SECOND, to: 60 * SECOND }],
  });
  expect(new Set(starts.map(({ location }) => location))).toEqual(new Set(['westeurope']));
});

test.each([
  { do: 'status', status: 503 },
  { do: 'status', status: 403, code: 'RequestDisallowedByPolicy' },
] as const)('where a region answers with $status $code only, the next try is elsewhere', async (fate) => {
  const starts = { location: 'westeurope' };
  const observed = await ran(
    plainHistory('image', {
      disturbances: [{ from: 0, to: 60 * MINUTE, of: 'resource-manager', fate, probability: 1, starts }],
    }),
  );
  expect(observed.starts.map(({ group, location }) => [group.slice(-4), location])).toEqual([['-a1b', 'northeurope']]);
});

test('a run that is cancelled before its start was accepted, and started again, has two attempts that ended', async () => {
  const full = { capacity: 'refuses', from: 0, to: 2 * MINUTE } as const;
  const { attempts } = await ran(
    plainHistory('image', {
      locations: ['westeurope'],
      capacity: [{ location: 'westeurope', ...full }],
      byHand: [{ at: 70 * SECOND, what: 'cancel' }],
      triggers: [at(5), at(150, 'operator')],
    }),
  );
  expect(attempts.map(({ state }) => state)).toEqual(['cancelled', 'succeeded']);
});

test('a run that learns its round from its own submission is the run of that round', async () => {
  const fate = { do: 'refuse' } as const;
  const { attempts } = await ran(
    plainHistory('image', {
      disturbances: [{ from: 0, to: 80 * SECOND, of: 'numerai', fate, probability: 1 }],
      triggers: [at(5, 'operator')],
      fallback: true,
    }),
  );
  expect(attempts.map(({ number, submission }) => [number, submission])).toEqual([[1, 'accepted']]);
});

test('an attempt that was kept for late comes in time where the close is moved to before it', async () => {
  const { attempts } = await ran(
    plainHistory('image', {
      containers: [{ seconds: 30, exitCode: 78, submits: false }, GOOD],
      extended: { at: 15 * MINUTE, byMs: -25 * MINUTE },
    }),
  );
  expect(attempts.map(({ failure }) => failure)).toEqual(['configuration', null]);
});

test('a run whose submission nobody could look for is asked about again, and has another attempt', async () => {
  const { attempts } = await ran(UNSEEN_END);
  expect(attempts.map(({ failure }) => failure)).toEqual(['missing-submission', null]);
});

test('a run that knows when its round opens waits for that also while Numerai cannot be asked', async () => {
  const { starts } = await ran(
    plainHistory('image', {
      maxAttempts: 1,
      triggers: [at(5)],
      opensAfterMs: 40 * MINUTE,
      disturbances: [{ from: 90 * SECOND, to: 20 * MINUTE, of: 'numerai', fate: { do: 'refuse' }, probability: 1 }],
    }),
  );
  expect(starts).toHaveLength(1);
});

test('a group whose accepted removal does not happen is removed at a later tick', async () => {
  // The attempt has ended by 60 s, when the watcher removes its group; the stop takes the removal's place.
  await ran(
    plainHistory('image', {
      triggers: [at(5)],
      containers: [{ seconds: 30, exitCode: 75, submits: false }, GOOD],
      byHand: [{ at: 65 * SECOND, what: 'stop' }],
    }),
  );
});
