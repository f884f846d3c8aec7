// What follows from what Azure reports: every combination that is known, and random histories of them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  GroupObservation,
  ObservedGroup,
} from '../../../src/lib/compute/container-instances/platform.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { decideOnRun, type WatchDecision } from '../../../src/lib/watch/decide.ts';
import {
  acceptedRun,
  containerOf,
  groupOf,
  iso,
  later,
  modelOf,
  runOf,
  terminated,
} from '../../support/runs.ts';

const ABSENT: GroupObservation = { kind: 'absent' };

function decide(run: Run, seen: GroupObservation, seconds: number): WatchDecision {
  const model = modelOf(run.ownsGroup ? 'image' : 'group');
  return decideOnRun({ run, seen, now: later(seconds), model });
}

/** What a decision comes to, in a word or two. */
function inWords(decision: WatchDecision): string {
  if (decision.do === 'end')
    return `${decision.ending.state} ${decision.ending.failure ?? ''}`.trim();
  if (decision.do === 'update') return `update ${Object.keys(decision.changes).join(' ')}`;
  return decision.do;
}

const pullFailure = [
  { name: 'Failed', type: 'Warning', message: 'Failed to pull image "x": manifest unknown' },
];
const noRoom = [
  {
    name: 'InsufficientCapacity.',
    type: 'Warning',
    message: 'The requested resource is not available in the location westeurope at this moment.',
  },
];

describe('a run whose start nobody has seen accepted', () => {
  const image = runOf('image');
  const group = runOf('group');
  const old = groupOf(group, {
    state: 'Succeeded',
    container: terminated(0, { startTime: later(-3600) }),
  });
  const older = { container: containerOf({ startTime: later(-3600) }) };
  const rows: [string, Run, GroupObservation, number, string][] = [
    ['is left to who holds the lease', image, ABSENT, 60, 'nothing'],
    ['is left for the difference of clocks as well', image, ABSENT, 70, 'nothing'],
    ['is started when the lease is over', image, ABSENT, 71, 'start'],
    [
      'was started: its group is there',
      image,
      groupOf(image),
      80,
      'update state acceptedAt leaseUntil location',
    ],
    [
      'does not take a group that is another run’s',
      image,
      groupOf(image, { runId: 'x' }),
      80,
      'failed configuration',
    ],
    [
      'does not take a group that nobody marked',
      image,
      groupOf(image, { runId: null }),
      80,
      'failed configuration',
    ],
    ['is started where the group shows an older end', group, old, 80, 'start'],
    [
      'was started: the container is newer than before',
      group,
      groupOf(group),
      80,
      'update state acceptedAt leaseUntil location',
    ],
    [
      'was started and has ended since',
      group,
      groupOf(group, { state: 'Succeeded', container: terminated(0) }),
      80,
      'update state acceptedAt leaseUntil location',
    ],
    ['waits while the group runs from before', group, groupOf(group, older), 80, 'update reason'],
    [
      'is not taken for started before anybody looked',
      { ...group, priorContainerStart: null },
      old,
      80,
      'start',
    ],
    ['cannot be started without the group', group, ABSENT, 80, 'failed configuration'],
    [
      'is cancelled without a start',
      { ...image, stopRequest: { because: 'operator', at: iso(5) } },
      ABSENT,
      80,
      'cancelled cancelled',
    ],
    [
      'is stopped where the start did happen',
      { ...image, stopRequest: { because: 'operator', at: iso(5) } },
      groupOf(image),
      80,
      'update state acceptedAt leaseUntil location',
    ],
    ['is tried for an hour, whatever its time limit', image, ABSENT, 59 * 60, 'start'],
    ['is given up after that', image, ABSENT, 61 * 60, 'failed not-started'],
  ];
  test.each(rows)('%s', (_, run, seen, seconds, expected) => {
    expect(inWords(decide(run, seen, seconds))).toBe(expected);
  });

  test('is not started where models.json no longer has its model', () => {
    const decision = decideOnRun({ run: image, seen: ABSENT, now: later(80), model: undefined });
    expect(inWords(decision)).toBe('failed configuration');
  });
});

