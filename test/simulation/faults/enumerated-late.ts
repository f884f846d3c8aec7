// Histories that are tried at the last moment, so that each wait of the app is measured. See late.ts.

import type { Fate } from '../world/fate.ts';
import { GOOD, type History, plainHistory, type TimerPlan } from './history.ts';

const MINUTE = 60_000;
const FAILS = { seconds: 30, exitCode: 1, submits: false } as const;
const SUBMITS_NOTHING = { ...FAILS, exitCode: 0 } as const;
const IS_REJECTED = { ...FAILS, exitCode: 0, submits: true, isRejected: true } as const;
const NOT_READY = { ...FAILS, exitCode: 75 } as const;
const FOR_A_PERSON = { ...FAILS, exitCode: 78 } as const;
const ONE_REGION = { locations: ['westeurope'] };

const late = (kind: History['kind'], what: string, changes: Partial<History> = {}): History =>
  plainHistory(kind, { name: `${kind}: ${what}`, fallback: true, expect: 'if possible', ...changes });

/** How containers end before the one that submits. */
export function endings(): History[] {
  return (['image', 'group'] as const).flatMap((kind) => [
    late(kind, 'nothing in the way'),
    late(kind, 'one that fails', { containers: [FAILS, GOOD] }),
    late(kind, 'two that fail, of three', { containers: [FAILS, FAILS, GOOD] }),
    late(kind, 'two that fail, of four', { containers: [FAILS, FAILS, GOOD], maxAttempts: 4 }),
    late(kind, 'one that submits nothing', { containers: [SUBMITS_NOTHING, GOOD] }),
    late(kind, 'one that is rejected', { containers: [IS_REJECTED, GOOD] }),
    late(kind, 'one that is not ready', { containers: [NOT_READY, GOOD] }),
    late(kind, 'two that are not ready', { containers: [NOT_READY, NOT_READY, GOOD] }),
    late(kind, 'one that a person must fix', { containers: [FOR_A_PERSON, GOOD] }),
    late(kind, 'one for some slots', { slots: 3, containers: [{ ...GOOD, misses: [1] }, GOOD] }),
  ]);
}

/** Groups that get stuck, regions that are full, a registry that throttles, secrets, cores and limits. */
export function places(): History[] {
  const full = (['refuses', 'fails-later', 'fails-and-keeps-trying'] as const).map((capacity) =>
    late('image', `no room for five minutes (${capacity})`, {
      ...ONE_REGION,
      capacity: [{ location: 'westeurope', capacity, from: 0, to: 5 * MINUTE }],
    }),
  );
  const crowd = { models: 5, cores: 1, seconds: 90 };
  return [
    late('image', 'one that gets stuck (pending)', { stuck: { place: 'pending', attempts: 1 } }),
    late('image', 'one that gets stuck (pulling)', { stuck: { place: 'pulling', attempts: 1 } }),
    late('image', 'a registry that throttles', { throttledUntil: 5 * MINUTE }),
    late('image', 'a secret that is away', { secret: { at: 0, what: 'forbid', backAt: 5 * MINUTE } }),
    late('image', 'six models and one core', { ...ONE_REGION, crowd }),
    late('image', 'no writes', { limits: [{ of: 'writes', from: 1, to: 9 * MINUTE }] }),
    ...full,
  ];
}

const FATES: readonly Fate[] = [
  { do: 'refuse' },
  { do: 'hang' },
  { do: 'status', status: 503, retryAfter: 600 },
  { do: 'lose-answer' },
];

/** Something is down when the container ends, or from the beginning on. */
export function outages(): History[] {
  const of = ['tables', 'resource-manager', 'key-vault', 'numerai', 'all'] as const;
  return of.flatMap((dependency) =>
    FATES.map((fate, index) =>
      late(index % 2 === 0 ? 'image' : 'group', `${dependency} (${fate.do})`, {
        containers: [[GOOD], [FAILS, GOOD], [SUBMITS_NOTHING, GOOD]][(of.indexOf(dependency) + index) % 3] ?? [],
        disturbances: [{ of: dependency, fate, from: index % 3 === 0 ? 0 : 20_000, to: 7.4 * MINUTE, probability: 1 }],
      }),
    ),
  );
}

/** From a moment on nothing can be started any more: what is to submit has to be started before. */
const downFrom = (minute: number): Pick<History, 'disturbances'> => ({
  disturbances: [
    { of: 'resource-manager', fate: { do: 'refuse' }, from: minute * MINUTE, to: 90 * MINUTE, probability: 1 },
  ],
});

/** Nobody calls for the round, or nobody but callers by HTTP has the app do anything; and soon Azure is down. */
export function unattended(): History[] {
  const silent = (of: readonly TimerPlan['of'][]) =>
    late('image', `no ${of.join(' and no ')} before Azure is down`, {
      // The watcher has just recorded a tick, and sixteen minutes later it counts as silent.
      timers: of.map((timer) => ({ of: timer, from: 6.5 * MINUTE, to: 120 * MINUTE })),
      triggers: [{ at: 7 * MINUTE, by: 'webhook', instance: 0 }],
      containers: [FAILS, GOOD],
      httpEveryMs: MINUTE,
      ...downFrom(23.5),
    });
  const uncalled = (kind: History['kind']) =>
    late(kind, 'a webhook for another round only before Azure is down', {
      triggers: [{ at: 5_000, by: 'future', instance: 0 }],
      ...downFrom(11),
    });
  return [uncalled('image'), uncalled('group'), silent(['watcher']), silent(['watcher', 'fallback'])];
}
