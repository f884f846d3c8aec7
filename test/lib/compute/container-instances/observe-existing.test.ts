// What a group that exists already shows of an attempt: every combination that is known.

import { describe, expect, test } from 'vitest';
import { mayGoOn } from '../../../../src/lib/compute/container-instances/observe.ts';
import { type Prepared, preparedOf } from '../../../../src/lib/compute/container-instances/prepared.ts';
import {
  acceptedRun,
  containerOf,
  eventOf,
  groupOf,
  iso,
  later,
  NO_ROOM,
  PULL_FAILURE,
  runOf,
  terminated,
} from '../../../support/runs.ts';
import { inWords, observe, oldEnd, older, pending, type Row, waiting } from './observations.ts';

describe('an existing group, before its start is known to be accepted', () => {
  const rows: Row[] = [
    ['is absent where there is none', null, 'absent configuration'],
    ['is absent where it shows an older end', groupOf('group', oldEnd), 'absent'],
    ['is absent where it was stopped before', groupOf('group', { ...oldEnd, state: 'Stopped' }), 'absent'],
    [
      'is absent while it runs from before, and says so',
      groupOf('group', { container: containerOf(older) }),
      'absent (busy)',
    ],
    ['runs where its container is newer than before', groupOf('group'), 'running'],
    [
      'has ended where the end is of a newer start',
      groupOf('group', { state: 'Succeeded', container: terminated(0) }),
      'ended ok exit 0',
    ],
    ['waits while it starts', groupOf('group', pending), 'waiting'],
    [
      'waits while Azure still creates it',
      groupOf('group', { ...oldEnd, provisioningState: 'Pending', state: null, container: null }),
      'waiting',
    ],
    [
      'is not taken for started by a container that has no start time',
      groupOf('group', { state: 'Succeeded', container: waiting }),
      'absent',
    ],
    [
      'runs where the container runs and its start time is missing',
      groupOf('group', { container: containerOf({ startTime: null }) }),
      'running',
    ],
    ['waits where the group runs and shows no container', groupOf('group', { container: null }), 'waiting'],
    [
      'is absent where the group has ended and shows no container',
      groupOf('group', { state: 'Succeeded', container: null }),
      'absent',
    ],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(runOf('group'), 'group', seen))).toBe(expected);
  });

  test('that was never started shows nothing but a start of this attempt', () => {
    const prepared: Prepared = {
      kind: 'group',
      group: 'own-group',
      lastStart: null,
      lastEvent: null,
      container: null,
      names: [],
    };
    const run = runOf('group', {}, { prepared });
    expect(inWords(observe(run, 'group', groupOf('group')))).toBe('running');
  });

  test('that is started at the very moment of the earlier start is that start', () => {
    const run = runOf('group');
    const same = groupOf('group', { container: containerOf({ startTime: later(-3600) }) });
    const next = groupOf('group', { container: containerOf({ startTime: later(-3599.999) }) });
    expect(observe(run, 'group', same).phase).toBe('absent');
    expect(observe(run, 'group', next).phase).toBe('running');
  });
});

