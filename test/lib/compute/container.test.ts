// Which container an attempt runs, and how large it is.

import { expect, test } from 'vitest';
import { containerOf, givenTriggerIds, sizeOf, slotsOfAttempt } from '../../../src/lib/compute/container.ts';
import { type Model, parseModels } from '../../../src/lib/config/models.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import type { Slot } from '../../../src/lib/runs/slots.ts';
import { PLAIN_MODELS, runOf } from '../../support/runs.ts';

const IMAGE = 'docker.io/someone/model:1';
const QUICK = 'docker.io/someone/quick:1';

/** 2 CPUs and 4 GB, which may become 10; its last resort has 1 and 1.5, which may become 3. */
const model = ((): Model => {
  const lastResort = { image: QUICK, minutes: 4, cpu: 1, memoryGB: 1.5 };
  const container = { image: IMAGE, cpu: 2, memoryGB: 4, maxMemoryGB: 10 };
  const entry = { name: 'some-model', tournament: 'classic', container, lastResort };
  const {
    models: [parsed],
  } = parseModels(JSON.stringify({ models: [entry] }), {
    file: 'models.json',
    containerLocation: 'westeurope',
    containerIdentityId: undefined,
  });
  if (parsed === undefined) throw new Error('There is one model.');
  return parsed;
})();

const attempt = (changes: Partial<Attempt>): Attempt => runOf('image', {}, changes).attempt;
const failed = (memoryGB: number | null, failure: Attempt['failure'], lastResort = false) =>
  attempt({ memoryGB, failure, lastResort });

test.each<[string, boolean, Attempt | null, number, number]>([
  ['the first', false, null, 2, 4],
  ['after a crash', false, failed(4, 'exit-code'), 2, 4],
  ['after one that ran out of memory', false, failed(4, 'out-of-memory'), 2, 6],
  ['after a second one', false, failed(6, 'out-of-memory'), 2, 9],
  ['after a third one, within what it may have', false, failed(9, 'out-of-memory'), 2, 10],
  ['after a crash with more memory, which it keeps', false, failed(6, 'exit-code'), 2, 6],
  ['after one that models.json gave less', false, failed(2, 'exit-code'), 2, 4],
  ['after one that models.json gave more than it now may have', false, failed(16, 'exit-code'), 2, 10],
  ['after one whose size is not known', false, failed(null, 'out-of-memory'), 2, 6],
  ['to a tenth, as Azure takes it', false, failed(4.3, 'out-of-memory'), 2, 6.5],
  ['the last resort, whatever the container before ran out of', true, failed(4, 'out-of-memory'), 1, 1.5],
  ['the last resort after itself', true, failed(1.5, 'out-of-memory', true), 1, 2.3],
  ['the container after the last resort', false, failed(1.5, 'out-of-memory', true), 2, 4],
])('the size of an attempt: %s', (_, lastResort, previous, cpu, memoryGB) => {
  expect(sizeOf(model, { lastResort, previous })).toEqual({ cpu, memoryGB });
});

test.each<[string, Model, Partial<Attempt>, object]>([
  ["the model's, as large as is recorded", model, { memoryGB: 6 }, { image: IMAGE, memoryGB: 6, cpu: 2 }],
  ["the model's, where nothing is recorded", model, { memoryGB: null }, { image: IMAGE, memoryGB: 4 }],
  ['its last resort', model, { lastResort: true, memoryGB: 1.5 }, { image: QUICK, memoryGB: 1.5, cpu: 1 }],
  [
    "the model's, where it has lost its last resort",
    { ...model, lastResort: null },
    { lastResort: true },
    { image: IMAGE },
  ],
  ['a group that exists, as it is', PLAIN_MODELS.group, { memoryGB: 6 }, PLAIN_MODELS.group.container],
])('the container of an attempt: %s', (_, of, changes, expected) => {
  expect(containerOf(of, attempt(changes))).toMatchObject(expected);
});

test('the size of a group that exists is not the business of the app', () => {
  const size = sizeOf(PLAIN_MODELS.group, { lastResort: false, previous: failed(4, 'out-of-memory') });
  expect(size).toEqual({ cpu: null, memoryGB: null });
});

test('the trigger id of a call that came after the start is none that the container was given', () => {
  const started = runOf('image', { triggerId: null, triggerIds: ['came-later'] });
  expect(givenTriggerIds(started, model)).toEqual([]);
});

test.each<[string, Model, Partial<Attempt>, string[]]>([
  ['an image is given it', model, {}, ['trigger']],
  ['so is its last resort', model, { lastResort: true }, ['trigger']],
  ['an existing group cannot be', PLAIN_MODELS.group, {}, []],
  [
    'but its last resort is an image',
    { ...PLAIN_MODELS.group, lastResort: model.lastResort },
    { lastResort: true },
    ['trigger'],
  ],
])('the trigger id: %s', (_, model, changes, expected) => {
  expect(givenTriggerIds(runOf('image', { triggerIds: ['trigger'] }, changes), model)).toEqual(expected);
});

test('an attempt is for some of the slots where others are not due, and the container can be told', () => {
  const slot = (name: string, isSubmitted: boolean): Slot => {
    const submission = isSubmitted ? 'accepted' : 'missing';
    return { model: name, id: null, submission, submittedAt: null };
  };
  const run = { slots: [slot('a', true), slot('b', false), slot('c', false)], isForced: false };
  expect(slotsOfAttempt(run, PLAIN_MODELS.image, false)).toEqual(['b', 'c']);
  expect(slotsOfAttempt(run, PLAIN_MODELS.image, false, run.slots.slice(2))).toEqual(['c']);
  expect(slotsOfAttempt({ ...run, slots: run.slots.slice(1) }, PLAIN_MODELS.image, false)).toBeNull();
  expect(slotsOfAttempt(run, PLAIN_MODELS.group, false)).toBeNull();
});
