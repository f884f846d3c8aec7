// models.json: what it may hold, and what is left out has the defaults of the design.

import { describe, expect, test } from 'vitest';
import { appOf, container, faultsOf, MODEL } from './configured-app.ts';

const COMMAND = { workspace: 'ml', compute: 'gpu-cluster', environment: 'submission:3', command: 'python predict.py' };
const ENDPOINT = { workspace: 'ml', batchEndpoint: 'score' };
const ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';

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

  test.each([
    ['docker.io', 'someone/image:1'],
    ['index.docker.io', 'docker.io/someone/image:1'],
    ['MINE.azurecr.io', 'mine.azurecr.io/image:1'],
    ['localhost:5000', 'localhost:5000/image:1'],
  ])('knows that %s is the registry of %s', async (server, image) => {
    const credentials = { server, username: 'me', passwordSecret: 'p' };
    expect(faultsOf({}, { models: [container({ image, registry: credentials })] })).toEqual([]);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty'])('takes a secret for the variable %s', async (name) => {
    expect(faultsOf({}, { models: [container({ secrets: { [name]: 'a' } })] })).toEqual([]);
  });

  test('may start with a byte order mark', async () => {
    expect(faultsOf({}, `\uFEFF${JSON.stringify({ models: [MODEL] })}`)).toEqual([]);
  });
});
