// What executions show of an attempt, as tables: by Azure's states, by what it says of the container, and by whose they are.

import { describe, expect, test } from 'vitest';
import { readExecutions } from '../../../../src/lib/compute/container-apps/execution.ts';
import { observationOf, ownExecutions } from '../../../../src/lib/compute/container-apps/observe.ts';
import { runOf } from '../../../support/runs.ts';

const AT = '2026-04-01T12:05:00.000Z';
const END = '2026-04-01T12:15:00.000Z';
const RUN = runOf(
  'image',
  {},
  { platform: 'container-apps', execution: 'job-a', acceptedAt: AT, prepared: { job: 'job' } },
);
const ID = `${RUN.id}-${RUN.attempt.number}`;

interface Shown {
  readonly name?: string;
  readonly id?: string;
  readonly status?: string;
  readonly startTime?: string | null;
  readonly endTime?: string | null;
  readonly code?: number;
  readonly container?: string;
  readonly words?: string;
}

function shown({ name = 'job-a', id = ID, status, startTime = AT, endTime = null, code, container, words }: Shown) {
  return {
    name,
    properties: {
      status,
      startTime,
      endTime,
      template: {
        containers: [
          {
            name: 'main',
            image: 'a',
            env: [{ name: 'ATTEMPT_ID', value: id }],
            resources: { cpu: 0.5, memory: '1Gi' },
          },
          { name: 'side', image: 'b', resources: { cpu: 0.25, memory: '512Mi' } },
        ],
      },
      detailedStatus: {
        replicas: [
          {
            containers: [
              { name: 'side', code: 99, status: 'Terminated' },
              { name: 'main', code, status: container, additionalInformation: words },
            ],
          },
        ],
      },
    },
  };
}

const read = (...executions: readonly unknown[]) => readExecutions({ value: executions }).items;
const observed = (one: Shown, run = RUN) => observationOf(run, 'job', read(shown(one)));

describe('the states', () => {
  test.each<[Shown, object]>([
    [{ status: 'Processing' }, { phase: 'waiting', startedAt: null, outcome: null }],
    [{ status: 'Running' }, { phase: 'running', startedAt: AT }],
    [
      { status: 'Running', container: 'Waiting' },
      { phase: 'waiting', startedAt: null },
    ],
    [{ status: 'Running', container: 'Running' }, { phase: 'running' }],
    [
      { status: 'Succeeded', endTime: END, code: 0 },
      { phase: 'ended', outcome: 'ok', exitCode: 0, finishedAt: END },
    ],
    [
      { status: 'Succeeded', endTime: END },
      { phase: 'ended', outcome: 'ok', exitCode: null, isClear: true },
    ],
    // Azure contradicts itself.
    [
      { status: 'Succeeded', endTime: END, code: 3 },
      { phase: 'ended', exitCode: 3, isClear: false },
    ],
    [
      { status: 'Failed', endTime: END, code: 75 },
      { phase: 'ended', outcome: 'failed', exitCode: 75, trouble: null },
    ],
    [
      { status: 'Failed', endTime: END },
      { phase: 'ended', outcome: 'failed', exitCode: null, trouble: null },
    ],
    [
      { status: 'Stopped', endTime: END },
      { phase: 'ended', outcome: 'stopped' },
    ],
    [{ status: 'Degraded' }, { phase: 'running', outcome: null }],
    [
      { status: 'Degraded', endTime: END },
      { phase: 'ended', outcome: 'failed' },
    ],
    [{ status: 'Unknown' }, { phase: 'running' }],
    [{ status: 'Unknown', startTime: null }, { phase: 'waiting' }],
    [{ status: 'SomethingNew' }, { phase: 'running' }],
    // Azure has no outcome for it, but an end: that is believed if it lasts.
    [
      { status: 'SomethingNew', endTime: END },
      { phase: 'ended', outcome: 'failed', exitCode: null, isClear: false },
    ],
    [
      { status: 'Unknown', endTime: END, code: 0 },
      { phase: 'ended', exitCode: 0, isClear: false },
    ],
    [
      { status: 'Running', endTime: END },
      { phase: 'running', finishedAt: null },
    ],
    // What .NET, and what nobody, takes for a time.
    [
      { status: 'Degraded', startTime: 'soon', endTime: '0001-01-01T00:00:00Z' },
      { phase: 'running', startedAt: null },
    ],
    [
      { status: 'Succeeded', startTime: null, endTime: null },
      { phase: 'ended', outcome: 'ok', startedAt: null, finishedAt: null },
    ],
    [{}, { phase: 'running' }],
  ])('%o: %o', (one, expected) => {
    expect(observed(one)).toMatchObject({ execution: 'job-a', cpu: 0.75, memoryGB: 1.5, ...expected });
  });
});

describe('what Azure says of it', () => {
  test.each<[Shown, string]>([
    [{ status: 'Failed', endTime: END, code: 137 }, 'out-of-memory'],
    [{ status: 'Failed', endTime: END, words: 'OOMKilled' }, 'out-of-memory'],
    [{ status: 'Failed', endTime: END, words: 'DeadlineExceeded' }, 'timeout'],
    [{ status: 'Processing', words: 'ImagePullBackOff: Back-off pulling image "a"' }, 'image'],
    [{ status: 'Running', container: 'Waiting', words: 'ErrImagePull: toomanyrequests' }, 'registry'],
    [{ status: 'Processing', words: 'Unable to get value using Managed identity for secret key' }, 'secret'],
  ])('%o: %s', (one, failure) => {
    const { trouble } = observed(one);
    expect(trouble?.failure).toBe(failure);
    expect(trouble?.reason).toMatch(/\.$/);
  });

  test('nothing of what a container that ended by itself has printed', () => {
    const { trouble } = observed({ status: 'Failed', endTime: END, code: 1, words: 'could not read the secret' });
    expect(trouble).toBeNull();
  });
});

describe('whose it is', () => {
  test('is told by its environment alone', () => {
    const others = read(
      shown({ name: 'job-x', id: `${RUN.id}-2`, status: 'Running' }),
      shown({ name: 'job-y', id: '', status: 'Running' }),
      { name: 'job-z', properties: { status: 'Running' } },
      { name: 17 },
    );
    expect(others).toHaveLength(3);
    expect(ownExecutions(RUN, others)).toEqual([]);
    expect(observationOf(RUN, 'job', others)).toMatchObject({ phase: 'absent', trouble: { failure: 'not-started' } });
  });

  test('two of one attempt: that on record counts, and the other one is stopped after its end', () => {
    const late = shown({ name: 'job-b', status: 'Running', startTime: END });
    const ended = shown({ status: 'Succeeded', endTime: END, code: 0 });
    const seen = observationOf(RUN, 'job', read(late, ended));
    expect(seen).toMatchObject({ execution: 'job-a', phase: 'ended', goesOn: true });
  });

  test('where none is on record the newest counts', () => {
    const run = { ...RUN, attempt: { ...RUN.attempt, execution: null } };
    const seen = observationOf(
      run,
      'job',
      read(shown({ status: 'Running' }), shown({ name: 'job-b', startTime: END })),
    );
    expect(seen.execution).toBe('job-b');
  });

  test('a job that is not there any more is a fault of the configuration', () => {
    expect(observationOf(RUN, 'job', null)).toMatchObject({ phase: 'absent', trouble: { failure: 'configuration' } });
  });
});
