// What jobs show of an attempt, as tables: by Azure's states, and by what the run history says of an end.

import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../../../src/lib/compute/machine-learning/failures.ts';
import { readDetails, readJob, readJobs } from '../../../../src/lib/compute/machine-learning/job.ts';
import { observationOf, ofAttempt } from '../../../../src/lib/compute/machine-learning/observe.ts';
import { preparedOf } from '../../../../src/lib/compute/machine-learning/prepared.ts';
import { runOf } from '../../../support/runs.ts';

const AT = '2026-04-01T12:05:00.000Z';
const END = '2026-04-01T12:15:00.000Z';
const NOW = new Date('2026-04-01T12:20:00.000Z');
const PREPARED = {
  workspace: 'ml',
  endpoint: null,
  vmSize: 'Standard_DS3_v2',
  isLowPriority: false,
  location: 'eastus',
};
const RUN = runOf('image', {}, { platform: 'machine-learning', acceptedAt: AT, prepared: PREPARED });
const RUNNING = runOf('image', {}, { platform: 'machine-learning', acceptedAt: AT, startedAt: AT, prepared: PREPARED });

const job = (status: string, more: object = {}) => readJob({ name: 'job-1', properties: { status, ...more } });
const details = (message: string | null = null, endTimeUtc: string | null = END) =>
  readDetails({
    startTimeUtc: AT,
    endTimeUtc,
    error: message === null ? null : { error: { code: 'UserError', message } },
    logFiles: {},
  });

type Given = Parameters<typeof observationOf>[1];

function seen(run: typeof RUN, given: Given['job'], history: string | Given['details'] = null) {
  const shown = typeof history === 'object' && history !== null ? history : details(history);
  const prepared = preparedOf(run.attempt);
  if (prepared === null) throw new Error('It is prepared.');
  return observationOf(run, { prepared, job: given, details: shown, now: NOW });
}

test.each([
  ['NotStarted', 'waiting', null],
  ['Starting', 'waiting', null],
  ['Provisioning', 'waiting', null],
  ['Preparing', 'waiting', null],
  ['Queued', 'waiting', null],
  ['Scheduled', 'waiting', null],
  ['Paused', 'waiting', null],
  ['Running', 'running', null],
  ['Finalizing', 'running', null],
  ['Completed', 'ended', 'ok'],
  ['Failed', 'ended', 'failed'],
  ['Canceled', 'ended', 'stopped'],
])('%s is %s', (status, phase, outcome) => {
  const observed = seen(RUN, job(status));
  expect(observed).toMatchObject({ phase, outcome, cpu: 4, memoryGB: 14, location: 'eastus', execution: 'job-1' });
  expect(observed.startedAt === null).toBe(phase === 'waiting');
  if (phase === 'waiting') expect(observed.progress).toEqual(expect.any(String));
});

test.each(['CancelRequested', 'NotResponding', 'Unknown', 'SomethingNew'])('%s is what it was', (status) => {
  const goesOn = details(null, null);
  expect(seen(RUN, job(status), goesOn).phase).toBe('waiting');
  expect(seen(RUNNING, job(status), goesOn).phase).toBe('running');
});

test.each(['NotResponding', 'Unknown', 'SomethingNew'])('%s has ended where the run history says when', (status) => {
  expect(seen(RUNNING, job(status), 'exited with status code 1')).toMatchObject({
    phase: 'ended',
    outcome: 'failed',
    finishedAt: END,
    exitCode: 1,
    isClear: false,
  });
});

test('one that is cancelled has not ended before its state says so', () => {
  expect(seen(RUNNING, job('CancelRequested')).phase).toBe('running');
});

describe('an end', () => {
  test.each([
    ["Execution failed. User process 'python' exited with status code 75. Please check", 75, null],
    ["Execution failed. User process 'python' exited with status code 1.", 1, null],
    ["Execution failed. User process 'python' exited with status code -9.", 137, 'out-of-memory'],
    ['Container was terminated: out of memory.', null, 'out-of-memory'],
    [
      'AzureMLCompute job failed.\nFailedPullingImage: Unable to pull docker image\n\timageName: a\n\terr: Run docker command to pull public image failed with error: Error response from daemon: unauthorized: authentication required.\n\tInfo: Job environment preparation failed on 10.0.0.6 with err exit status 1.',
      null,
      'image',
    ],
    [
      'AcrRefreshTokenRetrievalError: Unable to retrieve ACR refresh token using Compute Identity a91a, please check if compute identity has access to ACR.',
      null,
      'image',
    ],
    ['AggregatedUnauthorizedAccessError: Failed to pull Docker image a.azurecr.io/b.', null, 'image'],
    [
      'FailedPullingImage: Unable to pull docker image: net/http: request canceled while waiting for connection (Client.Timeout exceeded)',
      null,
      'registry',
    ],
    ['Image build failed.', null, 'image'],
    ['toomanyrequests: You have reached your pull rate limit.', null, 'registry'],
    ['JobNodePreempted: the node was preempted.', null, 'maintenance'],
    ['ClusterCoreQuotaReached', null, 'quota'],
    ['AllocationFailed: no room for the size.', null, 'no-capacity'],
    ['The compute has no managed identity.', null, 'configuration'],
    ['Something that nobody knows.', null, undefined],
  ])('%s: exit code %s, %s', (words, exitCode, failure) => {
    const { outcome, trouble, ...observed } = seen(RUNNING, job('Failed'), words);
    expect(outcome).toBe('failed');
    expect(observed.exitCode).toBe(exitCode);
    expect(trouble?.failure ?? null).toBe(failure ?? null);
    if (trouble !== null) expect(trouble.reason).toMatch(/[.!]$/);
  });

  test('has the times of the run history', () => {
    expect(seen(RUN, job('Completed'))).toMatchObject({ startedAt: AT, finishedAt: END, exitCode: 0, isClear: true });
  });
});

