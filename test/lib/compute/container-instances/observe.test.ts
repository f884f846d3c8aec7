// What a container group shows of an attempt: every combination that is known.

import { describe, expect, test } from 'vitest';
import type { ObservedGroup } from '../../../../src/lib/compute/container-instances/group.ts';
import { observationOf } from '../../../../src/lib/compute/container-instances/observe.ts';
import {
  type Prepared,
  preparedOf,
} from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { AttemptedRun, Observation } from '../../../../src/lib/compute/platform.ts';
import {
  acceptedRun,
  containerOf,
  groupOf,
  iso,
  type Kind,
  later,
  modelOf,
  NO_ROOM,
  PULL_FAILURE,
  runOf,
  terminated,
} from '../../../support/runs.ts';

function observe(run: AttemptedRun, kind: Kind, seen: ObservedGroup | null): Observation {
  const prepared = preparedOf(run.attempt);
  if (prepared === null) throw new Error('These attempts are prepared.');
  return observationOf({ run, prepared, seen, model: modelOf(kind) });
}

/** What an observation comes to, in a few words. */
function inWords({ phase, outcome, exitCode, isClear, trouble, progress }: Observation): string {
  return [
    phase,
    outcome,
    exitCode === null ? null : `exit ${exitCode}`,
    trouble?.failure,
    isClear ? null : 'unclear',
    progress === null ? null : '(busy)',
  ]
    .filter((word) => word != null)
    .join(' ');
}

type Row = [name: string, seen: ObservedGroup | null, expected: string];

const waiting = containerOf({ state: 'Waiting', startTime: null });
const pending: Partial<ObservedGroup> = {
  provisioningState: 'Creating',
  state: 'Pending',
  container: waiting,
};
/** An end, and a start, before the attempt was prepared. */
const older = { startTime: later(-3600) };
const oldEnd = { state: 'Succeeded', container: terminated(0, older) };

describe('a group to be created, before its start is known to be accepted', () => {
  const rows: Row[] = [
    ['is absent without one', null, 'absent'],
    ['runs where it carries the tag of the run', groupOf('image'), 'running'],
    ['has ended where it carries the tag', groupOf('image', { ...oldEnd }), 'ended ok exit 0'],
    [
      'is foreign with the tag of another run',
      groupOf('image', { runId: 'x' }),
      'foreign provisioning',
    ],
    ['is foreign without a tag', groupOf('image', { runId: null }), 'foreign provisioning'],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(runOf('image'), 'image', seen))).toBe(expected);
  });
});

