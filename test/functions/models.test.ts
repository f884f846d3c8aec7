// models.json: what is left out has the defaults of the design, and all that is wrong is reported at once.

import { describe, expect, test } from 'vitest';
import { appOf, faultsOf, MODEL } from './configured-app.ts';

const COMMAND = { workspace: 'ml', compute: 'gpu-cluster', environment: 'submission:3', command: 'python predict.py' };
const ENDPOINT = { workspace: 'ml', batchEndpoint: 'score' };
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
  test('describes a Container Apps job, or names it', () => {
    const made = { image: 'a/b:1', secrets: { NUMERAI_PUBLIC_ID: 'my-id', NUMERAI_SECRET_KEY: 'my-key' } };
    const { models } = appOf(
      {},
      {
        models: [
          { ...MODEL, container: { containerAppsJob: made } },
          { ...MODEL, name: 'named', container: { containerAppsJob: { ...made, name: 'my-job' } } },
          { ...MODEL, name: 'existing', container: { containerAppsJob: 'own-job', env: { A: 'b' } } },
        ],
      },
    );
    expect(models.map(({ container }) => container)).toMatchObject([
      { kind: 'containerAppsJob', job: 'mine', made: { cpu: 1, memoryGB: 2, registry: null, command: null }, env: {} },
      { kind: 'containerAppsJob', job: 'my-job' },
      { kind: 'containerAppsJob', job: 'own-job', made: null, env: { A: 'b' } },
    ]);
    // The keys that verification needs are those that the job is given.
    expect(models[0]?.numeraiKeys).toEqual({ publicId: 'my-id', secretKey: 'my-key' });
  });

  test('has the defaults of the design where something is left out', async () => {
    const { models } = appOf();
    expect(models).toEqual([
      {
        name: 'mine',
        numeraiModels: [],
        numeraiKeys: { publicId: 'numerai-public-id', secretKey: 'numerai-secret-key' },
        tournament: 'classic',
        container: {
          kind: 'image',
          image: 'example.org/a:1',
          command: null,
          cpu: 1,
          memoryGB: 1.5,
          env: {},
          secrets: {},
          registry: null,
          volumes: [],
          subnet: null,
          identity: null,
          priority: 'Regular',
          keepFailed: false,
          maxMemoryGB: 3,
          locations: ['westus2'],
        },
        lastResort: null,
        timeoutMinutes: 60,
        maxAttempts: null,
        fallback: true,
        paused: false,
      },
    ]);
  });

  test('takes a command of Machine Learning, and a batch endpoint', () => {
    const containerOf = (container: object) => appOf({}, { models: [{ ...MODEL, container }] }).models[0];
    expect(containerOf({ machineLearning: COMMAND, secrets: { NUMERAI_PUBLIC_ID: 'mine' } })).toMatchObject({
      numeraiKeys: { publicId: 'mine', secretKey: 'numerai-secret-key' },
      container: {
        kind: 'machineLearning',
        workspace: 'ml',
        env: {},
        secrets: { NUMERAI_PUBLIC_ID: 'mine' },
        work: { kind: 'command', compute: 'gpu-cluster', environment: 'submission:3', identity: null },
      },
    });
    expect(containerOf({ machineLearning: { ...ENDPOINT, deployment: 'blue' } })?.container).toMatchObject({
      work: { kind: 'endpoint', endpoint: 'score', deployment: 'blue', inputs: {} },
    });
  });

  test('takes the id of a model at Numerai in capitals as well, as the same', () => {
    const entry = (name: string, slot: string) => ({ ...MODEL, name, numeraiModels: [slot] });
    expect(appOf({}, { models: [entry('mine', ID.toUpperCase())] }).models[0]?.numeraiModels).toEqual([ID]);
    expect(appOf({}, { models: [entry('mine', 'My_Model')] }).models[0]?.numeraiModels).toEqual(['My_Model']);
    expect(faultsOf({}, { models: [entry('a', ID), entry('b', ID.toUpperCase())] })).toEqual([
      expect.stringContaining('expected a model that stands in one place only'),
    ]);
  });

  test("asks Numerai with the container's own keys, unless it names others", async () => {
    const secrets = { NUMERAI_PUBLIC_ID: 'my-id', NUMERAI_SECRET_KEY: 'my-key' };
    const container = { ...MODEL.container, secrets };
    const numeraiKeys = { publicId: 'a', secretKey: 'b' };
    const { models } = appOf(
      {},
      {
        models: [
          { ...MODEL, container },
          { ...MODEL, name: 'other', container, numeraiKeys },
        ],
      },
    );
    expect(models.map((model) => model.numeraiKeys)).toEqual([{ publicId: 'my-id', secretKey: 'my-key' }, numeraiKeys]);
  });

  const container = (more: object) => ({ ...MODEL, container: { ...MODEL.container, ...more } });
  const PULL = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull';
  const registry = (more: object) => container({ registry: { server: 'example.org', ...more } });
  test.each<[string, unknown, string]>([
    ['no list', {}, 'models.json: models: got nothing; expected a list of models'],
    ['an empty list', { models: [] }, 'models: got a list of 0; expected at least one model'],
    ['a key at the top', { models: [MODEL], more: 1 }, 'more: got a key that is not known'],
    ['a list at the top', [MODEL], 'models.json: the whole file: got a list of 1; expected an object with `models`'],
    ['half of JSON', '{"models": [', 'models.json: got'],
    ['null', 'null', 'the whole file: got `null`; expected an object with `models`'],
    ['a number', '5', 'the whole file: got `5`; expected an object with `models`'],
    ['no model', { models: [null] }, 'models[0]: got `null`; expected an object: a model'],
    ['a text for a model', { models: ['x'] }, 'models[0]: got `"x"`; expected an object: a model'],
  ])('tells what is wrong with %s', async (_what, content, says) => {
    expect(faultsOf({}, content)).toEqual([expect.stringContaining(says)]);
  });

  test.each<[string, object, string]>([
    ['no name', { ...MODEL, name: undefined }, '.name: got nothing; expected a name'],
    ['capitals', { ...MODEL, name: 'Mine' }, '.name: got `"Mine"`; expected a name of'],
    ['a hyphen at the end', { ...MODEL, name: 'mine-' }, '.name: got `"mine-"`; expected a name'],
    ['two hyphens', { ...MODEL, name: 'a--b' }, '.name: got `"a--b"`; expected a name'],
    ['variables in a list', container({ env: [] }), '.container.env: got a list of 0; expected an object of variables'],
    [
      'a command in one',
      container({ command: 'python x' }),
      '.container.command: got a text of 8 characters; expected a list of words',
    ],
    ['a long name', { ...MODEL, name: 'x'.repeat(37) }, 'expected at most 36 characters'],
    ['a tournament', { ...MODEL, tournament: 'chess' }, '.tournament: got `"chess"`; expected one'],
    ['no container', { ...MODEL, container: undefined }, '.container: got nothing; expected either'],
    ['both kinds', container({ group: 'x' }), '.container: got an object with the keys `["image","group"]`'],
    ['no kind', { ...MODEL, container: {} }, '.container: got an object with the keys `[]`; expected either `group`'],
    ['a group', { ...MODEL, container: { group: 'A' } }, '.container.group: got `"A"`; expected'],
    ...['A', 'a', '1-job', 'job-', 'a--b', 'a'.repeat(33)].map((name): [string, object, string] => [
      `a Container Apps job ${name}`,
      { ...MODEL, container: { containerAppsJob: name } },
      `.container.containerAppsJob: got \`"${name}"\`; expected the name of a Container Apps job that exists`,
    ]),
    ...['volumes', 'keepFailed', 'registry', 'cpu', 'memoryGB', 'command', 'locations', 'priority'].map(
      (key): [string, object, string] => [
        `${key} of a job`,
        { ...MODEL, container: { containerAppsJob: 'own-job', [key]: true } },
        `.container.${key}: got what only an \`image\` can have; expected no \`${key}\` beside \`containerAppsJob\`: that belongs to the template of the job itself`,
      ],
    ),
    ...(
      [
        ['no image', { cpu: 1 }, '.image: got nothing; expected the name of an image'],
        ['a number of cores', { cpu: 0.3, memoryGB: 0.6 }, '.cpu: got `0.3`; expected steps of 0.25'],
        ['many cores', { cpu: 8, memoryGB: 16 }, '.cpu: got `8`; expected at most 4'],
        [
          'another memory',
          { cpu: 1, memoryGB: 4 },
          '.memoryGB: got `4`; expected 2: Container Apps have twice as many',
        ],
        ['a name', { name: 'A' }, '.name: got `"A"`; expected a name for the Container Apps job'],
        [
          'a secret',
          { secrets: { KEY: 'a b' } },
          '.secrets.KEY: got a text of 3 characters; expected the name of a secret',
        ],
        ['a variable of ours', { secrets: { RUN_ID: 'key' } }, 'the app sets this one'],
        ['a volume', { volumes: [] }, '.volumes: got a key that is not known'],
      ] as const
    ).map(([what, part, says]): [string, object, string] => [
      `${what} of a job that is made`,
      {
        ...MODEL,
        container: {
          containerAppsJob: { ...('cpu' in part && what === 'no image' ? {} : { image: 'a/b:1' }), ...part },
        },
      },
      says,
    ]),
    [
      'a variable of a job that is made twice',
      { ...MODEL, container: { containerAppsJob: { image: 'a/b:1', secrets: { KEY: 'a' } }, env: { KEY: 'b' } } },
      '.container.containerAppsJob.secrets.KEY: got a text of one character; expected a variable that is not in `env` as well',
    ],
    [
      'a name that no job can have',
      { ...MODEL, name: '1-model', container: { containerAppsJob: { image: 'a/b:1' } } },
      '.container.containerAppsJob.name: got nothing; expected a name for the Container Apps job, as 1-model cannot be one',
    ],
    [
      'half a minute of a job that is made',
      { ...MODEL, timeoutMinutes: 10.5, container: { containerAppsJob: { image: 'a/b:1' } } },
      '.timeoutMinutes: got `10.5`; expected a whole number',
    ],
    [
      'a list as a job',
      { ...MODEL, container: { containerAppsJob: [] } },
      '.container.containerAppsJob: got a list of 0',
    ],
    [
      'secrets of a job',
      { ...MODEL, container: { containerAppsJob: 'own-job', secrets: { KEY: 'name' } } },
      '.container.secrets: got what only an `image` can have; expected no `secrets` beside `containerAppsJob`: the job has references to Key Vault of its own',
    ],
    [
      'a variable of ours in a job',
      { ...MODEL, container: { containerAppsJob: 'own-job', env: { RUN_ID: 'x' } } },
      'the app sets this one',
    ],
    [
      'a misspelt part of a job',
      { ...MODEL, container: { containerAppsJob: 'own-job', envs: {} } },
      '.container.envs: got a key that is not known',
    ],
    [
      'a job and an image',
      container({ containerAppsJob: 'own-job' }),
      '.container: got an object with the keys `["image","containerAppsJob"]`; expected either',
    ],
    ...(
      [
        ['no workspace', { workspace: undefined }, '.container.machineLearning.workspace: got nothing; expected'],
        ['no compute', { compute: undefined }, '.machineLearning.compute: got nothing; expected a compute'],
        ['no environment', { environment: undefined }, '.machineLearning.environment: got nothing; expected a env'],
        ['no command', { command: undefined }, '.machineLearning.command: got nothing; expected a command'],
        [
          'an environment without a version',
          { environment: 'submission' },
          '.environment: got `"submission"`; expected',
        ],
        ['a command that is a list', { command: ['python'] }, '.machineLearning.command: got'],
        [
          'an endpoint as well',
          { batchEndpoint: 'score', environment: undefined, command: undefined },
          'no `compute` beside `batchEndpoint`',
        ],
        ['inputs without an endpoint', { inputs: { a: 'b' } }, 'no `inputs` without `batchEndpoint`'],
        ['a misspelt field', { computes: 'a' }, '.machineLearning.computes: got a key that is not known'],
      ] as const
    ).map(([what, changes, words]): [string, object, string] => [
      `machine learning with ${what}`,
      { ...MODEL, container: { machineLearning: { ...COMMAND, ...changes } } },
      words,
    ]),
    [
      'a size of machine learning',
      { ...MODEL, container: { machineLearning: COMMAND, cpu: 4 } },
      '.container.cpu: got what only an `image` can have; expected no `cpu` beside `machineLearning`: the size is that of the cluster',
    ],
    [
      'a command beside machine learning',
      { ...MODEL, container: { machineLearning: COMMAND, command: ['a'] } },
      'no `command` beside `machineLearning`: it belongs into it',
    ],
    [
      'a variable of the vault',
      { ...MODEL, container: { machineLearning: COMMAND, env: { KEY_VAULT_URL: 'x' } } },
      '.container.env.KEY_VAULT_URL: got',
    ],
    [
      'a variable that is a secret as well',
      { ...MODEL, container: { machineLearning: COMMAND, env: { A: 'x' }, secrets: { A: 'name' } } },
      'a variable that is not in `env` as well',
    ],
    [
      'variables of an endpoint',
      { ...MODEL, container: { machineLearning: ENDPOINT, env: { A: 'x' } } },
      'no variables beside `batchEndpoint`, which takes `inputs`',
    ],
    [
      'an input of ours',
      { ...MODEL, container: { machineLearning: { ...ENDPOINT, inputs: { round: 'x' } } } },
      'the app gives this one itself',
    ],
    ['an image', container({ image: 'a b' }), '.container.image: got `"a b"`; expected the name'],
    ['an empty image', container({ image: '' }), '.container.image: got `""`'],
    ['a command', container({ command: [] }), '.container.command: got a list of 0; expected at least one'],
    [
      'the scheme of an image',
      container({ image: 'https://docker.io/a/b:1' }),
      '.container.image: got `"https://docker.io/a/b:1"`; expected the name of an image, such as `docker.io/someone/ensemble:1.4`: without `https://`, no capitals but in its tag',
    ],
    ['capitals in an image', container({ image: 'docker.io/Some/one:1' }), '.container.image: got'],
    [
      'a third decimal of cores',
      container({ cpu: 0.125 }),
      '.container.cpu: got `0.125`; expected a number of CPU cores with at most 2 decimals',
    ],
    [
      'a second decimal of memory',
      container({ memoryGB: 1.55 }),
      '.container.memoryGB: got `1.55`; expected a number of gigabytes with at most 1 decimals',
    ],
    [
      'a long variable',
      container({ env: { ['A'.repeat(64)]: 'x' } }),
      'expected the name of an environment variable: letters, digits and `_`, at most 63',
    ],
    [
      'the scheme of a registry',
      registry({ server: 'https://x.azurecr.io', username: 'me', passwordSecret: 'p' }),
      '.container.registry.server: got a text of 20 characters; expected the host name of a registry, such as `docker.io`, without `https://`',
    ],
    [
      'an identity by its name',
      registry({ identity: 'pull' }),
      '.container.registry.identity: got a text of 4 characters; expected the resource id of a user-assigned identity that pulls',
    ],
    ['no cores', container({ cpu: 0 }), '.container.cpu: got `0`; expected more than 0'],
    ['cores as text', container({ cpu: '2' }), '.container.cpu: got `"2"`; expected a number'],
    ['memory', container({ memoryGB: 999 }), '.container.memoryGB: got `999`; expected at most 240'],
    [
      'less memory at most',
      container({ memoryGB: 4, maxMemoryGB: 2 }),
      '.container.maxMemoryGB: got `2`; expected at least memoryGB, which is 4',
    ],
    ['a variable', container({ env: { 'A-B': 'x' } }), 'expected the name of an environment variable'],
    ['its value', container({ env: { A: 1 } }), '.container.env.A: got a number; expected a string'],
    ['a variable of ours', container({ env: { TRIGGER_ID: 'x' } }), 'the app sets this one'],
    ['a secret of ours', container({ secrets: { RUN_ID: 'x' } }), 'the app sets this one'],
    ['a secret', container({ secrets: { A: 'a_b' } }), '.container.secrets.A: got a text of 3 characters; expected'],
    [
      'a variable in both',
      container({ env: { A: 'x' }, secrets: { A: 'x' } }),
      '.container.secrets.A: got a text of one character; expected a variable that is not in `env` as well',
    ],
    ['a region', container({ locations: ['West'] }), '.container.locations[0]: got `"West"`'],
    [
      'a region that does not exist',
      container({ locations: ['eastus', 'westus9'] }),
      '.container.locations[1]: got `"westus9"`; expected a region that Azure has',
    ],
    [
      'two hyphens in a group',
      { ...MODEL, container: { group: 'my--group' } },
      '.container.group: got `"my--group"`; expected the name of a container group that exists: 1 to 63 lower-case letters, digits and single hyphens',
    ],
    [
      'the registry of another image',
      container({ registry: { server: 'mine.azurecr.io', username: 'me', passwordSecret: 'p' } }),
      '.container.registry.server: got a text of 15 characters; expected the registry of the image, which is example.org',
    ],
    [
      'that of another last resort',
      {
        ...container({ registry: { server: 'example.org', username: 'me', passwordSecret: 'p' } }),
        lastResort: { image: 'someone/quick:1', minutes: 4 },
      },
      '.lastResort.registry.server: got nothing; expected the registry of the image, which is docker.io',
    ],
    ['half a login', registry({ username: 'me' }), '`username` and `passwordSecret` together'],
    [
      'two ways in',
      registry({ username: 'me', passwordSecret: 'p', identity: PULL }),
      'either `username` and `passwordSecret`, or `identity`',
    ],
    ['no way in', registry({}), 'expected a `username` or an `identity` (or'],
    ['no time', { ...MODEL, timeoutMinutes: 0 }, '.timeoutMinutes: got `0`; expected at least 1'],
    ['attempts', { ...MODEL, maxAttempts: 1.5 }, '.maxAttempts: got `1.5`; expected a whole number'],
    ['a fallback', { ...MODEL, fallback: 'yes' }, '.fallback: got `"yes"`; expected true or false'],
    ['a misspelt key', { ...MODEL, timeout: 5 }, '.timeout: got a key that is not known'],
    ['a misspelt part', container({ memory: 5 }), '.container.memory: got a key that is not known'],
  ])('tells what is wrong with %s', async (_what, model, says) => {
    const faults = faultsOf({}, { models: [model] });
    expect(faults).toEqual([expect.stringContaining(says)]);
    expect(faults[0]).toMatch(/^models\.json: models\[0\]\./);
  });

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

  test.each([
    ['docker.io', 'someone/image:1'],
    ['index.docker.io', 'docker.io/someone/image:1'],
    ['MINE.azurecr.io', 'mine.azurecr.io/image:1'],
    ['localhost:5000', 'localhost:5000/image:1'],
  ])('knows that %s is the registry of %s', async (server, image) => {
    const credentials = { server, username: 'me', passwordSecret: 'p' };
    expect(faultsOf({}, { models: [container({ image, registry: credentials })] })).toEqual([]);
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
    ['  ', 'an empty file'],
    [Buffer.from('\uFEFF{"models": []}', 'utf16le').toString('utf8'), 'a text in UTF-16'],
  ])('tells where %j is no JSON', async (text, says) => {
    expect(faultsOf({}, text)).toEqual([
      expect.stringMatching(/^models\.json: got .*; expected valid JSON, in UTF-8$/s),
    ]);
    expect(faultsOf({}, text)[0]).toContain(says);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty'])('takes a secret for the variable %s', async (name) => {
    expect(faultsOf({}, { models: [container({ secrets: { [name]: 'a' } })] })).toEqual([]);
  });

  test('may start with a byte order mark', async () => {
    expect(faultsOf({}, `\uFEFF${JSON.stringify({ models: [MODEL] })}`)).toEqual([]);
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
