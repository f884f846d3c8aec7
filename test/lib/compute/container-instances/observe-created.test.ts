// What a group that the app creates shows of its attempt: every combination that is known.

import { describe, expect, test } from 'vitest';
import type { ObservedGroup } from '../../../../src/lib/compute/container-instances/group.ts';
import { acceptedRun, groupOf, NO_ROOM, PULL_FAILURE, runOf, terminated } from '../../../support/runs.ts';
import { inWords, observe, oldEnd, pending, type Row, waiting } from './observations.ts';

describe('a group to be created, before its start is known to be accepted', () => {
  const rows: Row[] = [
    ['is absent without one', null, 'absent'],
    ['runs where it carries the tag of the run', groupOf('image'), 'running'],
    ['has ended where it carries the tag', groupOf('image', { ...oldEnd }), 'ended ok exit 0'],
    ['is foreign with the tag of another run', groupOf('image', { runId: 'x' }), 'foreign provisioning'],
    ['is foreign without a tag', groupOf('image', { runId: null }), 'foreign provisioning'],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(runOf('image'), 'image', seen))).toBe(expected);
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
    ['waits where it shows no container', groupOf('image', { ...pending, container: null }), 'waiting'],
    ['waits while it is repaired', groupOf('image', { ...pending, provisioningState: 'Repairing' }), 'waiting'],
    [
      'waits while it is pulled, and says what is wrong',
      groupOf('image', { ...pending, events: PULL_FAILURE }),
      'waiting image (busy)',
    ],
    [
      'has ended where there is no room, though Azure may still try',
      groupOf('image', { ...failedProvisioning, state: 'Pending', events: NO_ROOM }),
      'ended failed no-capacity',
    ],
    ['has ended where provisioning failed', groupOf('image', failedProvisioning), 'ended failed provisioning'],
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
    ['runs on a host that is unhealthy', groupOf('image', { provisioningState: 'Unhealthy' }), 'running'],
    ['runs while it is deleted', groupOf('image', { provisioningState: 'Deleting' }), 'running'],
    ['runs without a tag: nobody else can have created it since', groupOf('image', { runId: null }), 'running'],
    ['was replaced', groupOf('image', { runId: 'another' }), 'foreign stopped-outside'],
    ['was deleted', null, 'absent stopped-outside'],
    ['ends well', groupOf('image', { state: 'Succeeded', container: terminated(0) }), 'ended ok exit 0'],
    ['ends badly', groupOf('image', { state: 'Failed', container: terminated(1) }), 'ended failed exit 1'],
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
    ['ends without an exit code', groupOf('image', { state: 'Failed', container: terminated(null) }), 'ended failed'],
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
    ['has ended by its group, while its container runs', groupOf('image', { state: 'Succeeded' }), 'ended ok unclear'],
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
    ['waits in a state that nobody knows', groupOf('image', { state: 'Whatever', container: waiting }), 'waiting'],
  ];
  test.each(rows)('%s', (_, seen, expected) => {
    expect(inWords(observe(acceptedRun('image'), 'image', seen))).toBe(expected);
  });
});
