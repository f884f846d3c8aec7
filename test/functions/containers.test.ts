// Both kinds of container: a group that exists already, and one that is made for each run.

import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { EmulatorCall } from '../../local/emulators/emulator.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../local/environment/subscription.ts';
import { type FrontDoor, groupNamed, imageModel, openFrontDoor, type RunJson, WITHIN } from './front-door.ts';

let door: FrontDoor;

const identity = (name: string) =>
  `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const PASSWORD = 'registry-password-1';
const MODEL_ID = '22222222-3acf-47fd-8733-bad4ca505d89';

beforeAll(async () => {
  door = await openFrontDoor({
    behaviour: ({ image }) => ({
      steps: [{ after: 0, line: 'done' }],
      endsAfter: image.includes('endless') ? Number.POSITIVE_INFINITY : 0,
    }),
    models: [
      groupNamed('existing'),
      groupNamed('running-already'),
      groupNamed('deleted'),
      groupNamed('without-room'),
      imageModel(
        'whole',
        {
          command: ['python', 'submit.py'],
          cpu: 2,
          memoryGB: 8,
          env: { LOG_LEVEL: 'info' },
          secrets: { API_KEY: 'some-key', OTHER_KEY: 'other-key' },
          locations: ['westus2'],
        },
        { numeraiModels: [MODEL_ID] },
      ),
      imageModel('plain'),
      imageModel('by-name', {}, { numeraiModels: ['uncle_bob'], tournament: 'signals' }),
      imageModel('with-password', {
        image: 'private.example.org/a:1',
        registry: { server: 'private.example.org', username: 'me', passwordSecret: 'registry' },
      }),
      imageModel('wrong-password', {
        image: 'private.example.org/a:2',
        registry: { server: 'private.example.org', username: 'me', passwordSecret: 'some-key' },
      }),
      imageModel('with-identity', {
        image: 'own.azurecr.io/a:1',
        registry: { server: 'own.azurecr.io', identity: identity('of-the-model') },
      }),
      imageModel('with-default-identity', {
        image: 'ours.azurecr.io/a:1',
        registry: { server: 'ours.azurecr.io' },
      }),
      imageModel('second-choice', { locations: ['centralus', 'northeurope', 'uksouth'] }),
      imageModel('no-choice', { locations: ['centralus', 'westus'] }),
      imageModel('no-secret', { secrets: { KEY: 'never-set' } }),
      imageModel('slow'),
      imageModel('slow-too'),
    ],
    secrets: { 'some-key': 'value-of-some-key', 'other-key': 'other"value', registry: PASSWORD },
    settings: { CONTAINER_IDENTITY_ID: identity('of-the-app'), WEBHOOK_BUDGET_SECONDS: '2' },
    resourceManager: {
      registries: {
        'private.example.org': { username: 'me', password: PASSWORD },
        'own.azurecr.io': { identities: [identity('of-the-model')] },
        'ours.azurecr.io': { identities: [identity('of-the-app')] },
      },
    },
  });
  door.environment.resourceManager.setCapacity('centralus', 'refuses');
  door.environment.resourceManager.setCapacity('westus', 'refuses');
});

const callsTo = (path: RegExp, method: string): EmulatorCall[] =>
  door.environment.resourceManager.emulator.calls.filter(
    (call) => call.method === method && path.test(call.url.pathname),
  );

/** The parts of a PUT's body that are looked at here. */
const groupBody = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()),
  identity: z.object({ userAssignedIdentities: z.record(z.string(), z.unknown()) }).optional(),
  properties: z.object({
    osType: z.string(),
    restartPolicy: z.string(),
    imageRegistryCredentials: z.array(z.record(z.string(), z.string())).optional(),
    containers: z.array(
      z.object({
        properties: z.object({
          image: z.string(),
          command: z.array(z.string()).optional(),
          resources: z.unknown(),
          environmentVariables: z.array(z.record(z.string(), z.string())),
        }),
      }),
    ),
  }),
});
const putsOf = (model: string) =>
  callsTo(new RegExp(`/containerGroups/${model}-`), 'PUT').map((call) =>
    groupBody.parse(JSON.parse(call.body.toString('utf8'))),
  );

/** Nothing ran, so that no attempt was used up: the run waits, and says what for and until when. */
function expectWaiting(run: RunJson, waitingFor: string): void {
  expect(run).toMatchObject({
    state: 'waiting',
    waitingFor,
    attempts: [{ number: 1, outcome: null, startedAt: null }],
  });
  expect(Date.parse(run.nextAttemptAt ?? '')).toBeGreaterThan(Date.parse(run.requestedAt));
}

describe('a container group that exists', () => {
  test('is started as it is, and stays', async () => {
    const run = await door.ended(await door.webhook('existing', { roundNumber: 1 }));
    expect(run).toMatchObject({
      state: 'succeeded',
      exitCode: 0,
      attempts: [{ execution: 'existing' }],
    });
    expect(callsTo(/\/existing$/, 'PUT')).toEqual([]);
    expect(callsTo(/\/existing\/start$/, 'POST')).toHaveLength(1);
    expect(door.environment.resourceManager.groups.has('existing')).toBe(true);
  });

  test('that runs already is not started twice, and the run says so', async () => {
    const { groups } = door.environment.resourceManager;
    await groups.deleteByHand('running-already');
    groups.create({ name: 'running-already', image: 'example.org/endless:1', state: 'Running' });
    await expect.poll(() => groups.get('running-already').state).toBe('Running');
    const started = await door.webhook('running-already', { roundNumber: 1 });
    const run = await door.run(started);
    expect(run.reason).toContain('was running already');
    expect(door.startsOf('running-already')).toBe(1);
  });

  test('that is gone makes the run wait for somebody, with what to fix', async () => {
    await door.environment.resourceManager.groups.deleteByHand('deleted');
    const run = await door.run(await door.webhook('deleted', { roundNumber: 1 }));
    expectWaiting(run, 'somebody to fix the configuration');
    expect(run.reason).toContain('The container group deleted of deleted does not exist');
    expect(run.reason).toContain('container.group in models.json');
  });

  test('whose region has no room makes the run wait for room, with what can be done about it', async () => {
    const { groups } = door.environment.resourceManager;
    await groups.deleteByHand('without-room');
    groups.create({ name: 'without-room', image: 'example.org/x:1', location: 'westus' });
    const run = await door.run(await door.webhook('without-room', { roundNumber: 1 }));
    expectWaiting(run, 'a region that has room for the container');
    expect(run.reason).toMatch(/no capacity .* make container group without-room in another region/i);
  });
});

describe('a container group that is made for a run', () => {
  test("has the model's size and command, the run's environment, and its secrets as secure values", async () => {
    const started = await door.webhook('whole', { roundNumber: 1234, triggerId: 'abc' });
    const [body] = putsOf('whole');
    expect(body).toMatchObject({
      location: 'westus2',
      tags: { 'numerai-model': 'whole', 'numerai-run': started.runId },
      properties: { osType: 'Linux', restartPolicy: 'Never' },
    });
    const container = body?.properties.containers[0]?.properties;
    expect(container).toMatchObject({
      image: 'example.org/whole:1',
      command: ['python', 'submit.py'],
      resources: { requests: { cpu: 2, memoryInGB: 8 } },
    });
    expect(container?.environmentVariables).toEqual(
      expect.arrayContaining([
        { name: 'LOG_LEVEL', value: 'info' },
        { name: 'TRIGGER_ID', value: 'abc' },
        { name: 'MODEL_ID', value: MODEL_ID },
        { name: 'NUMERAI_MODELS', value: expect.stringContaining(`:"${MODEL_ID}"}`) },
        { name: 'NUMERAI_ROUND', value: '1234' },
        { name: 'NUMERAI_TOURNAMENT', value: '8' },
        { name: 'RUN_ID', value: started.runId },
        { name: 'NUMERAI_TRIGGER', value: 'webhook' },
        { name: 'NUMERAI_IS_TEST', value: 'false' },
        { name: 'API_KEY', secureValue: 'value-of-some-key' },
        { name: 'OTHER_KEY', secureValue: 'other"value' },
      ]),
    );
    expect(container?.environmentVariables).toHaveLength(11);
    expect(body?.properties.imageRegistryCredentials).toBeUndefined();
    expect(body?.identity).toBeUndefined();
  });

  test('is named after model, round and attempt, and is removed once its log is kept', async () => {
    const run = await door.ended(await door.webhook('plain', { roundNumber: 7 }));
    expect(run).toMatchObject({
      state: 'succeeded',
      attempts: [{ execution: 'plain-r7-a1', location: 'westeurope' }],
    });
    const { groups } = door.environment.resourceManager;
    await expect
      .poll(async () => {
        await door.tick();
        return groups.has('plain-r7-a1');
      })
      .toBe(false);
    expect((await door.call(run.links.logs)).text).toBe('done\n');

    const trial = await door.webhook('plain', { roundNumber: 7, isTest: true, triggerId: 't' });
    expect((await door.run(trial)).attempts[0]?.execution).toMatch(/^plain-r7-t[0-9a-z]{8}-a1$/);
    const [, body] = putsOf('plain');
    const variables = body?.properties.containers[0]?.properties.environmentVariables;
    expect(variables).toContainEqual({ name: 'NUMERAI_IS_TEST', value: 'true' });
    expect(variables?.map(({ name }) => name)).not.toContain('MODEL_ID');
  });

  test("learns the model's id where models.json has its name, and the tournament's number", async () => {
    await door.webhook('by-name', { roundNumber: 1 });
    const { id } = door.environment.numerai.models.find(({ name }) => name === 'uncle_bob') ?? {};
    const [body] = putsOf('by-name');
    expect(body?.properties.containers[0]?.properties.environmentVariables).toEqual(
      expect.arrayContaining([
        { name: 'MODEL_ID', value: id },
        { name: 'NUMERAI_TOURNAMENT', value: '11' },
      ]),
    );
  });

  test('pulls from a private registry with a password from the vault', async () => {
    const run = await door.ended(await door.webhook('with-password', { roundNumber: 1 }));
    expect(run.state).toBe('succeeded');
    const [body] = putsOf('with-password');
    expect(body?.properties.imageRegistryCredentials).toEqual([
      { server: 'private.example.org', username: 'me', password: PASSWORD },
    ]);
  });

  test.each([
    ["the model's", 'with-identity', identity('of-the-model')],
    ["the app's setting", 'with-default-identity', identity('of-the-app')],
  ])('pulls from a registry with an identity: %s', async (_which, model, id) => {
    const run = await door.ended(await door.webhook(model, { roundNumber: 1 }));
    expect(run.state).toBe('succeeded');
    const [body] = putsOf(model);
    expect(Object.keys(body?.identity?.userAssignedIdentities ?? {})).toEqual([id]);
    expect(body?.properties.imageRegistryCredentials).toEqual([
      { server: expect.stringContaining('azurecr.io'), identity: id },
    ]);
  });

  test('that may not pull its image makes the run wait for somebody, with what to check', async () => {
    const run = await door.until(await door.webhook('wrong-password', { roundNumber: 1 }), 'waiting');
    expect(run).toMatchObject({ waitingFor: 'somebody to fix the image', attempts: [{ failure: 'image' }] });
    expect(run.reason).toContain('The image private.example.org/a:2 could not be pulled');
    expect(run.reason).toContain('registry credentials of wrong-password');
  });

  test('is made in the first of its locations that has room', async () => {
    const run = await door.ended(await door.webhook('second-choice', { roundNumber: 1 }));
    expect(run).toMatchObject({ state: 'succeeded', attempts: [{ location: 'northeurope' }] });
    expect(putsOf('second-choice').map(({ location }) => location)).toEqual(['centralus', 'northeurope']);
  });

  test('is not made where no location has room: the run waits, and says so', async () => {
    const run = await door.run(await door.webhook('no-choice', { roundNumber: 1 }));
    expectWaiting(run, 'a region that has room for the container');
    expect(run.reason).toMatch(/no capacity .* All of centralus, westus are tried in turn/);
    expect(putsOf('no-choice')).toHaveLength(2);
  });

  test('is not made without its secrets: the run waits for them, and says which is missing', async () => {
    // The vault is asked twice before it is believed, which this budget need not last for.
    const run = await door.until(await door.webhook('no-secret', { roundNumber: 1 }), 'waiting');
    expectWaiting(run, 'somebody to fix the secret');
    expect(run.reason).toContain('The secret never-set is not in local.vault.azure.net');
    expect(putsOf('no-secret')).toEqual([]);
  });

  test.each([
    ['webhook', 'slow', () => door.webhook('slow', { roundNumber: 1 })],
    ['operator', 'slow-too', () => door.start('slow-too')],
  ])('that Azure is slow to accept does not keep the %s from an answer', async (_who, model, call) => {
    const { faults } = door.environment.resourceManager.emulator;
    faults.add({ kind: 'hang', match: { path: `/containerGroups/${model}-` } });
    const answer = await call();
    faults.clear();
    expect(answer).toMatchObject({ state: 'requested', duplicate: false });
    // The budget was over, and not the time limit of the call.
    const lines = () => door.environment.host.output.filter((line) => line.includes(answer.runId)).join('\n');
    await expect.poll(lines, WITHIN).toMatch(/Could not create container group slow.*: The caller stopped waiting\./);
  });
});
