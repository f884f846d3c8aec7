// What is noted before a start: the name of the group, and where it is tried first.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Prepared,
  prepareCreated,
  preparedOf,
  prepareExisting,
} from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import { type Attempt, newAttempt } from '../../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../../src/lib/runs/run.ts';
import { containerOf, groupOf, iso, later, modelOf, REQUESTED, runOf } from '../../../support/runs.ts';

const LOCATIONS = ['westeurope', 'northeurope', 'eastus'];

function prepare(
  changes: Partial<Run> = {},
  { number = 1, previous = null }: { number?: number; previous?: Attempt | null } = {},
  model: Model = modelOf('image', { locations: LOCATIONS }),
): Extract<Prepared, { kind: 'image' }> {
  const { container } = model;
  if (container.kind !== 'image') throw new Error('A group is created for it.');
  const prepared = prepareCreated(runOf('image', changes), model, container, number, previous);
  if (prepared.kind !== 'image') throw new Error('A group is to be created.');
  return prepared;
}

describe('the group of an attempt is named', () => {
  test.each<[string, Partial<Run>, number, string]>([
    ['for the model, the round and the attempt', {}, 1, 'some-model-r1234-a1'],
    ['anew for each attempt', {}, 12, 'some-model-r1234-a12'],
    [
      'for the day where nobody knows the round',
      { round: null, claim: 'claim_day_classic_2026-04-01' },
      1,
      'some-model-d20260401-a1',
    ],
    [
      'otherwise for another tournament, which has the same numbers',
      { tournament: 'signals' },
      1,
      'some-model-s1234-a1',
    ],
    ['otherwise for its days', { tournament: 'crypto', round: null }, 1, 'some-model-dc20260401-a1'],
    [
      'for the test where there may be many of a round',
      { isTest: true, claim: 'claim_test_x' },
      1,
      'some-model-r1234-trwj87v09-a1',
    ],
  ])('%s', (_, changes, number, name) => {
    expect(prepare(changes, { number }).group).toBe(name);
  });

  test('as Azure allows, however long the name of the model', () => {
    const name = fc.stringMatching(/^[a-z0-9](-?[a-z0-9]){0,17}$/).filter(({ length }) => length <= 36);
    fc.assert(
      fc.property(
        name,
        fc.option(fc.nat(9_999_999)),
        fc.boolean(),
        fc.integer({ min: 1, max: 999 }),
        fc.constantFrom('classic', 'signals', 'crypto'),
        (modelName, round, isTest, number, tournament) => {
          const { group } = prepare({ round, isTest, tournament }, { number }, modelOf('image', { name: modelName }));
          expect(group.length).toBeLessThanOrEqual(63);
          expect(group).toMatch(/^[a-z0-9]([a-z0-9]|-(?!-))*[a-z0-9]$/);
        },
      ),
    );
    const longest = 'a'.repeat(36);
    const { group } = prepare(
      { round: null, isTest: true, tournament: 'signals' },
      { number: 999 },
      modelOf('image', { name: longest }),
    );
    expect(group.startsWith(longest)).toBe(true);
    expect(group.length).toBeLessThanOrEqual(63);
  });
});

describe('the regions are tried', () => {
  const inOrder = (first: number) => [...LOCATIONS.slice(first), ...LOCATIONS.slice(0, first)];
  const attempt = (changes: Partial<Attempt>): Attempt => ({
    ...newAttempt({
      number: 1,
      platform: 'container-instances',
      prepared: prepare(),
      now: REQUESTED,
    }),
    ...changes,
  });
  const locationsAfter = (changes: Partial<Attempt>) => prepare({}, { previous: attempt(changes) }).locations;

  test('in the order of the configuration at first', () => {
    expect(prepare().locations).toEqual(LOCATIONS);
  });

  test.each(['no-capacity', 'quota', 'provisioning'] as const)('from the next one on after %s', (failure) => {
    expect(locationsAfter({ failure, location: 'westeurope' })).toEqual(inOrder(1));
    expect(locationsAfter({ failure, location: 'northeurope' })).toEqual(inOrder(2));
    expect(locationsAfter({ failure, location: 'eastus' })).toEqual(inOrder(0));
  });

  test.each(['exit-code', 'out-of-memory', 'image', 'not-started', 'timeout', 'missing-submission'] as const)(
    'from where the container came up after %s',
    (failure) => {
      expect(locationsAfter({ failure, location: 'northeurope' })).toEqual(inOrder(1));
    },
  );

  test('from where the container came up after a run that went well', () => {
    expect(locationsAfter({ failure: null, location: 'eastus' })).toEqual(inOrder(2));
  });

  test('from where the attempt before began, where nobody knows how far it got', () => {
    const prepared = { ...prepare(), locations: inOrder(1) };
    expect(locationsAfter({ failure: 'not-started', prepared })).toEqual(inOrder(1));
    expect(locationsAfter({ failure: 'no-capacity', prepared })).toEqual(inOrder(2));
  });

  test('in the order of the configuration where it no longer has the one before', () => {
    expect(locationsAfter({ failure: 'no-capacity', location: 'uksouth' })).toEqual(LOCATIONS);
    expect(locationsAfter({ failure: 'no-capacity', prepared: null })).toEqual(LOCATIONS);
    const group: Prepared = { kind: 'group', group: 'own-group', lastStart: null, container: null };
    expect(locationsAfter({ failure: 'no-capacity', prepared: group })).toEqual(LOCATIONS);
  });

  test('again where there is only one', () => {
    const model = modelOf('image', { locations: ['eastus'] });
    const previous = attempt({ failure: 'no-capacity', location: 'eastus' });
    expect(prepare({}, { previous }, model).locations).toEqual(['eastus']);
  });
});

describe('of an existing group', () => {
  test('its last start and its container are noted', () => {
    const seen = groupOf('group', {
      container: containerOf({ name: 'work', startTime: later(-60) }),
    });
    expect(prepareExisting('own-group', seen)).toEqual({
      kind: 'group',
      group: 'own-group',
      lastStart: iso(-60),
      container: 'work',
    });
  });

  test.each([
    ['there is no such group', null],
    ['it shows no container', groupOf('group', { container: null })],
  ])('nothing is noted where %s', (_, seen) => {
    expect(prepareExisting('own-group', seen)).toMatchObject({ lastStart: null, container: null });
  });

  test('no start is noted where its container was never started', () => {
    const seen = groupOf('group', { container: containerOf({ startTime: null }) });
    expect(prepareExisting('own-group', seen)).toMatchObject({
      lastStart: null,
      container: 'submission',
    });
  });
});

describe('the note on an attempt', () => {
  test('is read as it was written', () => {
    for (const prepared of [prepare(), prepareExisting('own-group', groupOf('group'))])
      expect(preparedOf(runOf('image', {}, { prepared }).attempt)).toEqual(prepared);
  });

  test.each([null, 'text', {}, { kind: 'image', group: 'g' }, { kind: 'job', group: 'g' }])(
    'counts as absent where it is not one: %j',
    (prepared) => {
      expect(preparedOf(runOf('image', {}, { prepared }).attempt)).toBeNull();
    },
  );
});
