// Data beside the image, through the front door: what one container writes another reads, and the key of the storage
// account is nowhere to be read. What a failed one leaves can be looked at.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ProcessRuntime } from '../../local/containers/process.ts';
import { startEnvironment } from '../../local/environment/environment.ts';
import { roundsAtOnce } from '../../local/environment/rounds.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../local/environment/subscription.ts';
import { FrontDoor, imageModel, openFrontDoor } from './front-door.ts';

const VOLUME = { mountPath: '/models', share: 'models', account: 'mystorage', accountKeySecret: 'files-key' };
const resource = (type: string, name: string) =>
  `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/${type}/${name}`;
const SUBNET = resource('Microsoft.Network/virtualNetworks', 'v/subnets/n');
const IDENTITY = resource('Microsoft.ManagedIdentity/userAssignedIdentities', 'data');

describe('a share', () => {
  const node = (program: string) => ({ command: ['node', '-e', `const fs = require('fs'); ${program}`] });
  const FILE = "process.env.CONTAINER_ROOT + '/models/model.txt'";
  let door: FrontDoor;
  beforeAll(async () => {
    const environment = await startEnvironment({
      models: [
        imageModel('train', { volumes: [{ ...VOLUME, readOnly: false }] }),
        imageModel('predict', { volumes: [VOLUME] }),
        imageModel('alone'),
      ],
      settings: { WEBHOOK_BUDGET_SECONDS: '30' },
      numerai: { schedule: roundsAtOnce(1, 9, new Date()) },
      runtime: new ProcessRuntime({
        images: {
          'example.org/train:1': node(`fs.writeFileSync(${FILE}, 'trained')`),
          'example.org/predict:1': node(
            `console.log(fs.readFileSync(${FILE}, 'utf8')); fs.writeFileSync(${FILE}, 'spoilt')`,
          ),
          'example.org/alone:1': node('console.log(process.env.CONTAINER_ROOT)'),
        },
      }),
    });
    afterAll(() => environment.close());
    door = new FrontDoor(environment);
  });
  const logOf = async (model: string, round: number) => {
    const run = await door.ended(await door.webhook(model, { roundNumber: round }));
    expect(run.state).toBe('succeeded');
    return (await door.call(run.links.logs)).text;
  };

  test('holds what one container writes, for others and later ones to read, and takes nothing from a reader', async () => {
    const folder = door.environment.resourceManager.shares.folderOf('mystorage', 'models');
    await logOf('train', 1);
    expect(await readFile(join(folder, 'model.txt'), 'utf8')).toBe('trained');
    expect(await logOf('predict', 1)).toBe('trained\n');
    expect(await logOf('predict', 2)).toBe('trained\n');
    // As somebody copies a file into it.
    await writeFile(join(folder, 'model.txt'), 'by hand');
    expect(await logOf('predict', 3)).toBe('by hand\n');
  });

  test('is seen by no container that does not name it', async () => {
    expect(await logOf('alone', 1)).toBe('undefined\n');
  });
});

