// Starters and watchers that are wrong on purpose. Each is a small change of what the app works with; a
// harness that does not catch it proves nothing.

import type { Pointer } from '../../../src/lib/storage/in-flight.ts';
import type { RunStore } from '../../../src/lib/storage/run-store.ts';
import type { Services } from '../../../src/services.ts';
import type { Mutation } from '../app/instance.ts';

export interface Mutant {
  readonly name: string;
  readonly mutation: Mutation;
  /** The histories that find it soonest. */
  readonly hunt: 'random' | 'in step' | 'kill points';
}

const withRuns = (services: Services, changes: Partial<RunStore>): Services => ({
  ...services,
  runs: { ...services.runs, ...changes },
});

/** The watcher takes a run as free although the instance that recorded it is just starting it. */
const noLease: Mutation = (services) =>
  withRuns(services, {
    getRun: async (...args) => {
      const stored = await services.runs.getRun(...args);
      if (stored === null || stored.value.acceptedAt !== null) return stored;
      return { ...stored, value: { ...stored.value, leaseUntil: null } };
    },
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
    updateRun: async (stored, changes) => {
      const current = await services.runs.getRun(stored.value.model, stored.value.id);
      return services.runs.updateRun({ ...stored, etag: current?.etag ?? stored.etag }, changes);
    },
  });

/** The pointer is written when the run is on record, and not before. */
const latePointer: Mutation = (services) => {
  const waiting: Pointer[] = [];
  return {
    ...withRuns(services, {
      write: async (...args) => {
        const etags = await services.runs.write(...args);
        for (const pointer of waiting.splice(0)) await services.inFlight.add(pointer);
        return etags;
      },
    }),
    inFlight: {
      ...services.inFlight,
      add: async (pointer) => {
        waiting.push(pointer);
      },
    },
  };
};

/** The pointer goes as soon as the run has ended, before its group is gone. */
const earlyRemoval: Mutation = (services) =>
  withRuns(services, {
    updateRun: async (stored, changes) => {
      const updated = await services.runs.updateRun(stored, changes);
      if (changes.state !== undefined && ['succeeded', 'failed'].includes(changes.state))
        await services.inFlight.remove({ runId: stored.value.id });
      return updated;
    },
  });

/** A start is taken over without a look whether it has happened. */
const blindStart: Mutation = (services) => {
  const accepted = new Set<string>();
  return {
    ...withRuns(services, {
      updateRun: async (stored, changes) => {
        if (changes.acceptedAt != null && changes.state === 'starting')
          accepted.add(stored.value.containerGroup ?? '');
        return services.runs.updateRun(stored, changes);
      },
      getRun: async (...args) => {
        const stored = await services.runs.getRun(...args);
        if (stored?.value.acceptedAt != null) accepted.add(stored.value.containerGroup ?? '');
        return stored;
      },
    }),
    platform: {
      ...services.platform,
      observe: async (name, signal) =>
        name.startsWith('own-') || accepted.has(name)
          ? services.platform.observe(name, signal)
          : { kind: 'absent' },
    },
  };
};

/** The end of a run and the record of its retry are two writes. */
const tornRetry: Mutation = (services) =>
  withRuns(services, {
    write: async (model, writes, signal) => {
      const [first, ...rest] = writes;
      if (first?.do !== 'update-run') return services.runs.write(model, writes, signal);
      await services.runs.write(model, [first], signal);
      return services.runs.write(model, rest, signal);
    },
  });

export const MUTANTS: readonly Mutant[] = [
  { name: 'no lease', mutation: noLease, hunt: 'in step' },
  { name: 'no claim', mutation: noClaim, hunt: 'random' },
  { name: 'state written without the ETag', mutation: noEtag, hunt: 'in step' },
  { name: 'pointer written late', mutation: latePointer, hunt: 'random' },
  { name: 'pointer removed early', mutation: earlyRemoval, hunt: 'random' },
  { name: 'start taken over without looking', mutation: blindStart, hunt: 'random' },
  { name: 'end and retry in two writes', mutation: tornRetry, hunt: 'kill points' },
];
