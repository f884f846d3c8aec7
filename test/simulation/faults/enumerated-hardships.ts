// Hardships as histories of their own: each row is one that once decided something, or could.

import type { Fate } from '../world/fate.ts';
import { GOOD, type History, KINDS, type LimitPlan, plainHistory, type TimerPlan, type WrongRound } from './history.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const FAILS = { seconds: 30, exitCode: 1, submits: false } as const;

const hard = (kind: History['kind'], changes: Partial<History>): History =>
  plainHistory(kind, { fallback: true, expect: 'if possible', ...changes });

/** Numerai names a round that is not open, and none that is. */
export function wrongRounds(): History[] {
  const rounds: readonly WrongRound[] = ['closed', 'future', 'impossible'];
  return KINDS.flatMap((kind) =>
    rounds.map((by) =>
      hard(kind, {
        name: `${kind}: a webhook for a round that is not open (${by})`,
        triggers: [5, 90, 1800].map((seconds) => ({ at: seconds * SECOND, by, instance: 0 })),
      }),
    ),
  );
}

/** Other models are called at the same moment, and need the same cores. */
export function crowds(): History[] {
  const crowd = (models: number, cores: number, changes: Partial<History> = {}) =>
    hard('image', {
      name: `${models + 1} models and ${cores} cores`,
      locations: ['westeurope'],
      crowd: { models, cores, seconds: 90 },
      ...changes,
    });
  return [
    crowd(5, 1),
    crowd(5, 2),
    crowd(3, 1, { name: '4 models and 2 regions', locations: ['westeurope', 'northeurope'] }),
    crowd(2, 1, { name: '3 models and a container that fails', containers: [FAILS, GOOD] }),
  ];
}

/** What Azure documents as a limit is used up by others. */
export function limits(): History[] {
  const limited = (name: string, some: readonly LimitPlan[], changes: Partial<History> = {}) =>
    hard('image', { name, limits: some, ...changes });
  const one = ['westeurope'];
  const [creates, deletes] = (['create', 'delete'] as const).map(
    (of) =>
      (from: number, within: '5 minutes' | 'an hour', location = 'westeurope'): LimitPlan => ({
        of,
        location,
        from,
        within,
      }),
  );
  if (creates === undefined || deletes === undefined) return [];
  const fails = { containers: [FAILS, GOOD] };
  return [
    limited('no creates for five minutes in the only region', [creates(0, '5 minutes')], { locations: one }),
    limited('no creates for an hour in the first of two regions', [creates(0, 'an hour')]),
    limited(
      'no creates for an hour in the first of two regions, and then few minutes are left',
      [creates(0, 'an hour')],
      {
        triggers: [{ at: 55 * MINUTE, by: 'webhook', instance: 0 }],
        fallback: false,
        expect: 'submitted',
      },
    ),
    limited(
      'no creates for an hour in the first of two regions, and Azure is down soon after',
      [creates(0, 'an hour')],
      {
        disturbances: [
          { from: 6 * MINUTE, to: HOUR, of: 'resource-manager', fate: { do: 'status', status: 503 }, probability: 1 },
        ],
      },
    ),
    limited('no creates for five minutes in either region', [
      creates(0, '5 minutes'),
      creates(0, '5 minutes', 'northeurope'),
    ]),
    limited('no creates when the second attempt is due', [creates(20 * SECOND, 'an hour')], fails),
    limited('no deletes for five minutes after a failed attempt', [deletes(0, '5 minutes')], fails),
    limited('no deletes for an hour after a failed attempt', [deletes(0, 'an hour')], { ...fails, locations: one }),
    ...(['reads', 'writes', 'deletes'] as const).flatMap((of) =>
      KINDS.map((kind) =>
        hard(kind, {
          name: `${kind}: no ${of} for twenty minutes`,
          limits: [{ of, from: 10 * SECOND, to: 20 * MINUTE }],
          ...fails,
        }),
      ),
    ),
  ];
}

const FATES: readonly Fate[] = [
  { do: 'refuse' },
  { do: 'hang' },
  { do: 'status', status: 503, retryAfter: 600 },
  { do: 'garbled', form: 'page', carriedOut: false },
];

/** Something is down from a moment on, up to the close; and up to shortly before it. */
export function upToTheClose(): History[] {
  const of = ['tables', 'resource-manager', 'key-vault', 'numerai', 'all'] as const;
  return of.flatMap((dependency) =>
    FATES.flatMap((fate) =>
      (
        [
          [0, 52],
          [1, 60],
          [10, 70],
        ] as const
      ).map(([from, to], index) =>
        hard(KINDS[index % KINDS.length] ?? 'image', {
          name: `${dependency} (${fate.do}) from minute ${from} to minute ${to}`,
          containers: from === 10 ? [FAILS, GOOD] : [GOOD],
          disturbances: [{ from: from * MINUTE, to: to * MINUTE, of: dependency, fate, probability: 1 }],
        }),
      ),
    ),
  );
}

/** Timers stand still for the whole round, or for its first part, while somebody calls by HTTP. */
export function stoppedTimers(): History[] {
  const which: readonly (readonly TimerPlan['of'][])[] = [['watcher'], ['fallback'], ['watcher', 'fallback']];
  return which.flatMap((timers) =>
    [0, MINUTE, 3 * MINUTE].flatMap((httpEveryMs) =>
      KINDS.map((kind) =>
        hard(kind, {
          name: `${kind}: no ${timers.join(' and no ')}, a call every ${httpEveryMs / MINUTE} min`,
          containers: [FAILS, GOOD],
          // Both have ticked once: the app has been there before.
          timers: timers.map((of) => ({ of, from: 6 * MINUTE, to: 2 * HOUR })),
          triggers: [{ at: 7 * MINUTE, by: 'webhook', instance: 0 }],
          httpEveryMs: httpEveryMs === 0 ? null : httpEveryMs,
        }),
      ),
    ),
  );
}