describe('a container group', () => {
  let door: FrontDoor;
  const keyOf = () => door.environment.resourceManager.shares.create('mystorage', 'models').key;
  beforeAll(async () => {
    door = await openFrontDoor({
      behaviour: ({ image }) => ({
        steps: [{ after: 0, line: `the key is ${keyOf()}` }],
        exitCode: image.includes('failing') ? 1 : 0,
      }),
      models: [
        imageModel('data', { volumes: [VOLUME, { ...VOLUME, mountPath: '/out', readOnly: false }] }),
        imageModel('inside', { subnet: SUBNET }),
        imageModel('with-identities', {
          image: 'own.azurecr.io/a:1',
          identity: IDENTITY,
          registry: { server: 'own.azurecr.io', identity: IDENTITY.toUpperCase().replace('DATA', 'pull') },
        }),
        imageModel('with-one', {
          image: 'own.azurecr.io/a:1',
          identity: IDENTITY,
          registry: { server: 'own.azurecr.io', identity: IDENTITY.replace('resourceGroups', 'resourcegroups') },
        }),
        imageModel('spot', { priority: 'Spot' }),
        imageModel('plain'),
        imageModel('failing', { keepFailed: true }),
      ],
    });
    door.environment.resourceManager.scope.subnets.set(SUBNET.toLowerCase(), {
      location: 'westeurope',
      isDelegated: true,
    });
  });

  const bodySchema = z.object({
    identity: z.object({ type: z.string(), userAssignedIdentities: z.record(z.string(), z.unknown()) }).optional(),
    properties: z.looseObject({ containers: z.array(z.object({ properties: z.looseObject({}) })) }),
  });
  function bodyOf(model: string) {
    const put = door.environment.resourceManager.emulator.calls.find(
      ({ method, url }) => method === 'PUT' && url.pathname.includes(`/containerGroups/${model}-r`),
    );
    return bodySchema.parse(JSON.parse(put?.body.toString('utf8') ?? 'null'));
  }
  const succeeded = async (model: string) => {
    const run = await door.ended(await door.webhook(model, { roundNumber: 1 }));
    expect(run, run.reason ?? '').toMatchObject({ state: 'succeeded' });
    return run;
  };

  test('mounts each volume by the key from the vault', async () => {
    await succeeded('data');
    const { properties } = bodyOf('data');
    const azureFile = { shareName: 'models', storageAccountName: 'mystorage', storageAccountKey: keyOf() };
    expect(properties.volumes).toEqual([
      { name: 'volume-1', azureFile: { ...azureFile, readOnly: true } },
      { name: 'volume-2', azureFile: { ...azureFile, readOnly: false } },
    ]);
    expect(properties.containers[0]?.properties.volumeMounts).toEqual([
      { name: 'volume-1', mountPath: '/models', readOnly: true },
      { name: 'volume-2', mountPath: '/out', readOnly: false },
    ]);
  });

  test('shows the key nowhere: no answer, no line of the log, no record, no environment, whatever the container writes', async () => {
    const run = await succeeded('data');
    const { text } = await door.call(run.links.logs);
    expect(text).toMatch(/^the key is \S*\n$/);
    await door.call('/api/dashboard-page/data');
    await door.call(`/api/dashboard-page/data/${run.id}`);
    await door.call('/api/status');
    await door.call('/api/health/deep');
    const { host, tables } = door.environment;
    const written = tables.emulator.calls.map(({ body }) => body.toString('utf8'));
    const everything = [
      ...door.answers.map((answer) => answer.text),
      ...host.output,
      ...written,
      JSON.stringify(door.starts.map(({ env }) => env)),
    ];
    expect(everything.filter((each) => each.includes(keyOf()))).toEqual([]);
    expect(everything.join()).toContain('mystorage');
  });

  test('is put into the subnet, without an address', async () => {
    await succeeded('inside');
    const { properties } = bodyOf('inside');
    expect(properties).toMatchObject({ subnetIds: [{ id: SUBNET }] });
    expect(properties).not.toHaveProperty('ipAddress');
  });

  test('gets its identity beside the one that pulls; once, where they are one', async () => {
    await succeeded('with-identities');
    await succeeded('with-one');
    expect(Object.keys(bodyOf('with-identities').identity?.userAssignedIdentities ?? {})).toEqual([
      IDENTITY,
      IDENTITY.toUpperCase().replace('DATA', 'pull'),
    ]);
    expect(Object.keys(bodyOf('with-one').identity?.userAssignedIdentities ?? {})).toEqual([IDENTITY]);
  });

  test('is of the priority Spot, or says nothing of all that', async () => {
    await succeeded('spot');
    await succeeded('plain');
    expect(bodyOf('spot').properties).toMatchObject({ priority: 'Spot' });
    for (const part of ['priority', 'volumes', 'subnetIds'])
      expect(bodyOf('plain').properties).not.toHaveProperty(part);
    expect(bodyOf('plain').identity).toBeUndefined();
  });

  test('of a failed attempt is kept, and its page and its answer say how to look at it', async () => {
    const run = await door.ended(await door.webhook('failing', { roundNumber: 1 }));
    await door.tick();
    const answer = JSON.parse((await door.call(run.links.self)).text);
    expect(answer.attempts[0].kept).toMatchObject({
      until: expect.stringMatching(/Z$/),
      look: expect.stringContaining(`az container logs --resource-group ${RESOURCE_GROUP} --name failing-r1-a1`),
    });
    const listed = JSON.parse((await door.call('/api/runs?model=failing')).text);
    expect(listed.runs[0].attempts[0].kept).toEqual(answer.attempts[0].kept);
    const status = JSON.parse((await door.call('/api/status/failing')).text);
    expect(status.models[0].lastRun.attempts[0].kept).toEqual(answer.attempts[0].kept);
    const { text } = await door.call(`/api/dashboard-page/failing/${run.id}`);
    expect(text).toContain('Kept to be looked at');
    expect(text).toContain('az container show');
    expect(door.environment.resourceManager.groups.has('failing-r1-a1')).toBe(true);
  });

  test('has its data on the page of its model, the secret by name', async () => {
    const { text } = await door.call('/api/dashboard-page/data');
    expect(text).toContain(
      '<code>/out</code> ← share models of mystorage, for reading and writing, key from files-key',
    );
  });
});
