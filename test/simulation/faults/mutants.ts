// Starters and watchers that are wrong on purpose. Each is a small change of what the app works with; a
// harness that does not catch it proves nothing.

import { hasUntried } from '../../../src/lib/compute/container-instances/prepared.ts';
import { absent, Refusal } from '../../../src/lib/compute/platform.ts';
import type { Entry } from '../../../src/lib/config/models.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { withSlots } from '../../../src/lib/runs/slots.ts';
import type { InFlightEntry } from '../../../src/lib/runs/stores.ts';
import { RUNS_READ, summaryOf } from '../../../src/lib/runs/summary.ts';
import type { Mutation } from '../app/instance.ts';
import { type Mutant, withRuns } from './mutant.ts';
import { HARDSHIP_MUTANTS } from './mutants-of-hardships.ts';
import { SLOW_MUTANTS } from './slow-mutants.ts';

/** The watcher takes a start over although the instance that recorded it is just sending it. */
const noLease: Mutation = (services) =>
  withRuns(services, {
    get: async (...args) => {
      const stored = await services.runs.get(...args);
      if (stored === null || stored === 'unreadable') return stored;
      const { attempt } = stored.value;
      if (attempt === null || attempt.acceptedAt !== null) return stored;
      return { ...stored, value: { ...stored.value, attempt: { ...attempt, leaseUntil: null } } };
    },
  });

/** A log is redacted with the secrets that are in use now, and not with those that its container was given. */
const currentSecrets: Mutation = (services) => ({
  ...services,
  secrets: { ...services.secrets, getVersion: (name) => services.secrets.get(name) },
});

/** Runs are recorded without anything that only one of them can have. */
const noClaim: Mutation = (services) =>
  withRuns(services, {
    write: (model, writes, signal) =>
      services.runs.write(
        model,
        writes.filter(({ do: what }) => what !== 'insert-claim'),
        signal,
      ),
  });

/** The last one to write wins, whatever it has read. */
const noEtag: Mutation = (services) =>
  withRuns(services, {
    update: async (stored, changes) => {
      const current = await services.runs.get(stored.value.model, stored.value.id);
      const etag = current === null || current === 'unreadable' ? stored.etag : current.etag;
      return services.runs.update({ ...stored, etag }, changes);
    },
  });

/** The in-flight index is written when the run is on record, and not before. */
const lateEntry: Mutation = (services) => {
  const waiting: InFlightEntry[] = [];
  return {
    ...withRuns(services, {
      write: async (...args) => {
        const etag = await services.runs.write(...args);
        for (const entry of waiting.splice(0)) await services.inFlight.add(entry);
        return etag;
      },
    }),
    inFlight: {
      ...services.inFlight,
      add: async (entry) => {
        waiting.push(entry);
      },
    },
  };
};

/** The entry of the in-flight index goes as soon as the run has ended, before its group is gone. */
const earlyRemoval: Mutation = (services) =>
  withRuns(services, {
    update: async (stored, changes) => {
      const updated = await services.runs.update(stored, changes);
      if (changes.state !== undefined && ['succeeded', 'failed'].includes(changes.state))
        await services.inFlight.remove({ runId: stored.value.id });
      return updated;
    },
  });

/** The instance that takes over a start does not look whether it has happened. */
const blindStart: Mutation = (services) => ({
  ...services,
  platform: {
    ...services.platform,
    find: async (run, model) => (run.attempt.acceptedAt === null ? absent(null) : services.platform.find(run, model)),
  },
});

/** The end of an attempt and the record of the next one are two writes. */
const tornMove: Mutation = (services) =>
  withRuns(services, {
    write: async (model, writes, signal) => {
      const [first, ...rest] = writes;
      if (first?.do !== 'update-run' || rest.length === 0) return services.runs.write(model, writes, signal);
      const etag = await services.runs.write(model, [first], signal);
      await services.runs.write(model, rest, signal);
      return etag;
    },
  });

/** The next attempt starts although the one before may still run. */
const hastyNext: Mutation = (services) => ({
  ...services,
  platform: {
    ...services.platform,
    discard: async (run) => {
      const discarded = await services.platform.discard(run);
      return run.state === 'waiting' && discarded === 'going' ? 'inert' : discarded;
    },
  },
});

/** The policy gives a container one attempt less than the configuration says. */
const oneTooFew: Mutation = (services) => {
  const fewer = <T extends Entry>(entry: T): T => ({
    ...entry,
    maxAttempts: Math.max(1, (entry.maxAttempts ?? 2) - 1),
  });
  return { ...services, entries: services.entries.map(fewer), models: services.models.map(fewer) };
};

