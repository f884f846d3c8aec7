// `numerai check` without a network: secrets in plain text, and what only looks like one.

import { expect, test } from 'vitest';
import { faultsOf, imaged, model } from './checked-file.ts';

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
