// Random histories of what Azure may report, through the adapter's reading of it and the watcher's decision.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ObservedGroup } from '../../../src/lib/compute/container-instances/group.ts';
import { observationOf } from '../../../src/lib/compute/container-instances/observe.ts';
import { preparedOf } from '../../../src/lib/compute/container-instances/prepared.ts';
import type { AttemptedRun, Observation, Patience } from '../../../src/lib/compute/platform.ts';
import { absent } from '../../../src/lib/compute/platform.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import { type Changes, decideOnAttempt } from '../../../src/lib/watch/decide.ts';
import {
  acceptedRun,
  iso,
  type Kind,
  later,
  NO_ROOM,
  PLAIN_MODELS,
  PULL_FAILURE,
  RUN_ID,
  runOf,
} from '../../support/runs.ts';

interface Subject {
  readonly kind: Kind;
  readonly run: AttemptedRun;
}

const MINUTE = 60_000;
const PATIENCE: Record<Kind, Patience> = {
  image: {
    appearMs: 2 * MINUTE,
    startMs: 30 * MINUTE,
    remedy: 'if it persists, try another region or a smaller image.',
  },
  group: {
    appearMs: 10 * MINUTE,
    startMs: 30 * MINUTE,
    remedy: 'if it persists, try another region or a smaller image.',
  },
};

function observe({ kind, run }: Subject, seen: ObservedGroup | null): Observation {
  const prepared = preparedOf(run.attempt);
  return prepared === null ? absent(null) : observationOf({ run, prepared, seen, model: PLAIN_MODELS[kind] });
}

const decide = (subject: Subject, seen: ObservedGroup | null, at: number) =>
  decideOnAttempt({
    run: subject.run,
    seen: observe(subject, seen),
    patience: PATIENCE[subject.kind],
    now: later(at),
    model: PLAIN_MODELS[subject.kind],
  });

const seconds = fc.integer({ min: -600, max: 7200 });
const time = seconds.map(later);
const container = fc.record({
  name: fc.constant('submission'),
  state: fc.constantFrom('Waiting', 'Running', 'Terminated', null),
  startTime: fc.option(time),
  finishTime: fc.option(time),
  exitCode: fc.option(fc.constantFrom(0, 1, 78, 137, 143)),
  detailStatus: fc.option(fc.constantFrom('OOMKilled', 'Error', 'CrashLoopBackOff')),
});
const group: fc.Arbitrary<ObservedGroup | null> = fc.option(
  fc.record({
    provisioningState: fc.option(
      fc.constantFrom(
        'Pending',
        'Creating',
        'Updating',
        'Succeeded',
        'Failed',
        'Repairing',
        'Unhealthy',
        'Canceled',
        'Deleting',
        'NotAccessible',
      ),
    ),
    state: fc.option(fc.constantFrom('Pending', 'Running', 'Stopped', 'Succeeded', 'Failed', 'Whatever')),
    container: fc.option(container),
    previous: fc.option(container),
    hasCompany: fc.boolean(),
    names: fc.constant(['submission', 'helper']),
    events: fc.constantFrom([], PULL_FAILURE, NO_ROOM),
    runId: fc.constantFrom(RUN_ID, null, 'another'),
    location: fc.option(fc.constant('westeurope')),
    cpu: fc.option(fc.constant(1)),
    memoryGB: fc.option(fc.constant(2)),
    restartPolicy: fc.option(fc.constantFrom('Never', 'OnFailure', 'Always')),
  }),
);
const subject: fc.Arbitrary<Subject> = fc
  .record({
    kind: fc.constantFrom('image' as const, 'group' as const),
    accepted: fc.boolean(),
    prepared: fc.boolean(),
    stop: fc.option(fc.record({ because: fc.constantFrom('timeout' as const, 'operator' as const), at: seconds })),
  })
  .map(({ kind, accepted, prepared, stop }) => {
    const attempt: Partial<Attempt> = {
      stop: stop === null ? null : { because: stop.because, at: iso(stop.at) },
      // Nothing is sent before it is prepared.
      ...(prepared || accepted ? {} : { prepared: null }),
    };
    return { kind, run: (accepted ? acceptedRun : runOf)(kind, {}, attempt) };
  });
