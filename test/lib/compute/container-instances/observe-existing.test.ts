// What a group that exists already shows of an attempt: every combination that is known.

import { describe, expect, test } from 'vitest';
import type { Prepared } from '../../../../src/lib/compute/container-instances/prepared.ts';
import {
  acceptedRun,
  containerOf,
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
