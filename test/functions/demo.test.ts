// The demo, whole: from Numerai's call of the webhook to the submission that Numerai has with that call's
// trigger id, by containers that really run. And a search of everything that was printed, stored and
// answered on the way, and when things went wrong, for each secret there is.

import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProcessRuntime } from '../../local/containers/process.ts';
import { DEMO_IMAGE, DEMO_PUBLIC_ID, DEMO_SECRET_KEY, demoImages } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { FrontDoor, WITHIN } from './front-door.ts';

const KEYS = {
  NUMERAI_PUBLIC_ID: 'numerai-public-id',
  NUMERAI_SECRET_KEY: 'numerai-secret-key',
};
const REGISTRY_PASSWORD = 'password-of-the-registry';
const LEAKY_IMAGE = 'example.org/leaky:1';
const MODEL_ID = '5f3c9d1e-8a47-4b62-9e0d-2c71b6a4f058';

let environment: Environment;
let door: FrontDoor;

beforeAll(async () => {
  environment = await startEnvironment({
    models: [
      {
        name: 'demo',
        numeraiModels: [MODEL_ID],
        tournament: 'classic',
        container: { image: DEMO_IMAGE, secrets: KEYS },
      },
      {
        // Prints all that it has been given.
        name: 'leaky',
        tournament: 'classic',
        maxAttempts: 1,
        container: {
          image: LEAKY_IMAGE,
          secrets: KEYS,
          registry: { server: 'example.org', username: 'me', passwordSecret: 'registry' },
        },
      },
    ],
    secrets: { registry: REGISTRY_PASSWORD },
    settings: { LOG_LEVEL: 'debug' },
    host: { auth: true },
    registerWebhooks: true,
    runtime: ({ imageEnv }) =>
      new ProcessRuntime({
        images: {
          ...demoImages(imageEnv),
          [LEAKY_IMAGE]: {
            command: [
              'node',
              '-e',
              'console.log(process.env); console.error(encodeURIComponent(process.env.NUMERAI_SECRET_KEY)); process.exit(4)',
            ],
          },
        },
      }),
    resourceManager: {
      registries: { 'example.org': { username: 'me', password: REGISTRY_PASSWORD } },
    },
  });
  door = new FrontDoor(environment, { key: environment.host.keys.functionKeys.default });
});
afterAll(() => environment.close());