test('a job that is gone was deleted by somebody, or never came', () => {
  expect(seen(RUN, null)).toMatchObject({ phase: 'absent', trouble: { failure: 'not-started' } });
  expect(seen(RUNNING, null)).toMatchObject({ phase: 'absent', trouble: { failure: 'stopped-outside' } });
});

test('jobs of an endpoint are known by their literal input, and one that cannot be read hides no other', () => {
  const inputs = (value: string) => ({
    attempt_id: { jobInputType: 'literal', value },
    data: { jobInputType: 'uri_file' },
  });
  const { items: jobs } = readJobs({
    value: [
      { name: 'other', properties: { status: 'Running', inputs: inputs('other-1') } },
      { name: 7 },
      null,
      { name: 'mine', properties: { status: 'Running', inputs: inputs(`${RUN.id}-1`) } },
      { name: 'a-file', properties: { inputs: { attempt_id: { jobInputType: 'uri_file', value: `${RUN.id}-1` } } } },
    ],
  });
  expect(ofAttempt(RUN, jobs).map(({ name }) => name)).toEqual(['mine']);
});

test.each([
  ['azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/s?', 'https://westeurope.api.azureml.ms'],
  ['https://westeurope.api.azureml.ms/mlflow', 'https://westeurope.api.azureml.ms'],
  ['http://westeurope.api.azureml.ms/mlflow', null],
  ['azureml://someone@example.org/mlflow', null],
  [null, null],
])('the run history of %s is at %s', (endpoint, url) => {
  expect(job('Running', { services: { Tracking: { endpoint }, Studio: null } }).historyUrl).toBe(url);
});

test.each([
  ['ExecutionFailed: [REDACTED]\n\texit_codes: 75\n\tAppinsights Reachable: Some(true)', 75],
  ['{"exit_code":1,"error_message":"Execution failed."}', 1],
  ['The process ended with exit code 2.', 2],
  ['It exited with code `3`.', 3],
  ['It exited with code -15.', 143],
])('%s: exit code %s', (words, code) => {
  expect(exitCodeOf(words)).toBe(code);
});

test.each(['HTTP status code 404 at some place', 'exit code 404', 'exit code 0, and the outputs are lost', ''])(
  'a number that is no exit code of a failure is none: %s',
  (words) => {
    expect(exitCodeOf(words)).toBeNull();
  },
);

describe('a job of which something cannot be read', () => {
  test.each([
    [{ services: null, inputs: null, tags: 7 }],
    [{ services: { Tracking: 'x', Studio: null }, inputs: { attempt_id: null } }],
    [{ services: [], inputs: [] }],
    [{}],
  ])('is what is left of it: %j', (more) => {
    expect(job('Running', more)).toMatchObject({ status: 'Running', inputs: {}, historyUrl: null, studioUrl: null });
  });

  test('hides neither a service nor an input beside it', () => {
    const seen = job('Running', {
      services: { Tracking: { endpoint: 'azureml://h.api.azureml.ms/mlflow' }, Studio: 7 },
      inputs: { data: null, attempt_id: { jobInputType: 'Literal', value: 'a-1' } },
    });
    expect(seen).toMatchObject({ historyUrl: 'https://h.api.azureml.ms', inputs: { attempt_id: 'a-1' } });
  });

  test('of a log neither', () => {
    const read = readDetails({ startTimeUtc: null, logFiles: { a: null, b: 'https://b' }, error: 'no' });
    expect(read).toEqual({ startedAt: null, endedAt: null, words: '', logFiles: { b: 'https://b' } });
  });
});

test('steps are no jobs of the attempt, though they have its inputs', () => {
  const inputs = { attempt_id: { jobInputType: 'literal', value: `${RUN.id}-1` } };
  const jobs = [
    readJob({ name: 'step', properties: { jobType: 'Command', status: 'Running', inputs } }),
    readJob({ name: 'pipeline', properties: { jobType: 'Pipeline', status: 'Running', inputs } }),
    readJob({ name: 'somebody', properties: { jobType: 'Pipeline', status: 'Running' } }),
  ];
  expect(ofAttempt(RUN, jobs).map(({ name }) => name)).toEqual(['pipeline']);
});
