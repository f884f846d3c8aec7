// What the app says of its own health, with everything well and with each dependency broken.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf } from './front-door.ts';

let door: FrontDoor;

beforeAll(async () => {
  door = await openFrontDoor({
    models: [
      groupNamed('existing'),
      { name: 'job', tournament: 'classic', container: { containerAppsJob: 'own-job' } },
      {
        name: 'endpoint',
        tournament: 'classic',
        container: { machineLearning: { workspace: 'ml', batchEndpoint: 'score' } },
      },
      {
        name: 'created',
        numeraiModels: ['11111111-3acf-47fd-8733-bad4ca505d89'],
        tournament: 'classic',
        container: { image: 'example.org/some:1', secrets: { API_KEY: 'some-key' } },
      },
    ],
    secrets: { 'some-key': 'value-of-some-key' },
  });
  const { jobs, workspaces } = door.environment.resourceManager;
  jobs.create({ name: 'own-job', image: 'example.org/some:1' });
  workspaces.create({ name: 'ml', endpoints: [{ name: 'score', image: 'example.org/some:1', inputs: {} }] });
});

afterEach(() => {
  for (const { faults } of Object.values(door.environment.emulators)) faults.clear();
  door.environment.keyVault.allowOnly(undefined);
  door.environment.tables.allowOnly(undefined);
});