/** What the button on Numerai's site does. @returns the trigger id. */
async function triggerModelWebhook(): Promise<string> {
  const response = await fetch(environment.numerai.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Token ${DEMO_PUBLIC_ID}$${DEMO_SECRET_KEY}`,
    },
    body: JSON.stringify({
      query: 'mutation ($modelId: String!) { triggerModelWebhook(modelId: $modelId) }',
      variables: { modelId: MODEL_ID },
    }),
  });
  const body: unknown = await response.json();
  expect(body).toEqual({ data: { triggerModelWebhook: expect.any(String) } });
  return Object(body).data.triggerModelWebhook;
}

describe('the demo', () => {
  test("leads from Numerai's call to a submission with that call's trigger id", async () => {
    const triggerId = await triggerModelWebhook();
    await expect
      .poll(() => environment.numerai.webhookCalls, WITHIN)
      .toMatchObject([{ outcome: { kind: 'answered', status: 200 } }]);
    const list = JSON.parse((await door.call('/api/runs?model=demo')).text);
    expect(list.runs).toMatchObject([{ triggerId, round: door.round, trigger: 'webhook' }]);

    const run = await door.ended({ model: 'demo', runId: list.runs[0].id });
    expect(run).toMatchObject({
      state: 'succeeded',
      exitCode: 0,
      submission: 'accepted',
      reason: null,
      triggerId,
    });
    expect(environment.numerai.submissions).toMatchObject([
      { modelId: MODEL_ID, round: door.round, triggerId, late: false },
    ]);
    const log = (await door.call(run.links.logs)).text;
    expect(log).toContain('Submission');

    const { models } = JSON.parse((await door.call('/api/status/demo')).text);
    expect(models).toMatchObject([
      {
        currentRun: { id: run.id, submission: 'accepted' },
        rounds: [{ round: door.round, submission: 'accepted' }],
      },
    ]);
  });

  test('is not led twice: the next call finds the run that there is', async () => {
    const [first] = JSON.parse((await door.call('/api/runs?model=demo')).text).runs;
    await triggerModelWebhook();
    await expect.poll(() => environment.numerai.webhookCalls.length, WITHIN).toBe(2);
    expect(await door.start('demo')).toMatchObject({ runId: first.id, duplicate: true });
    expect(environment.numerai.submissions).toHaveLength(1);
  });

  test('goes all the way but the upload where it is only a test', async () => {
    const run = await door.ended(await door.start('demo', { test: true }));
    expect(run).toMatchObject({ state: 'succeeded', isTest: true, exitCode: 0 });
    expect(environment.numerai.submissions).toHaveLength(1);
  });
});

describe('no secret is to be found', () => {
  /** Values that nobody may see, by what they are. */
  function secrets(): Map<string, string> {
    const tokens = Object.values(environment.emulators)
      .flatMap(({ calls }) => calls)
      .flatMap(({ headers }) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? []);
    expect(new Set(tokens).size).toBeGreaterThanOrEqual(3);
    const { host, identity } = environment;
    return new Map([
      ['public id', DEMO_PUBLIC_ID],
      ['secret key', DEMO_SECRET_KEY],
      ['registry password', REGISTRY_PASSWORD],
      ['identity header', identity.header],
      ['master key', host.masterKey],
      ['host key', host.keys.functionKeys.default ?? ''],
      ['key of the webhook', host.keys.functions.webhook?.default ?? ''],
      ...tokens.map((token, index): [string, string] => [`token ${index}`, token]),
    ]);
  }

  function expectNone(what: string, texts: readonly string[]): void {
    expect(texts.length, what).toBeGreaterThan(0);
    for (const [name, secret] of secrets()) {
      expect(secret.length, name).toBeGreaterThan(8);
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
        const found = texts.find((text) => text.includes(form));
        expect(found?.replaceAll(form, '<<HERE>>'), `${name} in ${what}`).toBeUndefined();
      }
    }
  }

  const answered = (): string[] => door.answers.flatMap(({ text, headers }) => [text, JSON.stringify([...headers])]);

  test('in the log of a container that prints all that it was given', async () => {
    const leaky = await door.start('leaky');
    expect(await door.ended(leaky)).toMatchObject({ state: 'failed', exitCode: 4 });
    const log = await door.call(`/api/runs/leaky/${leaky.runId}/logs`);
    expect(log.text).toContain('NUMERAI_TRIGGER');
    expect(log.text).toContain('[secret]');
    expectNone('the log', [log.text]);
  });

  test('in what is answered while each dependency is in trouble', async () => {
    const { tables, identity, keyVault, resourceManager, numerai } = environment;
    const troubles = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 403 },
      { kind: 'drop-before' },
    ] as const;
    for (const trouble of troubles) {
      for (const inTrouble of [[tables], [identity, keyVault, resourceManager, numerai]]) {
        for (const { emulator } of inTrouble) emulator.faults.add(trouble);
        await Promise.all([
          door.call('/api/runs/leaky', { method: 'POST', body: { test: true } }),
          door.call('/api/status'),
          door.call('/api/health/deep'),
          environment.host.runTimer('watcher'),
        ]);
        for (const { emulator } of inTrouble) emulator.faults.clear();
      }
    }
    expectNone('the answers', answered());
  });

  test('in what host and app have printed', () => {
    expectNone('the output', environment.host.output);
  });

  test('in any answer, its headers included', async () => {
    for (const path of ['/api/runs?limit=100', '/api/status', '/api/health/deep']) await door.call(path);
    expectNone('the answers', answered());
  });

  test('in any row of any table', async () => {
    const rows: string[] = [];
    for (const table of ['runs', 'inflight', 'state']) {
      const { connectionString } = environment.tables;
      const client = TableClient.fromConnectionString(connectionString, table);
      // A table that nothing was ever written to does not exist yet.
      await client.createTable();
      for await (const row of client.listEntities()) rows.push(JSON.stringify(row));
    }
    expect(rows.some((row) => row.includes('text0'))).toBe(true);
    expectNone('the tables', rows);
  });
});
