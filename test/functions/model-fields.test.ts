// models.json with one fault: it is told at its place, with what is expected there.

import { describe, expect, test } from 'vitest';
import { container, faultsOf, MODEL, registry } from './configured-app.ts';

const COMMAND = { workspace: 'ml', compute: 'gpu-cluster', environment: 'submission:3', command: 'python predict.py' };
const ENDPOINT = { workspace: 'ml', batchEndpoint: 'score' };
const PULL = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull';

describe('models.json', () => {
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
        ['no environment', { environment: undefined }, '.machineLearning.environment: got nothing; expected an env'],
        ['no command', { command: undefined }, '.machineLearning.command: got nothing; expected a command'],
        [
          'an environment without a version',
          { environment: 'submission' },
          '.environment: got `"submission"`; expected',
        ],
        [
          'a label for a version',
          { environment: 'submission@latest' },
          '.environment: got `"submission@latest"`; expected',
        ],
        [
          'a compute of another workspace',
          {
            compute:
              '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/other/computes/cpu',
          },
          'expected one of the workspace ml',
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
      'an input that is empty',
      { ...MODEL, container: { machineLearning: { ...ENDPOINT, inputs: { mode: '' } } } },
      '.inputs.mode: got `""`; expected',
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
});