const deepSchema = z.strictObject({
  status: z.enum(['ok', 'error']),
  findings: z.array(
    z.strictObject({
      dependency: z.string(),
      ok: z.boolean(),
      problem: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
  ),
});

async function ask() {
  const answer = await door.call('/api/health?deep=1');
  const body = deepSchema.parse(JSON.parse(answer.text));
  expect(answer.status).toBe(body.status === 'ok' ? 200 : 503);
  const broken = body.findings.filter(({ ok }) => !ok);
  for (const finding of broken) expect(finding.problem).toBeTruthy();
  return { ...body, broken };
}

describe('health', () => {
  test('is open to anybody, and nothing else is', async () => {
    const answer = await door.call('/api/health');
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  test('names each dependency, reached with the identity of the app', async () => {
    const { status, findings } = await ask();
    expect(status).toBe('ok');
    expect(findings.map(({ dependency }) => dependency)).toEqual([
      'Table Storage',
      'secret some-key',
      'secret numerai-public-id',
      'secret numerai-secret-key',
      'container of model existing',
      'container of model job',
      'container of model endpoint',
      'container of model created',
      "Numerai's rounds of classic",
      "Numerai's models of created",
      'timer watcher',
      'timer fallback',
    ]);
    expect(door.environment.identity.emulator.callCount).toBeGreaterThan(0);
  });

  test('tells a table account that the identity may not use', async () => {
    door.environment.tables.allowOnly([]);
    const { broken } = await ask();
    expect(broken).toMatchObject([{ dependency: 'Table Storage' }]);
    expect(broken[0]?.problem).toContain('403');
    expect(broken[0]?.remedy).toContain('Storage Table Data Contributor');
  });

  test('tells a container group that does not exist', async () => {
    await door.environment.resourceManager.groups.deleteByHand('existing');
    const { broken } = await ask();
    door.environment.resourceManager.createGroup({ name: 'existing', image: 'example.org/x:1' });
    expect(broken).toMatchObject([
      {
        dependency: 'container of model existing',
        problem: 'The container group existing does not exist.',
        remedy: expect.stringContaining('container.group in models.json'),
      },
    ]);
  });

  test('tells a Resource Manager that refuses the identity', async () => {
    door.environment.resourceManager.emulator.faults.add({
      kind: 'status',
      status: 403,
      code: 'AuthorizationFailed',
      message: 'The client does not have authorization.',
    });
    const { broken } = await ask();
    expect(broken.map(({ dependency }) => dependency)).toEqual([
      'container of model existing',
      'container of model job',
      'container of model endpoint',
      'container of model created',
    ]);
    for (const { problem, remedy } of broken) {
      expect(problem).toContain('AuthorizationFailed');
      expect(remedy).toContain('the role of the identity');
    }
    const roles = broken.map(({ remedy }) => /"Numerai webhook: (.*?)"/.exec(remedy ?? '')?.[1]);
    expect(roles).toEqual(['container groups', 'Container Apps jobs', 'Machine Learning jobs', 'container groups']);
  });

  test('tells that Numerai is down, and that this may pass', async () => {
    door.environment.numerai.emulator.faults.add({ kind: 'status', status: 502 });
    const { broken } = await ask();
    expect(broken).toMatchObject([
      {
        dependency: 'Numerai',
        remedy: expect.stringMatching(/^This may pass by itself; there is nothing to fix here/),
      },
    ]);
    expect(broken[0]?.problem).toContain("Numerai's rounds of classic, Numerai's models of created");
  });

  test.each([
    [
      'resourceManager',
      'Azure Resource Manager',
      'container of model existing, container of model job, container of model endpoint, container of model created',
    ],
    ['tables', 'Table Storage', ''],
  ] as const)('has one finding for %s that does not answer', async (emulator, name, unknown) => {
    door.environment.emulators[emulator]?.faults.add({ kind: 'status', status: 500 });
    const { broken } = await ask();
    expect(broken).toMatchObject([{ dependency: name, problem: expect.stringContaining(unknown) }]);
  });

  test('has one finding for a vault that does not answer, whatever needs its secrets', async () => {
    door.environment.keyVault.emulator.faults.add({ kind: 'status', status: 500 });
    const fresh = await door.environment.addHost();
    const { text } = await door.call('/api/health?deep=1', { host: fresh });
    await fresh.kill();
    const { findings } = deepSchema.parse(JSON.parse(text));
    expect(findings.filter(({ ok }) => !ok)).toMatchObject([{ dependency: 'Key Vault' }]);
  });

  test.each([
    ['ForbiddenByFirewall', 'The firewall of the vault'],
    ['ForbiddenByRbac', 'The app may not read the secret some-key'],
  ])('has one finding for a vault that refuses with %s, whatever needs its secrets', async (code, says) => {
    door.environment.keyVault.emulator.faults.add({ kind: 'status', status: 403, code });
    const fresh = await door.environment.addHost();
    const { text } = await door.call('/api/health?deep=1', { host: fresh });
    await fresh.kill();
    const { findings } = deepSchema.parse(JSON.parse(text));
    const broken = findings.filter(({ ok }) => !ok);
    expect(broken).toMatchObject([{ dependency: 'secret some-key', problem: expect.stringContaining(says) }]);
    expect(broken[0]?.problem).toContain(
      "Not known for that reason: secret numerai-public-id, secret numerai-secret-key, Numerai's models of created.",
    );
    expect(broken[0]?.remedy).toBeTruthy();
  });

  test('finds nobody at home where the app cannot reach itself, and says so', async () => {
    const lost = await door.environment.addHost({
      environment: { ...door.environment.settings, PUBLIC_URL: 'https://localhost:1' },
    });
    const answer = await door.call('/api/health?deep=1', { host: lost });
    expect(problemOf(answer, 503)).toContain('fix PUBLIC_URL');
    await lost.kill();
  });

  // The app keeps secrets for some minutes: each test has an instance of its own.
  test.each([
    ['missing', 'is not in local.vault.azure.net', () => door.environment.keyVault.deleteSecret('some-key')],
    ['disabled', 'is disabled', () => door.environment.keyVault.disableSecret('some-key')],
    ['out of reach', 'Key Vault Secrets User', () => door.environment.keyVault.allowOnly([])],
  ])('tells a secret that is %s', async (_what, says, breakIt) => {
    breakIt();
    const fresh = await door.environment.addHost();
    const answer = await door.call('/api/health?deep=1', { host: fresh });
    const { findings } = deepSchema.parse(JSON.parse(answer.text));
    await fresh.kill();
    door.environment.keyVault.setSecret('some-key', 'value-of-some-key');
    const finding = findings.find(({ dependency }) => dependency === 'secret some-key');
    expect([answer.status, finding?.ok]).toEqual([503, false]);
    expect(finding?.problem).toContain(says);
    expect(answer.text).not.toContain('value-of-some-key');
  });

  test('has a finding for each secret that is wrong by itself', async () => {
    for (const secret of ['some-key', 'numerai-public-id']) door.environment.keyVault.disableSecret(secret);
    const fresh = await door.environment.addHost();
    const { text } = await door.call('/api/health?deep=1', { host: fresh });
    await fresh.kill();
    const { findings } = deepSchema.parse(JSON.parse(text));
    const wrong = findings.filter(({ ok, dependency }) => !ok && dependency.startsWith('secret '));
    expect(wrong.map(({ dependency }) => dependency)).toEqual(['secret some-key', 'secret numerai-public-id']);
  });
});
