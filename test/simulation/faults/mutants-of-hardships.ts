// Mutants that are wrong about what a round must stand that has hardships: enumerated-hardships.ts.

import type { Services } from '../../../src/app.ts';
import { NotRemoved, Refusal } from '../../../src/lib/compute/platform.ts';
import type { Mutation } from '../app/instance.ts';
import { type Mutant, withRuns } from './mutant.ts';

/** Every number that a webhook names is believed. */
const everyRound: Mutation = (services) => {
  const unknown = async () => ({ kind: 'unknown', why: 'Nobody asks.', isAway: true }) as const;
  return {
    ...services,
    rounds: { ...services.rounds, roundsSoon: unknown, freshRoundsSoon: unknown, lastKnown: () => null },
    inFlight: { ...services.inFlight, read: async () => ({ ...(await services.inFlight.read()), ticks: {} }) },
  };
};

/** What a start is refused with, in other words. */
const refusing = (services: Services, change: (refusal: Refusal) => Refusal): Services => ({
  ...services,
  platform: {
    ...services.platform,
    start: async (...args) => {
      try {
        return await services.platform.start(...args);
      } catch (error) {
        throw error instanceof Refusal ? change(error) : error;
      }
    },
  },
});

/** A quota that was used up once is taken to be so for good. */
const quotaForGood: Mutation = (services) => {
  const refused = new Map<string, Refusal>();
  return {
    ...services,
    platform: {
      ...services.platform,
      start: async (run, ...rest) => {
        const before = refused.get(run.id);
        if (before !== undefined) throw before;
        try {
          return await services.platform.start(run, ...rest);
        } catch (error) {
          if (error instanceof Refusal && error.failure === 'quota') refused.set(run.id, error);
          throw error;
        }
      },
    },
  };
};

/** Where a region takes no more creates, no other is tried. */
const neverElsewhere: Mutation = (services) =>
  refusing(services, (cause) => {
    const { failure, message: reason, mayArrive, retryAfterMs } = cause;
    return new Refusal({ failure, reason }, { cause, mayArrive, retryAfterMs });
  });

/** A removal that is throttled is waited for. */
const waitsForRemoval: Mutation = (services) => ({
  ...services,
  platform: {
    ...services.platform,
    discard: async (run) => {
      try {
        return await services.platform.discard(run);
      } catch (error) {
        throw error instanceof NotRemoved && error.cause instanceof Error ? error.cause : error;
      }
    },
  },
});

/** No call takes the place of a timer: each is told that both have just ticked. */
const noDeputy: Mutation = (services) => ({
  ...services,
  inFlight: {
    ...services.inFlight,
    read: async () => {
      const found = await services.inFlight.read();
      const justNow = { at: services.clock.now(), note: '' };
      const { watcher = justNow, fallback = justNow } = found.ticks;
      return {
        ...found,
        ticks: { watcher: { ...watcher, at: justNow.at }, fallback: { ...fallback, at: justNow.at } },
      };
    },
  },
});

/** What has to wait waits for ten minutes more, and so beyond what is left of the round after an outage. */
const waitsLonger: Mutation = (services) =>
  withRuns(services, {
    update: (stored, changes, signal) => {
      const { nextAttemptAt: at = null } = changes;
      const later = at === null ? {} : { nextAttemptAt: new Date(Date.parse(at) + 10 * 60_000).toISOString() };
      return services.runs.update(stored, { ...changes, ...later }, signal);
    },
  });

/** A round that closed before Numerai could be asked for the first time is not reviewed. */
const forgetsFirstRound: Mutation = (services) => ({
  ...services,
  inFlight: {
    ...services.inFlight,
    // When the app was deployed would say as much.
    read: async () => ({ ...(await services.inFlight.read()), deployedAt: null }),
    recordTick: (timer, tick) => {
      const note = new URLSearchParams(tick.note);
      note.delete('classic.since');
      return services.inFlight.recordTick(timer, { ...tick, note: note.toString() });
    },
  },
});

export const HARDSHIP_MUTANTS: readonly Mutant[] = [
  { name: 'every round believed', mutation: everyRound, hunt: 'wrong rounds' },
  { name: 'a quota that is used up for good', mutation: quotaForGood, hunt: 'crowds' },
  { name: 'no other region where the limit is reached', mutation: neverElsewhere, hunt: 'limits' },
  { name: 'a throttled removal waited for', mutation: waitsForRemoval, hunt: 'limits' },
  { name: 'nobody in the place of the timers', mutation: noDeputy, hunt: 'timers' },
  { name: 'ten minutes too late', mutation: waitsLonger, hunt: 'up to the close' },
  { name: 'first round forgotten', mutation: forgetsFirstRound, hunt: 'no Numerai' },
];
