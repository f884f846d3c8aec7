// What an observation of a container group says beside the phase.

import { describe, expect, test } from 'vitest';
import type { ObservedGroup } from '../../../../src/lib/compute/container-instances/group.ts';
import { observationOf } from '../../../../src/lib/compute/container-instances/observe.ts';
import { preparedOf } from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { AttemptedRun } from '../../../../src/lib/compute/platform.ts';
import { acceptedRun, containerOf, groupOf, iso, type Kind, runOf, terminated } from '../../../support/runs.ts';
import { observe, oldEnd, older } from './observations.ts';

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
    const of = (kind: Kind, seen: ObservedGroup | null) => observe(runOf(kind), kind, seen).execution;
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
      'The container group some-model-r1234-a1 was deleted by somebody outside of this app. Start it again if that was a mistake.',
    );
    expect(reason(runOf('group'), 'group', null)).toBe(
      'The container group own-group of some-model does not exist. Fix container.group in models.json, or create the group.',
    );
    expect(reason(acceptedRun('group'), 'group', groupOf('group', oldEnd))).toBe(
      'Azure accepted the start of container group own-group, but the group has not started since. Start it by hand once and look at its events.',
    );
    const busy = groupOf('group', { container: containerOf(older) });
    expect(observe(runOf('group'), 'group', busy).progress).toBe(
      'container group own-group to end, which still runs from an earlier start',
    );
  });

  test('does without the model where models.json no longer has it', () => {
    const run = acceptedRun('image');
    const prepared = preparedOf(run.attempt);
    const seen = groupOf('image', {
      state: 'Failed',
      container: terminated(137, { detailStatus: 'OOMKilled' }),
    });
    const observed = prepared === null ? null : observationOf({ run, prepared, seen, model: undefined });
    expect(observed?.trouble?.reason).toContain('Raise memoryGB of some-model');
  });
});
