// `numerai check` without a network: what goes wrong in every round though it could be meant, and a file that cannot be read.

import { expect, test } from 'vitest';
import { checkConfiguration } from '../../cli/check/configuration.ts';
import { check, faultsOf, fileOf, folder, identityIn, imaged, model, SUBSCRIPTION } from './checked-file.ts';

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
