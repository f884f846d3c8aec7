// Histories that are enumerated rather than drawn: every kill point, every fault at every call, outages.

import { GARBLED_FORMS } from '../../../local/emulators/garbled.ts';
import type { ExternalCall } from '../world/external-calls.ts';
import { type Dependency, describeFate, type Fate } from '../world/fate.ts';
import { GOOD, type History, KINDS, plainHistory } from './history.ts';

/** Ways in which one call can fail; which of them make sense depends on whom it calls. */
const FAULTS: readonly (Fate & { readonly for?: Dependency })[] = [
  { do: 'refuse' },
  { do: 'lose-answer' },
  { do: 'status', status: 429, retryAfter: 7 },
  { do: 'status', status: 500 },
  { do: 'hang' },
  { do: 'arrive-late', after: 20_000 },
  {
    do: 'status',
    status: 409,
    code: 'ContainerGroupTransitioning',
    for: 'resource-manager',
  },
];

/** Everything that can be called is called: an attempt that fails, then one that does its work. */
export function busyBaseline(kind: History['kind']): History {
  return plainHistory(kind, {
    name: `${kind} with a retry`,
    containers: [{ seconds: 30, exitCode: 1, submits: false }, GOOD],
    triggers: [{ at: 5_000, by: 'bare', instance: 0 }],
  });
}

export function baselines(): History[] {
  return [...KINDS.flatMap((kind) => [plainHistory(kind), busyBaseline(kind)]), IN_PART];
}

/** The process dies at this call of `baseline`: before it is sent, and after it was answered. */
export function killPoints(baseline: History, calls: readonly ExternalCall[]): History[] {
  return calls.flatMap(({ index }) =>
    (['kill-before', 'kill-after'] as const).map(
      (how): History => ({
        ...baseline,
        name: `${baseline.name}: ${how} ${describeCall(calls, index)}`,
        at: new Map([[index, { do: how }]]),
      }),
    ),
  );
}

/** This call of `baseline` fails, each way, `times` in a row (the calls that follow it included). */
export function singleFaults(baseline: History, calls: readonly ExternalCall[], times: number): History[] {
  return calls.flatMap(({ index, dependency }) =>
    FAULTS.filter((fault) => fault.for === undefined || fault.for === dependency).map(
      ({ for: _, ...fate }): History => ({
        ...baseline,
        name: `${baseline.name}: ${describeFate(fate)} ×${times} from ${describeCall(calls, index)}`,
        at: new Map(Array.from({ length: times }, (_, more) => [index + more, fate])),
      }),
    ),
  );
}

/** This call of `baseline` is answered in each form that nobody can read, and was carried out, or not. */
export function garbledCalls(baseline: History, calls: readonly ExternalCall[]): History[] {
  return calls.flatMap(({ index }) =>
    GARBLED_FORMS.flatMap((form) =>
      [false, true].map((carriedOut): History => {
        const fate = { do: 'garbled', form, carriedOut } as const;
        const name = `${baseline.name}: ${describeFate(fate)} at ${describeCall(calls, index)}`;
        return { ...baseline, name, at: new Map([[index, fate]]) };
      }),
    ),
  );
}

const OUTAGE_MS = 20 * 60_000;
const DEPENDENCIES = ['tables', 'resource-manager', 'key-vault', 'numerai', 'all'] as const;

/** 20 minutes without each dependency, and without any, from the start and from within a run. */
export function outages(): History[] {
  return KINDS.flatMap((kind) =>
    DEPENDENCIES.flatMap((of) =>
      [0, 30_000, 90_000].flatMap((from) =>
        (
          [
            { do: 'refuse' },
            { do: 'hang' },
            { do: 'status', status: 503, retryAfter: 30 },
            { do: 'status', status: 500 },
          ] as const
        ).map(
          (fate): History =>
            plainHistory(kind, {
              name: `${kind}: ${of} down from ${from / 1000} s (${describeFate(fate)})`,
              containers: [{ seconds: 60, exitCode: 1, submits: false }, GOOD],
              disturbances: [{ from, to: from + OUTAGE_MS, of, fate, probability: 1 }],
            }),
        ),
      ),
    ),
  );
}

function describeCall(calls: readonly ExternalCall[], index: number): string {
  const call = calls[index - 1];
  const path = call?.path.replace(/.*\/providers\/[^/]+/, '').slice(-60) ?? '';
  return `call ${index} (${call?.dependency} ${call?.method} ${path})`;
}

/** A first container that fails, and a second that does not. */
export const FAILS_FIRST = plainHistory('image', {
  containers: [{ seconds: 30, exitCode: 1, submits: false }, GOOD],
});

/**
 * Azure starts the first container again while its removal is on its way.
 * @param calls those of {@link FAILS_FIRST}.
 */
export function restartDuringRemoval(calls: readonly ExternalCall[]): History {
  const removal = calls.find(({ dependency, method }) => dependency === 'resource-manager' && method === 'DELETE');
  return {
    ...FAILS_FIRST,
    containers: [{ seconds: 30, exitCode: 1, submits: false }, { ...GOOD, submits: false }, GOOD],
    // The tick at 60 s has seen it ended.
    at: new Map([[removal?.index ?? 0, { do: 'slow-there', by: 8_000 }]]),
    byHand: [{ at: 60_500, what: 'repair' }],
    expect: 'ended',
  };
}

/** The first start is answered by an error at a region where it is carried out a little later. */
export const LATE_START = plainHistory('image', {
  name: 'late start',
  triggers: [{ at: 45_000, by: 'webhook', instance: 0 }],
  disturbances: [
    {
      from: 0,
      to: 55_000,
      of: 'resource-manager',
      fate: { do: 'status', status: 503, arrivesAfter: 20_000 },
      probability: 1,
      starts: { location: null },
    },
  ],
});

/** A container ends well and has submitted nothing, while Numerai cannot be asked for longer than the run waits. */
export const UNSEEN_END = plainHistory('image', {
  name: 'unseen end',
  containers: [{ ...GOOD, seconds: 30, submits: false }, GOOD],
  disturbances: [{ from: 20_000, to: OUTAGE_MS, of: 'numerai', fate: { do: 'refuse' }, probability: 1 }],
  fallback: true,
});

/** A secret is rotated while its container runs, and the instance that watches it never had the old one. */
export const ROTATED: History = plainHistory('image', {
  name: 'a rotated secret',
  instances: 2,
  triggers: [{ at: 5_000, by: 'webhook', instance: 1 }],
  secret: { at: 20_000, what: 'rotate', backAt: 20_000 },
});

/** The first container submits for one of three slots and fails, the second one for another. */
export const IN_PART: History = plainHistory('image', {
  name: 'three slots, in three parts',
  slots: 3,
  containers: [{ ...GOOD, seconds: 30, exitCode: 1, misses: [1, 2] }, { ...GOOD, seconds: 30, misses: [2] }, GOOD],
});
