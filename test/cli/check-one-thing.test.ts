// `numerai check` without a network, of one thing each: a secret in plain text, what the template does with it, a setting.

import { expect, test } from 'vitest';
import { checkConfiguration } from '../../cli/check/configuration.ts';
import { check, faultsOf, fileOf, folder, GUID, identityIn, imaged, model, SUBSCRIPTION } from './checked-file.ts';

test.each<[string, object, string]>([
  ['half a key of Numerai', { NUMERAI_PUBLIC_ID: 'abc' }, "a part of Numerai's API key"],
  ['a password, by its name', { DB_PASSWORD: 'hunter2' }, 'a secret, by the name DB_PASSWORD'],
  ['a secret in camel case', { clientSecret: 'hunter-2-hunter' }, 'a secret, by the name clientSecret'],
  ['a token', { WANDB_TOKEN: 'a1b2c3d4e5f60718293a' }, 'a secret, by the name WANDB_TOKEN'],
  ['a token under a plain name', { EXTRA: 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3f' }, 'a key or a token'],
  ['a key of a storage account', { STORE: `${'aB3+'.repeat(21)}aB==` }, 'a key of a storage account'],
  ['a connection string', { STORE: 'AccountName=a;AccountKey=aaaabbbb' }, 'a connection string with its key'],
  [
    'a shared access signature',
    { DATA: 'https://a.blob.core.windows.net/x?sv=1&sig=aaaabbbbcccc' },
    'an address with a key',
  ],
  ['the key of an app in its address', { HOOK: 'https://a.example/api/x?code=aaaabbbbcccc' }, 'an address with a key'],
  ['a key of AWS', { ID: 'AKIAIOSFODNN7EXAMPLE' }, 'an access key of AWS'],
  ['a private key', { PEM: '-----BEGIN RSA PRIVATE KEY-----\nMIIE' }, 'a private key'],
])('notices in plain env %s', async (_what, env, says) => {
  const [fault, ...more] = await faultsOf({ models: [imaged({ env })] });
  expect(fault).toContain(`it looks like ${says}`);
  expect(more).toEqual([]);
});

test.each<[string, object[], string, string]>([
  [
    'an identity of another subscription',
    [imaged({ identity: identityIn(GUID, 'data') })],
    'models[0].container.identity of model m: data is in the subscription',
    'You need Owner (or Contributor and User Access Administrator) there',
  ],
  [
    'one identity in two casings',
    [
      imaged({ identity: identityIn(SUBSCRIPTION, 'data') }),
      { ...imaged({ identity: identityIn(SUBSCRIPTION, 'Data', 'resourcegroups') }), name: 'n' },
    ],
    'models[1].container.identity of model n: Data is written otherwise in models[0].container.identity',
    'Write /subscriptions/',
  ],
  [
    'a subnet of another subscription',
    [
      imaged({
        locations: ['westeurope'],
        subnet: `/subscriptions/${GUID}/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
      }),
    ],
    'models[0].container.subnet of model m: s is in the subscription',
    'name one of the subscription that is deployed to',
  ],
])('says what the template does, and what it takes: %s', async (_what, models, says, remedy) => {
  const { code, out } = await check({ models }, { AZURE_SUBSCRIPTION_ID: SUBSCRIPTION });
  expect(code, out).toBe(0);
  const notes = out.split('\n').filter((line) => line.startsWith('!'));
  expect(notes).toEqual([expect.stringContaining(says)]);
  expect(notes[0]).toContain(remedy);
  expect(notes[0]).toMatch(/models\.json:\d+: /);
});

test.each<[string, object, string, string]>([
  [
    'a group',
    { group: 'own' },
    'models[0].container.group of model m: the container group own',
    'EXISTING_CONTAINER_RESOURCE_GROUP',
  ],
  [
    'a job',
    { containerAppsJob: 'own' },
    'models[0].container.containerAppsJob of model m: the job own',
    'EXISTING_JOB_RESOURCE_GROUP',
  ],
  [
    'a workspace',
    { machineLearning: { workspace: 'ml', batchEndpoint: 'score' } },
    'models[0].container.machineLearning.workspace of model m: the workspace ml',
    'EXISTING_WORKSPACE_RESOURCE_GROUP',
  ],
])('says where something that exists is looked for: %s', async (_what, container, says, setting) => {
  const notes = async (environment: Record<string, string>) => {
    const { code, out } = await check({ models: [model({ container })] }, environment);
    expect(code, out).toBe(0);
    return out.split('\n').filter((line) => line.startsWith('!'));
  };
  const [note] = await notes({ AZURE_ENV_NAME: 'numerai' });
  expect(note).toContain(`${says} is looked for in rg-numerai-containers, which the template makes`);
  expect(note).toContain(`azd env set ${setting} NAME`);
  expect(await notes({ AZURE_ENV_NAME: 'numerai', [setting]: 'mine' })).toEqual([]);
  expect(await notes({ AZURE_ENV_NAME: 'numerai', EXISTING_CONTAINER_RESOURCE_GROUP: 'mine' })).toEqual([]);
  expect(await notes({})).toEqual([]);
});

test.each<[string, object, string]>([
  [
    'variables in a job that is made',
    { containerAppsJob: { name: 'job', image: 'docker.io/someone/model:1', env: {} } },
    'containerAppsJob.env of model m: got a key that is not known here. Expected: `env` beside `containerAppsJob`, and not in it.',
  ],
  [
    'what only a container group has',
    { containerAppsJob: { name: 'job', image: 'docker.io/someone/model:1', volumes: [] } },
    'containerAppsJob.volumes of model m: got a key that is not known here. Expected: no `volumes`: a container group has that',
  ],
  [
    'secrets in a command',
    { machineLearning: { workspace: 'ml', batchEndpoint: 'score', secrets: {} } },
    '`secrets` beside `machineLearning`, and not in it',
  ],
  [
    'half a size, and not what it leads to',
    { containerAppsJob: { name: 'job', image: 'docker.io/someone/model:1', cpu: 0.3, memoryGB: 1 } },
    'containerAppsJob.cpu of model m: got `0.3`. Expected: steps of 0.25',
  ],
])('says where it belongs: %s', async (_what, container, says) => {
  expect(await faultsOf({ models: [model({ container })] })).toEqual([expect.stringContaining(says)]);
});

test.each([
  ['AZURE_ENV_NAME', 'a b'],
  ['AZURE_ENV_NAME', 'a.'],
  ['AZURE_ENV_NAME', 'x'.repeat(33)],
  ['DAILY_LOG_QUOTA_GB', '0.01'],
  ['BUDGET_AMOUNT', '9.5'],
  ['BUDGET_START_DATE', '2026-11-15'],
  ['MONITORING', 'yes'],
  ['EXISTING_CONTAINER_RESOURCE_GROUP', 'mine.'],
  ['DATA_SHARE_NAME', 'My_Share'],
  ['TAGS', 'cost-center'],
  ['TAGS', 'a=b,c'],
  ['TAGS', 'a?=b'],
  ['TAGS', 'owner=a,Owner=b'],
  ['TAGS', 'Azd-Env-Name=a'],
  ['TAGS', 'microsoft.owner=a'],
  ['EXISTING_JOB_RESOURCE_GROUP', '/subscriptions/1/resourceGroups/mine'],
  ['EXISTING_WORKSPACE_RESOURCE_GROUP', 'mine.'],
  ['CONTAINER_LOCATION', 'West Europe'],
  ['WATCH_SCHEDULE', '0 99 * * * *'],
  ['HEARTBEAT_URL', 'https://hc.example/ping/1'],
  ['HISTORY_DAYS', '3'],
])('refuses the setting %s=%s', async (name, value) => {
  const faults = await faultsOf({ models: [model()] }, { [name]: value });
  expect(faults).toEqual([expect.stringContaining(`setting ${name}: got`)]);
  expect(faults[0]).toContain('Expected: ');
});

test('quotes no setting that may be a key in the wrong place', async () => {
  const connection = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aaaabbbbcccc';
  const [fault = ''] = await faultsOf(
    { models: [model()] },
    { EXISTING_STORAGE_ACCOUNT_NAME: connection, EXISTING_STORAGE_RESOURCE_GROUP: 'rg' },
  );
  expect(fault).toContain('got a value that is not shown. Expected: the name of a storage account');
  expect(fault).not.toContain('aaaabbbb');
});

test('an image that is pulled with an identity needs one: the template makes it with a registry only', async () => {
  const models = [imaged({ image: 'mine.azurecr.io/m:1', registry: { server: 'mine.azurecr.io' } })];
  const environment = { AZURE_ENV_NAME: 'numerai', AZURE_LOCATION: 'eastus' };
  expect(await faultsOf({ models }, environment)).toEqual([expect.stringContaining('a `username` or an `identity`')]);
  expect(await faultsOf({ models }, { ...environment, CREATE_REGISTRY: 'true' })).toEqual([]);
});

test.each([
  ['westeurop', 'westeurope'],
  ['west-europe', 'westeurope'],
  ['West US 2', 'westus2'],
  ['westus9', 'westus'],
  ['eatsus', 'eastus'],
])('a region that is plainly misspelt is refused, with the one that was meant: %s', async (written, meant) => {
  const says = `Expected: a region that Azure has, such as \`${meant}\`.`;
  const faults = await faultsOf({ models: [imaged({ locations: [written] })] }, { CONTAINER_LOCATION: written });
  expect(faults).toEqual([expect.stringContaining(says), expect.stringContaining(says)]);
});

test.each(['atlantiscentral', 'westus4', 'centralus2', 'swedennorth'])(
  'a region that may have opened since stops nothing, and is told: %s',
  async (name) => {
    const { code, out } = await check(
      { models: [imaged({ locations: ['eastus', name] })] },
      { AZURE_LOCATION: name, CONTAINER_LOCATION: 'westus2' },
    );
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line.startsWith('!'))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^! \\d+/models.json:\\d+: models\\[0\\]\\.container\\.locations\\[1\\] of model m: .${name}. is no region`,
        ),
      ),
      expect.stringMatching(
        new RegExp(`^! setting AZURE_LOCATION: .${name}. is no region that this version knows.*az account`),
      ),
    ]);
  },
);

test.each<[string, object, string, string]>([
  [
    'a page of a web site as an image',
    imaged({ image: 'hub.docker.com/r/someone/m' }),
    'container.image',
    'a web site',
  ],
  [
    'what `models` prints for an image',
    imaged({ image: 'docker.io/you/your-image:1' }),
    'container.image',
    'stands for',
  ],
  ['a command in one word', imaged({ command: ['python predict.py'] }), 'container.command', '["python","predict.py"]'],
  [
    'that of a last resort',
    model({ lastResort: { image: 'docker.io/a/b:1', command: ['python q.py'], minutes: 4 } }),
    'lastResort.command',
    'one word with blanks',
  ],
  ['the address of a model', model({ numeraiModels: ['https://numer.ai/my_model'] }), 'numeraiModels[0]', '`my_model`'],
  ['a name with an @', model({ numeraiModels: ['@mine'] }), 'numeraiModels[0]', 'such as `mine`'],
  [
    'a reference to Key Vault in env',
    imaged({ env: { A: '@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/a)' } }),
    'container.env.A',
    'only the settings of an app resolve it',
  ],
  [
    'the API key the wrong way round',
    imaged({ secrets: { NUMERAI_PUBLIC_ID: 'numerai-secret-key', NUMERAI_SECRET_KEY: 'numerai-public-id' } }),
    'container.secrets',
    'the wrong way round',
  ],
  [
    'one secret for both of its parts',
    model({ numeraiModels: ['mine'], numeraiKeys: { publicId: 'my-key', secretKey: 'my-key' } }),
    'numeraiKeys',
    'are one secret, my-key',
  ],
  [
    'an identity for a registry that knows none',
    imaged({ registry: { server: 'docker.io', identity: identityIn(SUBSCRIPTION, 'pull') } }),
    'container.registry',
    'docker.io knows no identities of Azure',
  ],
])('notices what goes wrong in every round: %s', async (_what, entry, key, says) => {
  const faults = await faultsOf({ models: [entry] });
  expect(faults).toEqual([expect.stringContaining(`models[0].${key} of model m: `)]);
  expect(faults[0]).toContain(says);
});

test.each<[string, object]>([
  ['a script', { command: ['sh', '-c', 'export DB_PASSWORD="hunter2hunter" && python a.py'] }],
  [
    'a header in a script',
    { command: ['sh', '-c', 'curl -H "Authorization: Bearer abcdefghijklmnop123456" https://x'] },
  ],
  ['an option in a script', { command: ['bash', '-c', 'python a.py --api-key abcdef0123456789abcdef'] }],
  ['a header', { env: { HEADER: 'Basic dXNlcjpwYXNzd29yZDEyMw==' } }],
  ['a token of npm', { env: { N: 'npm_abcdefghijklmnopqrstuvwxyz0123456789' } }],
  ['a key of Stripe', { env: { S: 'sk_live_abcdefghijklmnopqrstuv' } }],
  ['a token of Telegram', { env: { S: '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw4' } }],
  ['a password of mail', { env: { SMTP_PASS: 'hunter2hunter' } }],
  ['a password of PostgreSQL', { env: { PGPASSWORD: 'hunter2' } }],
])('notices a secret in plain text in %s', async (_what, more) => {
  const faults = await faultsOf({ models: [imaged(more)] });
  expect(faults).toEqual([expect.stringMatching(/it looks like .*, in plain text\. Put the value into Key Vault/)]);
  expect(faults[0]).not.toMatch(/hunter2|abcdef|dXNl|AAHd/);
});

test('notices one in the command of a job of Machine Learning', async () => {
  const machineLearning = {
    workspace: 'ml-mine',
    compute: 'gpu-cluster',
    environment: 'submission:3',
    command: 'python a.py --api-key=abcdef0123456789abcdef',
  };
  expect(await faultsOf({ models: [model({ container: { machineLearning } })] })).toEqual([
    expect.stringContaining('machineLearning.command of model m: it looks like a secret, by the name api_key'),
  ]);
});

test.each<[string, object]>([
  [
    'what a shell puts in',
    { command: ['sh', '-c', 'API_KEY="$API_KEY" TOKEN=$(cat /run/token) python a.py --secret "$S"'] },
  ],
  ['one program without arguments', { command: ['/app/predict'] }],
  [
    'words that begin like a header',
    { env: { MODE: 'basic authentication-of-readers', A: 'Bearer of good news 2026' } },
  ],
  ['a pass that is a number of one', { env: { SECOND_PASS: 'full', N_PASS: '2' } }],
  [
    'the key of an account by its usual names',
    { secrets: { NUMERAI_PUBLIC_ID: 'public', NUMERAI_SECRET_KEY: 'secret' } },
  ],
])('finds nothing in %s', async (_what, more) => {
  expect(await faultsOf({ models: [imaged(more)] })).toEqual([]);
});

test.each([
  ['a container group', { image: 'localhost:5000/m:1' }],
  ['a Container Apps job', { containerAppsJob: { name: 'own', image: 'localhost:5000/m:1' } }],
])('an image on this machine does here, and not for a deployment: %s', async (_what, container) => {
  const content = { models: [model({ container })] };
  expect(await faultsOf(content)).toEqual([]);
  expect((await check(content)).out).toMatch(/^! \d+\/models.json: the image of m is on this machine only/m);
  const { findings } = await checkConfiguration({ file: fileOf(content), folder, environment: {}, deploys: true });
  expect(findings).toContainEqual(
    expect.objectContaining({ verdict: 'failed', remedy: expect.stringContaining('Push it') }),
  );
});

test('a setting that nothing reads is told, with the one that was meant', async () => {
  const { code, out } = await check(
    { models: [model()] },
    { ALERT_WEBHOOK: 'discord:a', HOME: '/root', AZURE_TENANT_ID: GUID },
  );
  expect(code).toBe(0);
  expect(out.split('\n').filter((line) => line.startsWith('!'))).toEqual([
    '! setting ALERT_WEBHOOK: nothing reads it; did you mean ALERT_WEBHOOKS?',
  ]);
});

test.each([
  ['numeraiModel', model({ numeraiModel: ['mine'] }), 'numeraiModels'],
  ['memoryGb', imaged({ memoryGb: 8 }), 'memoryGB'],
  ['secerts', imaged({ secerts: {} }), 'secrets'],
  ['lastresort', model({ lastresort: {} }), 'lastResort'],
])('a key that there is not is told with the one that was meant: %s', async (_what, entry, meant) => {
  expect(await faultsOf({ models: [entry] })).toEqual([
    expect.stringContaining(`got a key that is not known. There is none of that name; did you mean \`${meant}\`?`),
  ]);
});

test.each<[string, object, string]>([
  ['of a container in the model', model({ cpu: 2 }), '`container`'],
  ['of a model in the container', imaged({ timeoutMinutes: 5 }), 'an entry of `models`'],
  ['of a registry in the container', imaged({ passwordSecret: 'docker' }), '`registry`'],
])('a key in the wrong place is told with the right one: %s', async (_what, entry, home) => {
  const [fault, ...more] = await faultsOf({ models: [entry] });
  expect(fault).toContain('got a key that is not known');
  expect(fault).toContain(home);
  expect(fault).not.toContain('did you mean');
  expect(more).toEqual([]);
});

test('a key of the file itself is told with the one that was meant', async () => {
  expect(await faultsOf({ models: [model()], job: [] })).toEqual([expect.stringContaining('did you mean `jobs`?')]);
});

test.each<[string, object, string]>([
  ['a registry with two letters changed', { image: 'ghrc.io/me/m:1' }, 'Write it as ghcr.io/me/m:1'],
  ['a registry without a letter', { image: 'dockr.io/me/m:1' }, 'Write it as docker.io/me/m:1'],
  ['a registry of Azure', { image: 'mine.azurerc.io/m:1' }, 'Write it as mine.azurecr.io/m:1'],
  ['a page of GitHub', { image: 'github.com/me/m:1' }, 'a page of a web site'],
  ['a page of Docker Hub', { image: 'hub.docker.com/r/me/m:1' }, 'a page of a web site'],
  ['two commands in a list', { command: ['python', 'a.py', '&&', 'python', 'b.py'] }, '"python a.py && python b.py"'],
  ['half of it in a shell', { command: ['sh', '-c', 'a', '||', 'b'] }, '["sh","-c","a || b"]'],
  ['a file for the output', { command: ['a', '>', 'log', '2>&1'] }, 'gets `>` as it is written'],
  ['a variable in a list', { command: ['python', 'a.py', '--round', '$NUMERAI_ROUND'] }, 'gets `$NUMERAI_ROUND`'],
  [
    'an address of a bot',
    { env: { BOT: `https://api.telegram.org/bot123456789:AA${'aB3-'.repeat(9)}/x` } },
    'Telegram',
  ],
])('notices %s', async (_what, more, says) => {
  const faults = await faultsOf({ models: [imaged(more)] });
  expect(faults).toEqual([expect.stringContaining(says)]);
});

test.each<[string, object]>([
  ['gcr.io', { image: 'gcr.io/me/m:1' }],
  ['a registry of GitLab', { image: 'registry.gitlab.com/me/m:1' }],
  ['a registry of AWS', { image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/m:1' }],
  ['a registry of China', { image: 'mine.azurecr.cn/m:1' }],
  ['a registry of its own with a port', { image: 'registry.example.org:5000/m:1' }],
  ['a shell', { command: ['sh', '-c', 'python a.py && python b.py > log 2>&1; echo $TRIGGER_ID'] }],
  ['find', { command: ['find', '/tmp', '-exec', 'rm', '{}', ';'] }],
  ['separators', { command: ['python', 'a.py', '--separator', '|', '--compare', '>'] }],
])('has nothing against %s', async (_what, more) => {
  expect(await faultsOf({ models: [imaged(more)] })).toEqual([]);
});

test('a file in another encoding is told, and one that is nested without end', async () => {
  const latin = Buffer.from(JSON.stringify({ models: [imaged({ env: { CITY: 'Zürich' } })] }), 'latin1').toString();
  expect(await faultsOf(latin)).toEqual([
    expect.stringContaining('env.CITY of model m: it has a character that is not'),
  ]);
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  expect(await faultsOf(deep)).toEqual([expect.stringContaining('more than 100 levels')]);
});