/** A run whose submission nobody has seen is as good as one without slots. */
const unknownIsGood: Mutation = (services) =>
  withRuns(services, {
    get: async (...args) => {
      const stored = await services.runs.get(...args);
      if (stored === null || stored === 'unreadable') return stored;
      const { state, submission } = stored.value;
      if (state !== 'succeeded' || submission !== 'unknown') return stored;
      const slots = stored.value.slots.map((slot) => ({ ...slot, submission: 'accepted' as const }));
      return { ...stored, value: { ...stored.value, ...withSlots(slots) } };
    },
  });

/** A next attempt is for all slots, not only for those that are missing. */
const allSlotsAgain: Mutation = (services) => ({
  ...services,
  platform: {
    ...services.platform,
    start: (run, model, options) => {
      const slots = run.slots.map((slot) => ({ ...slot, submission: 'unknown' as const }));
      return services.platform.start({ ...run, slots }, model, options);
    },
  },
});

/** Where a start was answered by an error, or not at all, it goes to another region at once. */
const elsewhereAtOnce: Mutation = (services) => ({
  ...services,
  platform: {
    ...services.platform,
    start: async (run, model, options) => {
      try {
        return await services.platform.start(run, model, options);
      } catch (error) {
        if (!(error instanceof Refusal) || !error.mayArrive || !hasUntried(run, model)) throw error;
        throw new Refusal({ failure: error.failure, reason: error.message }, { elsewhere: true, cause: error });
      }
    },
  },
});

/** A run leaves the in-flight index without being in its model's summary. */
const noSummary: Mutation = (services) => ({
  ...services,
  summaries: { ...services.summaries, write: async () => true },
});

/** The summary is written without the run: before what it sums up is on record. */
const summaryAlone: Mutation = (services) => {
  const sumUpFirst = async (run: Run) => {
    const list = await services.runs.list(run.model, { limit: RUNS_READ });
    const others = list.records.filter((record) => record.run.id !== run.id);
    const etag = await services.summaries.getEtag(run.model);
    await services.summaries.write(run.model, summaryOf({ ...list, records: [{ run, earlier: [] }, ...others] }), etag);
    await services.inFlight.remove({ runId: run.id });
  };
  return withRuns(services, {
    update: async (stored, changes, signal) => {
      const run = { ...stored.value, ...changes };
      if (!hasEnded(stored.value) && hasEnded(run)) await sumUpFirst(run);
      return services.runs.update(stored, changes, signal);
    },
  });
};

/** A run that is in flight no more is changed, and its model's summary stays as it was. */
const noMark: Mutation = (services) => ({
  ...services,
  inFlight: { ...services.inFlight, markOutdated: async () => {} },
});

export const MUTANTS: readonly Mutant[] = [
  ...HARDSHIP_MUTANTS,
  ...SLOW_MUTANTS,
  { name: 'logs redacted with the secrets in use now', mutation: currentSecrets, hunt: 'rotated' },
  { name: 'no lease', mutation: noLease, hunt: 'in step' },
  { name: 'no claim', mutation: noClaim, hunt: 'random' },
  { name: 'state written without the ETag', mutation: noEtag, hunt: 'in step' },
  { name: 'in-flight entry written late', mutation: lateEntry, hunt: 'random' },
  { name: 'in-flight entry removed early', mutation: earlyRemoval, hunt: 'kill points' },
  { name: 'start taken over without looking', mutation: blindStart, hunt: 'random' },
  { name: 'end and next attempt in two writes', mutation: tornMove, hunt: 'kill points' },
  { name: 'an attempt too few', mutation: oneTooFew, hunt: 'random' },
  { name: 'unknown taken for good', mutation: unknownIsGood, hunt: 'unseen end' },
  { name: 'next attempt for all slots', mutation: allSlotsAgain, hunt: 'in part' },
  { name: 'another region while the start may arrive', mutation: elsewhereAtOnce, hunt: 'late start' },
  { name: 'run not summed up', mutation: noSummary, hunt: 'random' },
  { name: 'summary written without the run', mutation: summaryAlone, hunt: 'kill points' },
  { name: 'summary left as it was', mutation: noMark, hunt: 'random' },
  { name: 'next attempt beside the one before', mutation: hastyNext, hunt: 'restart' },
];
