// What is noted before a start: the name of the group, and where it is tried first.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hasUntried,
  type Prepared,
  prepareCreated,
  preparedOf,
  prepareExisting,
} from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import { type Attempt, newAttempt } from '../../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../../src/lib/runs/run.ts';
import {
  containerOf,
  eventOf,
  groupOf,
  iso,
  later,
  modelOf,
  REQUESTED,
  runOf,
  terminated,
} from '../../../support/runs.ts';

const LOCATIONS = ['westeurope', 'northeurope', 'eastus'];

interface Given {
  readonly number?: number;
  readonly previous?: Attempt | null;
  readonly elsewhere?: boolean;
}

function prepare(
  changes: Partial<Run> = {},
  { number = 1, previous = null, elsewhere = false }: Given = {},
  model: Model = modelOf('image', { locations: LOCATIONS }),
): Extract<Prepared, { kind: 'image' }> {
  const { container } = model;
  if (container.kind !== 'image') throw new Error('A group is created for it.');
  const run = runOf('image', { model: model.name, ...changes }, { number });
  const prepared = prepareCreated(run, container, previous, elsewhere);
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
      'for the hour where that is none of the documented ones: another run may follow on the day',
      { round: null, claim: 'claim_day_classic_2026-04-01', requestedAt: '2026-04-01T11:00:05Z' },
      1,
      'some-model-d2026040111-a1',
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

  test('otherwise by each installation, which may share a resource group with others', () => {
    const model = modelOf('image', { name: `a-long-${'name-'.repeat(5)}ab` });
    const { container } = model;
    if (container.kind !== 'image') throw new Error('A group is created for it.');
    const nameBy = (installation: string, name: string) => {
      const prepared = prepareCreated(runOf('image', { model: name }), container, null, false, installation);
      return prepared.group;
    };
    const names = ['', 'one', 'two'].flatMap((each) =>
      ['some-model', model.name, `${model.name}c`].map((name) => nameBy(each, name)),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^(?!.*--)[a-z0-9-]{1,60}$/);
    expect(nameBy('one', 'some-model')).toMatch(/^some-model-[0-9a-f]{5}-r1234-a1$/);
  });
});

describe('the region of an attempt', () => {
  const attempt = (changes: Partial<Attempt>): Attempt => ({
    ...newAttempt({ number: 1, platform: 'container-instances', prepared: prepare(), now: REQUESTED }),
    ...changes,
  });
  const locationAfter = (changes: Partial<Attempt>) => prepare({}, { number: 2, previous: attempt(changes) }).location;

  test('is the first of the configuration at first', () => {
    expect(prepare()).toMatchObject({ location: 'westeurope', tried: [], unclear: [] });
  });

  test.each(['no-capacity', 'quota', 'provisioning'] as const)('is the next one after %s', (failure) => {
    expect(locationAfter({ failure, location: 'westeurope' })).toBe('northeurope');
    expect(locationAfter({ failure, location: 'northeurope' })).toBe('eastus');
    expect(locationAfter({ failure, location: 'eastus' })).toBe('westeurope');
  });

  test.each(['exit-code', 'out-of-memory', 'image', 'not-started', 'timeout', 'missing-submission'] as const)(
    'is that of the attempt before after %s',
    (failure) => {
      expect(locationAfter({ failure, location: 'northeurope' })).toBe('northeurope');
    },
  );

  test('is where the attempt before was to be, where nobody knows how far it got', () => {
    const prepared = { ...prepare(), location: 'northeurope' };
    expect(locationAfter({ failure: 'not-started', prepared })).toBe('northeurope');
    expect(locationAfter({ failure: 'no-capacity', prepared })).toBe('eastus');
  });

  test('is the first where the configuration no longer has the one before', () => {
    expect(locationAfter({ failure: 'no-capacity', location: 'uksouth' })).toBe('westeurope');
    expect(locationAfter({ failure: 'no-capacity', prepared: null })).toBe('westeurope');
    const group = prepareExisting('own-group', null);
    expect(locationAfter({ failure: 'no-capacity', prepared: group })).toBe('westeurope');
  });

  test('stays where there is only one', () => {
    const model = modelOf('image', { locations: ['eastus'] });
    const previous = attempt({ failure: 'no-capacity', location: 'eastus' });
    expect(prepare({}, { number: 2, previous }, model).location).toBe('eastus');
  });
});