describe('a run whose start was accepted', () => {
  const image = acceptedRun('image');
  const group = acceptedRun('group');
  const running = acceptedRun('image', { state: 'running', startedAt: iso(30) });
  const waiting = containerOf({ state: 'Waiting', startTime: null });
  const pending: Partial<ObservedGroup> = {
    provisioningState: 'Creating',
    state: 'Pending',
    container: waiting,
  };
  const operator = { because: 'operator', at: iso(40) } as const;
  const rows: [string, Run, GroupObservation, number, string][] = [
    ['waits', image, groupOf(image, pending), 60, 'nothing'],
    [
      'waits while it is repaired',
      running,
      groupOf(image, { ...pending, provisioningState: 'Repairing' }),
      300,
      'nothing',
    ],
    [
      'waits while it is pulled',
      image,
      groupOf(image, { ...pending, events: pullFailure }),
      200,
      'nothing',
    ],
    [
      'fails where the image cannot be had',
      image,
      groupOf(image, { ...pending, events: pullFailure }),
      260,
      'failed image',
    ],
    [
      'stops an existing group whose image cannot be had',
      group,
      groupOf(group, { ...pending, events: pullFailure }),
      260,
      'stop',
    ],
    [
      'is given up where it never comes up',
      image,
      groupOf(image, pending),
      1210,
      'failed provisioning',
    ],
    [
      'fails where there is no room',
      image,
      groupOf(image, {
        provisioningState: 'Failed',
        state: 'Pending',
        container: waiting,
        events: noRoom,
      }),
      90,
      'failed no-capacity',
    ],
    [
      'fails where provisioning fails',
      image,
      groupOf(image, { provisioningState: 'Failed', state: 'Failed', container: waiting }),
      90,
      'failed provisioning',
    ],
    ['runs', image, groupOf(image), 60, 'update state startedAt endSeenAt location cpu memoryGB'],
    ['goes on running', running, groupOf(image), 90, 'nothing'],
    ['is stopped past its time', running, groupOf(image), 1210, 'stop'],
    [
      'ends well',
      running,
      groupOf(image, { state: 'Succeeded', container: terminated(0) }),
      90,
      'succeeded',
    ],
    [
      'ends badly',
      running,
      groupOf(image, { state: 'Failed', container: terminated(1) }),
      90,
      'failed exit-code',
    ],
    [
      'ends badly whatever the group says',
      running,
      groupOf(image, { state: 'Succeeded', container: terminated(1) }),
      90,
      'failed exit-code',
    ],
    [
      'ends before it was ever seen running',
      image,
      groupOf(image, { state: 'Succeeded', container: terminated(0) }),
      60,
      'succeeded',
    ],
    [
      'was killed for memory',
      running,
      groupOf(image, {
        state: 'Failed',
        container: terminated(137, { detailStatus: 'OOMKilled' }),
      }),
      90,
      'failed out-of-memory',
    ],
    [
      'asks not to be tried again',
      running,
      groupOf(image, { state: 'Failed', container: terminated(78) }),
      90,
      'failed configuration',
    ],
    [
      'ends without an exit code',
      running,
      groupOf(image, { state: 'Failed', container: terminated(null) }),
      90,
      'failed exit-code',
    ],
    [
      'was stopped by hand',
      running,
      groupOf(image, { state: 'Stopped', container: terminated(143) }),
      90,
      'cancelled stopped-outside',
    ],
    [
      'was stopped as an operator asked',
      { ...running, stopRequest: operator },
      groupOf(image, { state: 'Stopped', container: terminated(143) }),
      90,
      'cancelled cancelled',
    ],
    [
      'is stopped again where that has not happened',
      { ...running, stopRequest: operator },
      groupOf(image),
      90,
      'stop',
    ],
    [
      'is given up where it will not stop',
      { ...running, stopRequest: operator },
      groupOf(image),
      700,
      'cancelled cancelled',
    ],
    [
      'is cancelled before it came up',
      { ...image, stopRequest: operator },
      groupOf(image, pending),
      60,
      'cancelled cancelled',
    ],
    ['is looked for twice before it counts as deleted', running, ABSENT, 90, 'update endSeenAt'],
    ['is looked for a while', { ...running, endSeenAt: iso(90) }, ABSENT, 150, 'nothing'],
    [
      'was deleted by hand',
      { ...running, endSeenAt: iso(90) },
      ABSENT,
      211,
      'cancelled stopped-outside',
    ],
    [
      'was there after all',
      { ...running, endSeenAt: iso(90) },
      groupOf(image),
      150,
      'update state startedAt endSeenAt location cpu memoryGB',
    ],
    [
      'had ended before its group went',
      { ...running, endSeenAt: iso(90), exitCode: 0, submission: 'pending' },
      ABSENT,
      150,
      'succeeded',
    ],
    [
      'keeps an end that was decided',
      { ...running, failure: 'timeout', reason: 'So it was.' },
      ABSENT,
      150,
      'timed_out timeout',
    ],
    [
      'waits for a container that contradicts its group',
      running,
      groupOf(image, { state: 'Succeeded' }),
      90,
      'update endSeenAt',
    ],
    [
      'believes the group after a while',
      { ...running, endSeenAt: iso(90) },
      groupOf(image, { state: 'Succeeded' }),
      400,
      'succeeded',
    ],
    ['was replaced', running, groupOf(image, { runId: 'another' }), 90, 'failed stopped-outside'],
    [
      'waits for an existing group that shows its old end',
      group,
      groupOf(group, { state: 'Succeeded', container: terminated(0, { startTime: later(-3600) }) }),
      90,
      'nothing',
    ],
    [
      'gives up an existing group that does not start',
      group,
      groupOf(group, { state: 'Stopped', container: terminated(0, { startTime: later(-3600) }) }),
      700,
      'failed not-started',
    ],
    [
      'ends with its existing group',
      group,
      groupOf(group, { state: 'Succeeded', container: terminated(0) }),
      90,
      'succeeded',
    ],
    [
      'goes by Azure’s clock, which is behind',
      { ...group, priorContainerStart: iso(-3600) },
      groupOf(group, { state: 'Succeeded', container: terminated(0, { startTime: later(-400) }) }),
      90,
      'succeeded',
    ],
  ];
  test.each(rows)('%s', (_, run, seen, seconds, expected) => {
    // The size of a group is noted first; that is not what these are about.
    const sized = { ...run, cpu: 1, memoryGB: 1.5 };
    expect(inWords(decide(sized, seen, seconds))).toBe(expected);
  });

  test('one that ended well on a stop is what Numerai says: done, or stopped', () => {
    const run = { ...running, stopRequest: operator };
    const decision = decide(run, groupOf(run, { state: 'Stopped', container: terminated(0) }), 90);
    expect(decision).toMatchObject({
      do: 'end',
      ending: { state: 'succeeded', unproven: { state: 'cancelled', failure: 'cancelled' } },
    });
  });

  test('one that will not stop has no other attempt beside it', () => {
    const decision = decide({ ...running, stopRequest: operator }, groupOf(image), 700);
    expect(decision).toMatchObject({ do: 'end', ending: { mayRetry: false } });
  });

  test('every end tells its reason, but a good one', () => {
    for (const [, run, seen, seconds] of rows) {
      const decision = decide(run, seen, seconds);
      if (decision.do === 'end' && decision.ending.state !== 'succeeded')
        expect(decision.ending.reason).toMatch(/\.$/);
    }
  });
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
  restartCount: fc.nat(3),
});
const observation: fc.Arbitrary<GroupObservation> = fc.oneof(
  fc.constant(ABSENT),
  fc.record({
    kind: fc.constant('present' as const),
    provisioningState: fc.option(
      fc.constantFrom(
        'Pending',
        'Creating',
        'Succeeded',
        'Failed',
        'Repairing',
        'Unhealthy',
        'Canceled',
        'Deleting',
        'NotAccessible',
      ),
    ),
    state: fc.option(
      fc.constantFrom('Pending', 'Running', 'Stopped', 'Succeeded', 'Failed', 'Whatever'),
    ),
    container: fc.option(container),
    events: fc.constantFrom([], pullFailure, noRoom),
    runId: fc.constantFrom('01KN4ENXVQQ2T3KWT8RWJ87V09', null),
    location: fc.option(fc.constant('westeurope')),
    cpu: fc.option(fc.constant(1)),
    memoryGB: fc.option(fc.constant(2)),
    restartPolicy: fc.option(fc.constant('Never')),
  }),
);
const anyRun = fc
  .record({
    kind: fc.constantFrom('image' as const, 'group' as const),
    accepted: fc.boolean(),
    stop: fc.option(
      fc.record({ because: fc.constantFrom('timeout', 'operator', 'image'), at: seconds }),
    ),
  })
  .map(({ kind, accepted, stop }) => ({
    ...(accepted ? acceptedRun(kind) : runOf(kind)),
    stopRequest: stop === null ? null : { because: stop.because, at: iso(stop.at) },
  }));

