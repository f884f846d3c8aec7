// models.json with several faults, or none that is of one field: all of them are told at once.

import { describe, expect, test } from 'vitest';
import { container, faultsOf, MODEL, registry } from './configured-app.ts';

const ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';

/** How many values a JSON text holds. */
function countOf(text: string): number {
  let count = 0;
  JSON.parse(text, (_key, value) => {
    count += 1;
    return value;
  });
  return count;
}

describe('models.json', () => {
  test('tells where a region or a group is missing, or is had twice', async () => {
    expect(faultsOf({ CONTAINER_LOCATION: '' })).toEqual([
      expect.stringContaining('models[0].container.locations: got nothing; expected at least one'),
    ]);
    const group = (name: string) => ({ ...MODEL, name, container: { group: 'same' } });
    expect(faultsOf({}, { models: [group('a'), group('b'), MODEL, MODEL] })).toEqual([
      expect.stringContaining(
        'models[1].container.group: got `"same"`; expected a container group that no other model or job has; it is in models[0] (a)',
      ),
      expect.stringContaining(
        'models[3].name: got `"mine"`; expected a name that no other model or job has; it is in models[2]',
      ),
    ]);
  });

  test('tells which Numerai model stands in two entries; a name is one of its tournament', async () => {
    const entry = (name: string, more: object) => ({ ...MODEL, name, ...more });
    const models = [
      entry('a', { numeraiModels: ['same'] }),
      entry('b', { numeraiModels: ['same'], tournament: 'signals' }),
      entry('c', { numeraiModels: ['same'] }),
      entry('d', { numeraiModels: [ID, 'two', 'two'] }),
      entry('e', { numeraiModels: [ID], tournament: 'crypto' }),
      entry('one', {}),
    ];
    expect(faultsOf({}, { models })).toEqual([
      expect.stringContaining(
        'models[2].numeraiModels[0]: got `"same"`; expected a model that stands in one place only; it is in models[0].numeraiModels[0] (a) already',
      ),
      expect.stringContaining('models[3].numeraiModels[2]: got `"two"`; expected a model that'),
      expect.stringContaining(`models[4].numeraiModels[0]: got \`"${ID}"\`; expected a model that stands in one place`),
    ]);
  });

  test('tells what does not go together also where a part of it, or something beside it, is wrong', async () => {
    const { name: _, ...nameless } = MODEL;
    const models = [
      { ...container({ cpu: 'x', memoryGB: 4, maxMemoryGB: 2, env: { A: 'x' }, secrets: { A: 'x' } }), misspelt: 1 },
      { ...nameless, numeraiModels: ['same'], container: { group: 'same', image: 7 } },
      { ...MODEL, name: 'other', tournament: 'classic', numeraiModels: ['same', 8], container: { group: 'same' } },
      { ...MODEL, timeoutMinutes: 0, lastResort: { image: 5, minutes: 'x', priority: 'Spot', cpu: 8 } },
      registry({ username: 'me', more: true }),
    ];
    const faults = faultsOf({}, { models, more: 1 });
    for (const says of [
      'models[0].misspelt: got a key',
      'models[0].container.cpu: got `"x"`',
      'models[0].container.maxMemoryGB: got `2`; expected at least memoryGB',
      'models[0].container.secrets.A: got a text of one character; expected a variable that is not in `env`',
      'models[1].name: got nothing',
      'models[2].numeraiModels[0]: got `"same"`; expected a model that stands in one place only',
      'models[2].numeraiModels[1]: got `8`',
      'models[2].container.group: got `"same"`; expected a container group that no other',
      'models[3].name: got `"mine"`; expected a name that no other',
      'models[3].lastResort.cpu: got `8`; expected at most 4 with the priority Spot',
      'models[4].container.registry.more: got a key',
      'models[4].container.registry: got an object with the keys',
      'models.json: more: got a key',
    ])
      expect(faults).toContainEqual(expect.stringContaining(says));
  });

  test.each([
    ['{\n  // mine\n  "models": []\n}', 'a comment, which JSON has not (line 2 column 3)'],
    ['{\n  "models": [\n    1,\n  ]\n}', 'a comma too many, before the `]` (line 4 column 3)'],
    ['{\n  "models": [],\n}', 'a comma too many, before the `}` (line 3 column 1)'],
    ['{"models": [\n  { "name": x }\n]}', "Unexpected token 'x' (line 2 column 13)"],
    ['{"models": [1 2]}', "Expected ',' or ']' after array element (line 1 column 15)"],
    ["{\n 'models': []}", "Expected property name or '}' (line 2 column 2)"],
    ['{\n  # mine\n  "models": []\n}', 'a comment, which JSON has not (line 2 column 3)'],
    ['{\n “models”: []}', '(line 2 column 2): JSON takes `"` for a quotation mark'],
    ['{"models": [{"paused": True}]}', '(line 1 column 24): JSON writes `true`, `false`, `null`'],
    ['{"models": [{"cpu": NaN}]}', '(line 1 column 21): JSON writes'],
    ['{"models":\u00a0[]}', '(line 1 column 11): the character U+00A0'],
    ['  ', 'an empty file'],
    [Buffer.from('\uFEFF{"models": []}', 'utf16le').toString('utf8'), 'a text in UTF-16'],
  ])('tells where %j is no JSON', async (text, says) => {
    expect(faultsOf({}, text)).toEqual([
      expect.stringMatching(/^models\.json: got .*; expected valid JSON, in UTF-8$/s),
    ]);
    expect(faultsOf({}, text)[0]).toContain(says);
  });

  test('says what is expected at every place, whatever stands there', async () => {
    const model = {
      ...MODEL,
      numeraiModels: ['a b', 7],
      numeraiKeys: { publicId: 'a', secretKey: 'b' },
      container: {
        image: 'a',
        command: ['a'],
        cpu: 1,
        memoryGB: 1,
        env: { A: 'a' },
        secrets: { B: 'b' },
        registry: { server: 'a', username: 'b', passwordSecret: 'c' },
        locations: ['a'],
      },
      timeoutMinutes: 1,
      maxAttempts: 1,
      fallback: true,
    };
    const text = JSON.stringify({ $schema: 'x', models: [model] });
    // Each value is replaced in turn, by the order in which JSON.parse meets them.
    const count = countOf(text);
    const faults: string[] = [];
    for (let place = 0; place < count; place += 1) {
      for (const junk of [null, 5, 'Ä', [], [[]], {}, false]) {
        let met = 0;
        const content = JSON.parse(text, (_key, value) => (met++ === place ? junk : value));
        faults.push(...faultsOf({}, JSON.stringify(content)));
      }
    }
    expect(faults.length).toBeGreaterThan(5 * count);
    expect(faults.filter((fault) => fault.includes('Invalid'))).toEqual([]);
  });

  test('tells all faults at once', async () => {
    const models = [
      { ...MODEL, name: 'A B' },
      container({ cpu: -1, memoryGB: 'much' }),
      { ...MODEL, name: 'third', tournament: 'chess', timeoutMinutes: 0 },
    ];
    expect(faultsOf({}, { models }).map((fault) => fault.replace(/: got.*/s, ''))).toEqual([
      'models.json: models[0].name',
      'models.json: models[1].container.cpu',
      'models.json: models[1].container.memoryGB',
      'models.json: models[2].tournament',
      'models.json: models[2].timeoutMinutes',
    ]);
  });
});