const reports = fc
  .array(fc.record({ after: fc.integer({ min: 1, max: 600 }), seen: group }), { maxLength: 20 })
  .map((list) => {
    let at = 0;
    return list.map(({ after, seen }) => {
      at += after;
      return { at, seen };
    });
  });

function applied(run: AttemptedRun, { run: changes = {}, attempt = {} }: Changes): AttemptedRun {
  return { ...run, ...changes, attempt: { ...run.attempt, ...attempt } };
}

/** Carries decisions out on the record, as the watcher does, and counts the starts. */
function live({ kind, run }: Subject, list: readonly { at: number; seen: ObservedGroup | null }[]) {
  let current = run;
  let starts = 0;
  for (const { at, seen } of list) {
    for (let step = 0; current.attempt.outcome === null; step += 1) {
      if (step === 4) throw new Error('It goes round in circles.');
      const decision = decide({ kind, run: current }, seen, at);
      if (decision.do === 'nothing') break;
      if (decision.do === 'end') {
        const { outcome, failure, reason, exitCode } = decision.ending;
        current = applied(current, { attempt: { outcome, failure, reason, exitCode } });
      }
      if (decision.do === 'update' || decision.do === 'stop') current = applied(current, decision.changes);
      if (decision.do === 'stop') break;
      if (decision.do === 'start') {
        starts += 1;
        const prepared = runOf(kind).attempt.prepared;
        current = applied(current, {
          run: { state: 'starting' },
          attempt: { acceptedAt: iso(at), leaseUntil: null, prepared },
        });
        break;
      }
    }
  }
  return { attempt: current.attempt, starts };
}

describe('whatever Azure reports', () => {
  test('an attempt is started once at most, and an end is an end with its reason', () => {
    fc.assert(
      fc.property(subject, reports, (one, list) => {
        const { attempt, starts } = live(one, list);
        expect(starts).toBeLessThanOrEqual(one.run.attempt.acceptedAt === null ? 1 : 0);
        if (attempt.outcome !== null && attempt.outcome !== 'succeeded')
          expect(attempt.reason, JSON.stringify(attempt)).toBeTruthy();
      }),
      { numRuns: 2000 },
    );
  });

  test('nobody starts what is leased, and nothing is started that Azure shows as started', () => {
    fc.assert(
      fc.property(subject, group, seconds, (one, seen, at) => {
        if (decide(one, seen, at).do !== 'start') return;
        expect(one.run.attempt.acceptedAt).toBeNull();
        expect(at).toBeGreaterThan(70);
        if (one.run.attempt.prepared === null) return;
        if (one.kind === 'image') expect(seen).toBeNull();
        else expect(seen?.container?.state).not.toBe('Running');
      }),
      { numRuns: 5000 },
    );
  });

  test('an attempt that fails or is cancelled says what of, and one that succeeds does not', () => {
    fc.assert(
      fc.property(subject, group, seconds, (one, seen, at) => {
        const decision = decide(one, seen, at);
        if (decision.do !== 'end') return;
        const { outcome, failure } = decision.ending;
        expect(failure === null).toBe(outcome === 'succeeded');
      }),
      { numRuns: 5000 },
    );
  });

  test('every attempt ends, if only the time goes on', () => {
    fc.assert(
      fc.property(subject, reports, group, (one, list, last) => {
        const hours = Array.from({ length: 12 }, (_, index) => ({
          at: 20_000 + index * 1200,
          seen: last,
        }));
        const { attempt } = live(one, [...list, ...hours]);
        expect(attempt.outcome, JSON.stringify({ attempt, last })).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });
});