describe('an existing group whose start was accepted', () => {
  const rows: Row[] = [
    ['is absent while it shows its old end', groupOf('group', oldEnd), 'absent not-started'],
    [
      'is absent while it shows that it was stopped',
      groupOf('group', { ...oldEnd, state: 'Stopped' }),
      'absent not-started',
    ],
    ['was deleted', null, 'absent configuration'],
    ['waits', groupOf('group', pending), 'waiting'],
    [
      'waits while it is pulled, and says what is wrong',
      groupOf('group', { ...pending, events: PULL_FAILURE }),
      'waiting image (busy)',
    ],
    [
      'waits while it starts, and its container still shows the earlier end',
      groupOf('group', { ...oldEnd, state: 'Pending' }),
      'waiting',
    ],
    [
      'waits while Azure still creates it, and its container still shows the earlier failure',
      groupOf('group', {
        provisioningState: 'Pending',
        state: 'Failed',
        container: terminated(1, older),
      }),
      'waiting',
    ],
    [
      'waits where it starts though its provisioning is said to have failed',
      groupOf('group', { provisioningState: 'Failed', state: 'Pending', container: waiting }),
      'waiting',
    ],
    ['runs', groupOf('group'), 'running'],
    ['ends', groupOf('group', { state: 'Succeeded', container: terminated(0) }), 'ended ok exit 0'],
    [
      'ends by Azure’s clock, which is behind the app’s',
      groupOf('group', {
        state: 'Succeeded',
        container: terminated(0, { startTime: later(-400) }),
      }),
      'ended ok exit 0',
    ],
    ['has ended by itself, while its container runs', groupOf('group', { state: 'Succeeded' }), 'ended ok unclear'],
    [
      'failed, and its events say why',
      groupOf('group', {
        provisioningState: 'Failed',
        state: 'Failed',
        container: containerOf({ state: 'Running' }),
        events: NO_ROOM,
      }),
      'ended failed no-capacity unclear',
    ],
    [
      'failed before it showed a start',
      groupOf('group', { provisioningState: 'Failed', state: 'Failed', container: waiting }),
      'absent not-started',
    ],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(acceptedRun('group'), 'group', seen))).toBe(expected);
  });

  test('is not absent without its container once it was seen running', () => {
    const run = acceptedRun('group', {}, { startedAt: iso(30) });
    const seen = groupOf('group', { state: 'Failed', container: null });
    expect(inWords(observe(run, 'group', seen))).toBe('ended failed provisioning unclear');
  });
});

describe('an existing group that Azure starts again by itself', () => {
  const first = terminated(0, { startTime: later(20), finishTime: later(40) });
  const always = { restartPolicy: 'Always', previous: first } as const;
  const rows: Row[] = [
    ['has ended by its first end, while it runs again', groupOf('group', always), 'ended ok exit 0 (busy)'],
    [
      'has ended while Azure waits before it',
      groupOf('group', { ...always, container: waiting }),
      'ended ok exit 0 (busy)',
    ],
    [
      'has ended badly with OnFailure, while it runs again',
      groupOf('group', { restartPolicy: 'OnFailure', previous: { ...first, exitCode: 3 } }),
      'ended failed exit 3 (busy)',
    ],
    [
      'runs where what it did before is of an earlier start',
      groupOf('group', { restartPolicy: 'Always', previous: terminated(0, older) }),
      'running',
    ],
    [
      'was taken away for maintenance',
      groupOf('group', { state: 'Failed', container: terminated(7147) }),
      'ended failed exit 7147 maintenance',
    ],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(acceptedRun('group'), 'group', seen))).toBe(expected);
  });

  test('is not started for this attempt where that is because of an earlier start', () => {
    const seen = groupOf('group', { restartPolicy: 'Always', previous: terminated(0, older) });
    // It has done its work: nobody waits for what only repeats.
    expect(inWords(observe(runOf('group'), 'group', seen))).toBe('absent');
    expect(inWords(observe(runOf('group'), 'group', groupOf('group', { container: containerOf(older) })))).toBe(
      'absent (busy)',
    );
  });

  test('stays as it ended once that is on record, whatever it shows since', () => {
    const times = { startedAt: iso(20), finishedAt: iso(40) };
    const run = acceptedRun('group', {}, { exitCode: 0, ...times });
    for (const seen of [
      groupOf('group', { state: 'Stopped', container: terminated(143) }),
      groupOf('group', { restartPolicy: 'Always', previous: terminated(1), container: waiting }),
    ])
      expect(observe(run, 'group', seen)).toMatchObject({ phase: 'ended', outcome: 'ok', exitCode: 0, ...times });
  });
});

