// Mutants that do everything right, and too late: caught in rounds that close as soon as the clairvoyant can have submitted.

import type { Tick } from '../../../src/lib/runs/stores.ts';
import type { Mutation } from '../app/instance.ts';
import { type Mutant, withRuns } from './mutant.ts';

const MINUTE = 60_000;

const later = (at: string, minutes: number) => new Date(Date.parse(at) + minutes * MINUTE).toISOString();

/** The next attempt begins so many minutes later than is planned. */
const nextLate =
  (minutes: number): Mutation =>
  (services) =>
    withRuns(services, {
      update: (stored, changes, signal) => {
        const { nextAttemptAt: at = null } = changes;
        const planned = at === null ? {} : { nextAttemptAt: later(at, minutes) };
        return services.runs.update(stored, { ...changes, ...planned }, signal);
      },
    });

/** What is left of the attempt before is waited for, for five minutes from its end, whether it is gone or not. */
const slowRemoval: Mutation = (services) => ({
  ...services,
  platform: {
    ...services.platform,
    discard: async (run) => {
      const discarded = await services.platform.discard(run);
      const ended = run.state === 'waiting' ? run.attempt.finishedAt : null;
      const isEarly = ended !== null && services.clock.now().getTime() < Date.parse(ended) + 5 * MINUTE;
      return isEarly ? 'going' : discarded;
    },
  },
});

/** The end of a container counts as seen so many minutes later: only then is a submission believed to be missing. */
const believesLate =
  (minutes: number): Mutation =>
  (services) =>
    withRuns(services, {
      get: async (...args) => {
        const stored = await services.runs.get(...args);
        if (stored === null || stored === 'unreadable' || stored.value.attempt === null) return stored;
        const { endSeenAt } = stored.value.attempt;
        if (endSeenAt === null) return stored;
        const attempt = { ...stored.value.attempt, endSeenAt: later(endSeenAt, minutes) };
        return { ...stored, value: { ...stored.value, attempt } };
      },
    });

/** The fallback leaves a webhook twenty minutes. */
const patientFallback: Mutation = (services) => ({
  ...services,
  settings: { ...services.settings, fallbackGraceMinutes: 20 },
});

/** A call takes the place of a timer only when that has been silent for five minutes more. */
const patientDeputy: Mutation = (services) => ({
  ...services,
  inFlight: {
    ...services.inFlight,
    read: async () => {
      const found = await services.inFlight.read();
      const now = services.clock.now().getTime();
      // One that ticks is left as it is.
      const isOld = ({ at }: Tick) => now - at.getTime() > 10 * MINUTE;
      const younger = (tick: Tick): Tick =>
        isOld(tick) ? { ...tick, at: new Date(tick.at.getTime() + 5 * MINUTE) } : tick;
      const entries = Object.entries(found.ticks).map(([timer, tick]) => [timer, younger(tick)]);
      return { ...found, ticks: Object.fromEntries(entries) };
    },
  },
});

export const SLOW_MUTANTS: readonly Mutant[] = [
  { name: 'next attempt a minute late', mutation: nextLate(1), hunt: 'endings at the last moment' },
  { name: 'next attempt five minutes late', mutation: slowRemoval, hunt: 'endings at the last moment' },
  { name: 'what was refused five minutes late', mutation: nextLate(5), hunt: 'places at the last moment' },
  { name: 'missing believed a minute late', mutation: believesLate(1), hunt: 'endings at the last moment' },
  { name: 'missing believed after fifteen minutes', mutation: believesLate(10), hunt: 'endings at the last moment' },
  { name: 'fallback after twenty minutes', mutation: patientFallback, hunt: 'unattended' },
  { name: 'silence noticed five minutes late', mutation: patientDeputy, hunt: 'unattended' },
];
