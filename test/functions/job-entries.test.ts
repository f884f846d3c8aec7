// The jobs of models.json: their defaults, and what is refused when the app starts, with its place.

import { expect, test } from 'vitest';
import { appOf, faultsOf, MODEL } from './configured-app.ts';

const container = { image: 'example.org/train:1' };
const JOB = { name: 'retrain', schedule: '0 0 6 * * SUN', container };
const faultsOfJobs = (...jobs: unknown[]) => faultsOf({}, { models: [MODEL], jobs });

test('a job has the defaults of the design where something is left out', () => {
  const [job] = appOf({}, { models: [MODEL], jobs: [{ name: 'pull', container }] }).jobs;
  expect(job).toEqual({
    name: 'pull',
    schedule: null,
    container: appOf({}, { models: [{ ...MODEL, container }] }).models[0]?.container,
    timeoutMinutes: 60,
    maxAttempts: 3,
    overlap: 'skip',
    paused: false,
    tournament: null,
    numeraiModels: [],
    lastResort: null,
  });
  expect(appOf({}, { models: [MODEL], jobs: [JOB] }).jobs[0]?.schedule?.text).toBe('0 0 6 * * SUN');
  expect(appOf().jobs).toEqual([]);
});

test.each<[string, object, string]>([
  ['no name', { name: undefined }, '.name: got nothing; expected a name'],
  [
    'an hour that there is not',
    { schedule: '0 0 25 * * *' },
    '.schedule: got `"0 0 25 * * *"`; expected a number from 0 to 23 at position 5 (hour), where there is `25`',
  ],
  ['a number for a schedule', { schedule: 6 }, '.schedule: got `6`; expected an NCRONTAB expression such as'],
  ['a day that never comes', { schedule: '0 0 0 31 4 *' }, '`0 0 0 31 4 *` never does: there is no such day'],
  ['what happens meanwhile', { overlap: 'queue' }, '.overlap: got `"queue"`; expected skip or allow'],
  [
    'a group that is to run twice at once',
    { container: { group: 'own' }, overlap: 'allow' },
    '.overlap: got `"allow"`; expected skip: an existing group cannot run twice at once',
  ],
  ['more attempts than there may be', { maxAttempts: 11 }, '.maxAttempts: got `11`; expected at most 10'],
  ['a time limit that is none', { timeoutMinutes: 0 }, '.timeoutMinutes: got `0`; expected at least 1'],
  ['what only a model has', { numeraiModels: ['a'] }, '.numeraiModels: got a key that is not known'],
  ['a last resort', { lastResort: container }, '.lastResort: got a key that is not known'],
  ['the name of a model', { name: 'mine' }, '.name: got `"mine"`; expected a name that no other model or job has'],
])('a job with %s is refused', (_, changes, says) => {
  const faults = faultsOfJobs({ ...JOB, ...changes });
  expect(faults).toEqual([expect.stringContaining('models.json: jobs[0]')]);
  expect(faults[0]).toContain(says);
});

test('all that is wrong is said at once, in models and jobs', () => {
  const jobs = [
    { ...JOB, maxAttempts: 0 },
    { ...JOB, schedule: 'daily' },
  ];
  expect(faultsOf({}, { models: [{ ...MODEL, timeoutMinutes: 0 }], jobs })).toEqual([
    expect.stringContaining('models[0].timeoutMinutes'),
    expect.stringContaining('jobs[0].maxAttempts'),
    expect.stringContaining('jobs[1].schedule'),
    expect.stringContaining('jobs[1].name'),
  ]);
});

test('what two jobs have in common is refused, with both places', () => {
  const own = { ...JOB, container: { group: 'own' } };
  expect(faultsOfJobs(JOB, JOB)).toEqual([expect.stringContaining('it is in jobs[0] already')]);
  expect(faultsOfJobs(own, { ...own, name: 'other' })).toEqual([
    expect.stringContaining(
      'jobs[1].container.group: got `"own"`; expected a container group that no other model or job',
    ),
  ]);
});