describe('an existing group whose container has ended', () => {
  const end = { container: terminated(0) } as const;
  test.each([
    ['goes on with the policy Always', groupOf('group', { ...end, restartPolicy: 'Always' }), true],
    ['goes on with the policy OnFailure', groupOf('group', { ...end, restartPolicy: 'OnFailure' }), true],
    ['goes on while another container does', groupOf('group', { ...end, hasCompany: true }), true],
    ['is at rest without either', groupOf('group', end), false],
    ['is at rest once it is stopped', groupOf('group', { ...end, hasCompany: true, state: 'Stopped' }), false],
    [
      'is at rest where all that runs is a later start of it',
      groupOf('group', { container: containerOf({ startTime: later(500) }), hasCompany: true }),
      false,
    ],
  ])('%s', (_, seen, expected) => {
    const run = acceptedRun('group', {}, { exitCode: 0, startedAt: iso(30), finishedAt: iso(90) });
    expect(observe(run, 'group', seen).goesOn).toBe(expected);
    const prepared = preparedOf(run.attempt);
    expect(prepared !== null && mayGoOn({ run, prepared, seen })).toBe(expected);
  });
});

describe('an existing group that Azure could not provide', () => {
  const failed = { provisioningState: 'Failed', state: 'Failed', container: waiting } as const;
  const rows: Row[] = [
    ['failed, by an event of this start', groupOf('group', { ...failed, events: NO_ROOM }), 'ended failed no-capacity'],
    [
      'failed, though it shows its old end',
      groupOf('group', { ...failed, container: terminated(0, older), events: NO_ROOM }),
      'ended failed no-capacity',
    ],
    [
      'failed, though Azure goes on trying',
      groupOf('group', { ...failed, state: 'Pending', events: NO_ROOM }),
      'ended failed no-capacity',
    ],
    [
      'has not failed by an event of an earlier start',
      groupOf('group', { ...failed, events: [eventOf('InsufficientCapacity.', 'Warning', 'x', -4000)] }),
      'absent not-started',
    ],
    [
      'has not failed by what is no warning',
      groupOf('group', { ...failed, events: [eventOf('Pulling', 'Normal', 'pulling')] }),
      'absent not-started',
    ],
    [
      'ended by itself, whatever its events',
      groupOf('group', { state: 'Failed', container: terminated(1), events: PULL_FAILURE }),
      'ended failed exit 1',
    ],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(acceptedRun('group'), 'group', seen))).toBe(expected);
  });
});

describe('the pull of an image', () => {
  const pull = eventOf('Pulling', 'Normal', 'pulling image "x"', 10);
  const pulled = eventOf('Pulled', 'Normal', 'Successfully pulled image "x"', 60);
  test.each(['image', 'group'] as const)('is shown with its start, in the case of %s', (kind) => {
    expect(observe(acceptedRun(kind), kind, groupOf(kind, { ...pending, events: [pull] }))).toMatchObject({
      phase: 'waiting',
      progress:
        'Azure has been pulling the image since 12:00 UTC; the app gives that up after 30 minutes. To try at once, cancel the run and start it again.',
      meteredFrom: iso(10),
    });
    expect(observe(acceptedRun(kind), kind, groupOf(kind, { ...pending, events: [pull, pulled] }))).toMatchObject({
      progress: null,
      meteredFrom: iso(10),
    });
    const again = { ...pull, firstTimestamp: later(5), lastTimestamp: later(70) };
    const failure = eventOf('Failed', 'Warning', 'Failed to pull image "x": manifest unknown', 40);
    // It is being tried again just now.
    expect(observe(acceptedRun(kind), kind, groupOf(kind, { ...pending, events: [again, failure] }))).toMatchObject({
      progress:
        'Azure has been pulling the image since 12:00 UTC; the app gives that up after 30 minutes. To try at once, cancel the run and start it again.',
      meteredFrom: iso(5),
      trouble: null,
    });
  });
});