describe('an existing group, before its start is known to be accepted', () => {
  const rows: Row[] = [
    ['is absent where there is none', null, 'absent configuration'],
    ['is absent where it shows an older end', groupOf('group', oldEnd), 'absent'],
    [
      'is absent where it was stopped before',
      groupOf('group', { ...oldEnd, state: 'Stopped' }),
      'absent',
    ],
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
    [
      'waits where the group runs and shows no container',
      groupOf('group', { container: null }),
      'waiting',
    ],
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
      container: null,
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

describe('a created group whose start was accepted', () => {
  const failedProvisioning: Partial<ObservedGroup> = {
    provisioningState: 'Failed',
    state: 'Failed',
    container: waiting,
  };
  const rows: Row[] = [
    ['waits', groupOf('image', pending), 'waiting'],
    [
      'waits where it shows no container',
      groupOf('image', { ...pending, container: null }),
      'waiting',
    ],
    [
      'waits while it is repaired',
      groupOf('image', { ...pending, provisioningState: 'Repairing' }),
      'waiting',
    ],
    [
      'waits while it is pulled, and says what is wrong',
      groupOf('image', { ...pending, events: PULL_FAILURE }),
      'waiting image',
    ],
    [
      'has ended where there is no room, though Azure may still try',
      groupOf('image', { ...failedProvisioning, state: 'Pending', events: NO_ROOM }),
      'ended failed no-capacity',
    ],
    [
      'has ended where provisioning failed',
      groupOf('image', failedProvisioning),
      'ended failed provisioning',
    ],
    [
      'has ended where provisioning was cancelled',
      groupOf('image', { ...failedProvisioning, provisioningState: 'Canceled' }),
      'ended failed provisioning',
    ],
    [
      'has ended where the image was not pulled in all the time',
      groupOf('image', { ...failedProvisioning, events: PULL_FAILURE }),
      'ended failed image',
    ],
    ['runs', groupOf('image'), 'running'],
    [
      'runs on a host that is unhealthy',
      groupOf('image', { provisioningState: 'Unhealthy' }),
      'running',
    ],
    ['runs while it is deleted', groupOf('image', { provisioningState: 'Deleting' }), 'running'],
    [
      'runs without a tag: nobody else can have created it since',
      groupOf('image', { runId: null }),
      'running',
    ],
    ['was replaced', groupOf('image', { runId: 'another' }), 'foreign stopped-outside'],
    ['was deleted', null, 'absent stopped-outside'],
    [
      'ends well',
      groupOf('image', { state: 'Succeeded', container: terminated(0) }),
      'ended ok exit 0',
    ],
    [
      'ends badly',
      groupOf('image', { state: 'Failed', container: terminated(1) }),
      'ended failed exit 1',
    ],
    [
      'ends badly whatever the group says',
      groupOf('image', { state: 'Succeeded', container: terminated(1) }),
      'ended failed exit 1',
    ],
    [
      'ends before its group says so',
      groupOf('image', { state: 'Running', container: terminated(0) }),
      'ended ok exit 0',
    ],
    [
      'ends badly where its provisioning is said to have failed as well',
      groupOf('image', { provisioningState: 'Failed', state: 'Failed', container: terminated(1) }),
      'ended failed exit 1',
    ],
    [
      'was killed for its memory',
      groupOf('image', {
        state: 'Failed',
        container: terminated(137, { detailStatus: 'OOMKilled' }),
      }),
      'ended failed exit 137 out-of-memory',
    ],
    [
      'was killed for its memory where only the exit code says so',
      groupOf('image', { state: 'Failed', container: terminated(137) }),
      'ended failed exit 137 out-of-memory',
    ],
    [
      'was killed for its memory where only the detail says so',
      groupOf('image', {
        state: 'Failed',
        container: terminated(null, { detailStatus: 'OOMKilled' }),
      }),
      'ended failed out-of-memory',
    ],
    [
      'asks not to be tried again',
      groupOf('image', { state: 'Failed', container: terminated(78) }),
      'ended failed exit 78',
    ],
    [
      'ends without an exit code',
      groupOf('image', { state: 'Failed', container: terminated(null) }),
      'ended failed',
    ],
    [
      'was stopped by hand',
      groupOf('image', { state: 'Stopped', container: terminated(143) }),
      'ended stopped exit 143',
    ],
    [
      'was stopped by hand and ended well on that',
      groupOf('image', { state: 'Stopped', container: terminated(0) }),
      'ended stopped exit 0',
    ],
    [
      'has ended by its group, while its container runs',
      groupOf('image', { state: 'Succeeded' }),
      'ended ok unclear',
    ],
    [
      'was stopped by its group, while its container runs',
      groupOf('image', { state: 'Stopped' }),
      'ended stopped unclear',
    ],
    [
      'failed by its group, while its container runs',
      groupOf('image', { state: 'Failed' }),
      'ended failed provisioning unclear',
    ],
    [
      'has ended by its group, which shows no container',
      groupOf('image', { state: 'Succeeded', container: null }),
      'ended ok unclear',
    ],
    [
      'has not ended where it shows an old end while it is started',
      groupOf('image', { state: 'Succeeded', provisioningState: 'Creating', container: waiting }),
      'waiting',
    ],
    [
      'waits in a state that nobody knows',
      groupOf('image', { state: 'Whatever', container: waiting }),
      'waiting',
    ],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(acceptedRun('image'), 'image', seen))).toBe(expected);
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
      'waiting image',
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
    [
      'has ended by itself, while its container runs',
      groupOf('group', { state: 'Succeeded' }),
      'ended ok unclear',
    ],
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

describe('an observation', () => {
  test('has the times of the container, and the place and size of the group', () => {
    const seen = groupOf('image', { state: 'Failed', container: terminated(3) });
    expect(observe(acceptedRun('image'), 'image', seen)).toMatchObject({
      startedAt: iso(30),
      finishedAt: iso(90),
      exitCode: 3,
      location: 'westeurope',
      cpu: 1,
      memoryGB: 1.5,
    });
  });

  test('of a container that shows no times has none', () => {
    const bare = terminated(0, { startTime: null, finishTime: null });
    const seen = groupOf('image', { state: 'Succeeded', container: bare });
    expect(observe(acceptedRun('image'), 'image', seen)).toMatchObject({
      phase: 'ended',
      startedAt: null,
      finishedAt: null,
      exitCode: 0,
    });
  });

  test('of a running container has its start', () => {
    expect(observe(acceptedRun('image'), 'image', groupOf('image'))).toMatchObject({
      startedAt: iso(30),
      finishedAt: null,
    });
  });

  test('of something foreign has nothing of it', () => {
    const seen = groupOf('image', { runId: 'another' });
    expect(observe(acceptedRun('image'), 'image', seen)).toMatchObject({
      startedAt: null,
      execution: null,
      location: null,
      cpu: null,
      memoryGB: null,
    });
  });

  test('names the execution, so that a start whose answer was lost is on record with it', () => {
    const of = (kind: Kind, seen: ObservedGroup | null) =>
      observe(runOf(kind), kind, seen).execution;
    expect(of('image', groupOf('image'))).toBe('some-model-r1234-a1');
    expect(of('group', groupOf('group'))).toBe('own-group');
    expect(of('image', null)).toBeNull();
  });

  test('names the group, the model and what to do where something is wrong', () => {
    const reason = (run: AttemptedRun, kind: Kind, seen: ObservedGroup | null) =>
      observe(run, kind, seen).trouble?.reason;
    expect(reason(runOf('image'), 'image', groupOf('image', { runId: 'x' }))).toBe(
      'The container group some-model-r1234-a1 exists already, and this run did not create it. Remove it if nobody needs it.',
    );
    expect(reason(acceptedRun('image'), 'image', groupOf('image', { runId: 'x' }))).toBe(
      'The container group some-model-r1234-a1 was replaced by somebody outside of this app.',
    );
    expect(reason(acceptedRun('image'), 'image', null)).toBe(
      'The container group some-model-r1234-a1 was deleted by somebody outside of this app. Start the model again if that was a mistake.',
    );
    expect(reason(runOf('group'), 'group', null)).toBe(
      'The container group own-group of model some-model does not exist. Fix container.group in models.json, or create the group.',
    );
    expect(reason(acceptedRun('group'), 'group', groupOf('group', oldEnd))).toBe(
      'Azure accepted the start of container group own-group, but the group has not started since. Start it by hand once and look at its events.',
    );
    const busy = groupOf('group', { container: containerOf(older) });
    expect(observe(runOf('group'), 'group', busy).progress).toBe(
      'Container group own-group still runs from an earlier start. It is started for this run when that has ended.',
    );
  });

  test('does without the model where models.json no longer has it', () => {
    const run = acceptedRun('image');
    const prepared = preparedOf(run.attempt);
    const seen = groupOf('image', {
      state: 'Failed',
      container: terminated(137, { detailStatus: 'OOMKilled' }),
    });
    const observed =
      prepared === null ? null : observationOf({ run, prepared, seen, model: undefined });
    expect(observed?.trouble?.reason).toContain('Raise memoryGB of model some-model');
  });
});