/** Carries decisions out on the record, as the watcher does, and counts the starts. */
function live(run: Run, reports: readonly { at: number; seen: GroupObservation }[]) {
  let current = run;
  let starts = 0;
  for (const { at, seen } of reports) {
    for (let step = 0; step < 4 && !hasEnded(current); step += 1) {
      const decision = decide(current, seen, at);
      if (decision.do === 'nothing') break;
      if (decision.do === 'end') current = { ...current, ...decision.ending };
      if (decision.do === 'update' || decision.do === 'stop')
        current = { ...current, ...decision.changes };
      if (decision.do === 'stop') break;
      if (decision.do === 'start') {
        starts += 1;
        current = { ...current, state: 'starting', acceptedAt: iso(at), leaseUntil: null };
        break;
      }
      if (step === 3) throw new Error('It goes round in circles.');
    }
  }
  return { run: current, starts };
}

describe('whatever Azure reports', () => {
  const reports = fc
    .array(fc.record({ after: fc.integer({ min: 1, max: 600 }), seen: observation }), {
      maxLength: 20,
    })
    .map((list) => {
      let at = 0;
      return list.map(({ after: more, seen }) => {
        at += more;
        return { at, seen };
      });
    });

  test('a run is started once at most, and an end is an end', () => {
    fc.assert(
      fc.property(anyRun, reports, (run, list) => {
        const lived = live(run, list);
        expect(lived.starts).toBeLessThanOrEqual(run.acceptedAt === null ? 1 : 0);
        if (hasEnded(lived.run) && lived.run.state !== 'succeeded')
          expect(lived.run.reason, JSON.stringify(lived.run)).toBeTruthy();
      }),
      { numRuns: 2000 },
    );
  });

  test('nobody starts what is leased, and nothing is started that Azure shows as started', () => {
    fc.assert(
      fc.property(anyRun, observation, seconds, (run, seen, at) => {
        const decision = decide(run, seen, at);
        if (decision.do !== 'start') return;
        expect(run.acceptedAt).toBeNull();
        expect(at).toBeGreaterThan(70);
        if (run.ownsGroup) expect(seen.kind).toBe('absent');
        else if (seen.kind === 'present') expect(seen.container?.state).not.toBe('Running');
      }),
      { numRuns: 5000 },
    );
  });

  test('every run ends, if only the time goes on', () => {
    fc.assert(
      fc.property(anyRun, reports, observation, (run, list, last) => {
        const hours = Array.from({ length: 12 }, (_, index) => ({
          at: 20_000 + index * 1200,
          seen: last,
        }));
        const { run: lived } = live(run, [...list, ...hours]);
        expect(hasEnded(lived), JSON.stringify({ lived, last })).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