test('of a Spot container says so', () => {
  expect(prepare().isSpot).toBe(false);
  const model = modelOf('image');
  const spot = { ...model, container: { ...model.container, priority: 'Spot' as const } };
  expect(prepare({}, {}, spot).isSpot).toBe(true);
});

describe('a start that was refused', () => {
  const refused = (changes: Partial<Attempt>, elsewhere: boolean) => {
    const { attempt } = runOf('image', {}, { refusals: 1, prepared: prepare(), ...changes });
    return prepare({}, { previous: attempt, elsewhere });
  };

  test('goes to a region where it was not tried, under a name of its own', () => {
    const second = refused({ failure: 'no-capacity' }, true);
    expect(second).toMatchObject({
      group: 'some-model-r1234-a1b',
      location: 'northeurope',
      tried: ['westeurope'],
      unclear: [],
    });
    expect(refused({ failure: 'quota', prepared: second }, true)).toMatchObject({
      group: 'some-model-r1234-a1c',
      location: 'eastus',
      tried: ['westeurope', 'northeurope'],
    });
  });

  test('remembers a group whose start was answered by an error: it may come yet', () => {
    const second = refused({ failure: 'not-started' }, true);
    expect(second.unclear).toEqual(['some-model-r1234-a1']);
    expect(refused({ failure: 'no-capacity', prepared: second }, true).unclear).toEqual(['some-model-r1234-a1']);
  });

  test('begins anew after it waited: in the next region where that one was full', () => {
    const third = { ...prepare(), location: 'eastus', tried: ['westeurope', 'northeurope'] };
    expect(refused({ failure: 'no-capacity', prepared: third }, false)).toMatchObject({
      group: 'some-model-r1234-a1',
      location: 'westeurope',
      tried: [],
    });
  });

  const second = { ...prepare(), group: 'some-model-r1234-a1b', location: 'northeurope', tried: ['westeurope'] };

  test('begins anew under the same name after permission', () => {
    expect(refused({ failure: 'permission', prepared: second }, false)).toMatchObject({
      group: 'some-model-r1234-a1b',
      location: 'northeurope',
      tried: [],
    });
  });

  test('begins anew in the next region where nobody accepted it in the time of the lease', () => {
    expect(refused({ failure: 'not-started', prepared: second }, false)).toMatchObject({
      group: 'some-model-r1234-a1c',
      location: 'eastus',
      tried: [],
      unclear: ['some-model-r1234-a1b'],
    });
  });

  test('remembers each group once, however often all regions are tried', () => {
    let prepared: Prepared = prepare();
    for (let tried = 0; tried < 7; tried += 1) prepared = refused({ failure: 'not-started', prepared }, false);
    const unclear = ['some-model-r1234-a1', 'some-model-r1234-a1b', 'some-model-r1234-a1c'];
    expect(prepared).toMatchObject({ location: 'northeurope', unclear });
  });

  const places: [string, Partial<Prepared>, boolean][] = [
    ['the first of three', {}, true],
    ['the last that was not tried', { location: 'eastus', tried: ['westeurope'] }, true],
    ['the last of all', { location: 'eastus', tried: ['westeurope', 'northeurope'] }, false],
  ];
  test.each(places)('may go on at once from %s: %s', (_, changes, expected) => {
    const run = runOf('image', {}, { prepared: { ...prepare(), ...changes } });
    expect(hasUntried(run, modelOf('image', { locations: LOCATIONS }))).toBe(expected);
  });
});

describe('of an existing group', () => {
  test('its last start and its container are noted', () => {
    const seen = groupOf('group', {
      container: containerOf({ name: 'work', startTime: later(-60) }),
      names: ['work', 'helper'],
      events: [eventOf('Pulling', 'Normal', 'x', -90), eventOf('Started', 'Normal', 'x', -60)],
    });
    expect(prepareExisting('own-group', seen)).toEqual({
      kind: 'group',
      group: 'own-group',
      lastStart: iso(-60),
      lastEvent: iso(-60),
      container: 'work',
      names: ['work', 'helper'],
    });
    // Azure waits before it starts the container again.
    const waits = groupOf('group', {
      container: containerOf({ state: 'Waiting', startTime: null }),
      previous: terminated(1, { startTime: later(-120) }),
    });
    expect(prepareExisting('own-group', waits)).toMatchObject({ lastStart: iso(-120) });
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
