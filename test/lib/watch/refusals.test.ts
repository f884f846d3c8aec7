// Starts that were refused before anything ran: they cost no attempt, and are repeated elsewhere or later until they are
// taken. As they were seen to burn attempts, each with others of its kind.

import { describe, expect, test } from 'vitest';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import {
  behave,
  executions,
  faultsOf,
  groupModel,
  idOf,
  minutesOf,
  modelOf,
  open,
  recordOf,
  WON,
} from '../../support/one-model.ts';

const SECRET = { secrets: { KEY: 'numerai-public-id' } };
const CREATE = { method: 'PUT', path: '/containerGroups/' };
const START = { method: 'POST', path: '/start' };
/** The first of two regions has the group without a letter. */
const IN_FIRST = { method: 'PUT', path: '/m-r1001-a1\\?' };
const REGIONS = { locations: ['westeurope', 'northeurope'] };

type Switch = (app: SimulatedApp, isOn: boolean) => void;
const capacity =
  (location: string): Switch =>
  ({ world }, isOn) =>
    world.resourceManager.setCapacity(location, isOn ? 'refuses' : 'ample');
const fault =
  (what: Parameters<ReturnType<typeof faultsOf>['add']>[0]): Switch =>
  (app, isOn) =>
    isOn ? void faultsOf(app).add(what) : faultsOf(app).clear();
const notAllowed = (match: object) => fault({ kind: 'status', status: 403, code: 'AuthorizationFailed', match });

describe('what keeps the only place from starting it, for a while', () => {
  test.each<[string, number, object, Switch, string]>([
    ['the only region is full', 10, modelOf(), capacity('westeurope'), 'a region that has room for the container'],
    [
      'the region of its group is full',
      10,
      groupModel(),
      capacity('eastus'),
      'a region that has room for the container',
    ],
    [
      'the registry asks to be left alone',
      10,
      modelOf(),
      ({ world }, isOn) => world.resourceManager.setThrottled('docker.io', isOn),
      'the registry to hand out the image again',
    ],
    [
      'the registry asks for that at the start of its group',
      10,
      groupModel(),
      fault({
        kind: 'status',
        status: 409,
        code: 'RegistryErrorResponse',
        message: "An error response is received from the docker registry 'index.docker.io'. Please retry later.",
        match: START,
      }),
      'the registry to hand out the image again',
    ],
    [
      'the vault is away',
      10,
      modelOf(SECRET),
      ({ world: { keyVault } }, isOn) =>
        isOn ? void keyVault.emulator.faults.add({ kind: 'status', status: 503 }) : keyVault.emulator.faults.clear(),
      'the start to succeed',
    ],
    ['a role for the group is not known yet', 6, modelOf(), notAllowed(CREATE), 'the permission to be known'],
    ['a role to start its group is not known yet', 6, groupModel(), notAllowed(START), 'the permission to be known'],
    [
      'a role for the vault is not known yet',
      6,
      modelOf(SECRET),
      ({ world }, isOn) => world.keyVault.allowOnly(isOn ? [] : undefined),
      'somebody to fix the secret',
    ],
  ])('%s for %d minutes: it waits, and submits with its one execution', async (_, minutes, model, turn, waitingFor) => {
    const app = await open(model);
    behave(app);
    turn(app, true);
    await app.start('m');
    await app.pass(minutes);
    const run = await recordOf(app);
    expect(run).toMatchObject({ state: 'waiting', attempt: { number: 1, outcome: null } });
    expect(run.waitingFor).toContain(waitingFor);
    expect(Date.parse(run.nextAttemptAt ?? '')).toBeGreaterThan(app.world.clock.now().getTime());
    // Where nothing but time helps there is no alert that tells somebody to act.
    if (minutes < 10) expect(app.titles()).toEqual([]);
    turn(app, false);
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ ...WON, countedFailures: 0, attempt: { number: 1 } });
    expect(executions(app)).toBe(1);
    expect(app.titles().join('\n')).not.toMatch(/failed|missed|closes in/);
  });

  test('a quota of cores for five of ten models that take 12 minutes each: all ten submit', async () => {
    const models = Array.from({ length: 10 }, (_, index) => ({
      ...modelOf({ image: `example.org/${index}:1`, cpu: 1 }),
      name: `m${index}`,
      numeraiModels: [idOf(index)],
    }));
    const app = await open({}, { models, resourceManager: { coreQuota: 5 } });
    app.world.runtime.behaviour = ({ image }) => {
      const modelId = idOf(Number(/\d/.exec(image)?.[0]));
      return { steps: [{ after: 12 * 60_000, effect: () => void app.world.numerai.submit({ modelId }) }] };
    };
    await Promise.all(models.map(({ name }) => app.start(name)));
    await app.pass(3);
    const early = await Promise.all(models.map(({ name }) => recordOf(app, name)));
    const waiting = early.filter(({ state }) => state === 'waiting');
    expect(waiting).toHaveLength(5);
    expect(new Set(waiting.map(({ waitingFor }) => waitingFor))).toEqual(new Set(['quota that is free']));
    await app.pass(42);
    const runs = await Promise.all(models.map(({ name }) => recordOf(app, name)));
    expect(runs.map(({ submission }) => submission)).toEqual(models.map(() => 'accepted'));
    expect(executions(app)).toBe(10);
  });
});

describe('models.json, changed while the start waits', () => {
  const typo = { ...modelOf(), container: { group: 'typo' } };

  test.each<[string, object, object, Switch]>([
    ['names the group that it was to name', typo, groupModel(), () => undefined],
    ['has an image instead of the group', groupModel(), modelOf(), capacity('eastus')],
    ['has a group instead of the image', modelOf(), groupModel(), capacity('westeurope')],
    [
      'names another region',
      modelOf({ locations: ['westus'] }),
      modelOf({ locations: ['northeurope'] }),
      capacity('westus'),
    ],
  ])('%s: the same attempt is started as it says now', async (_, before, after, turn) => {
    const app = await open(before);
    behave(app);
    turn(app, true);
    await app.start('m');
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { number: 1, outcome: null } });
    app.deploy([after]);
    await app.pass(4);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 1 } });
    expect(executions(app)).toBe(1);
  });
});

describe('the first of two regions', () => {
  test.each([
    [
      'does not offer the service',
      409,
      'LocationNotAvailableForResourceType',
      "The provided location 'westeurope' is not available for resource type 'Microsoft.ContainerInstance/containerGroups'.",
    ],
    [
      'is none that a policy allows',
      403,
      'RequestDisallowedByPolicy',
      "Resource 'm-r1001-a1' was disallowed by policy. Reasons: 'The location is not allowed: Allowed locations'.",
    ],
    [
      'is none that Azure allows the subscription',
      403,
      'RequestDisallowedByAzure',
      "Resource 'm' was disallowed by Azure.",
    ],
    [
      'does not offer the size',
      400,
      'SkuNotAvailable',
      "The requested size for resource is currently not available in location 'westeurope'.",
    ],
    [
      'does not offer that much memory',
      400,
      'ResourceSomeRequestsNotSupported',
      "The requested memory of 32 GB is not supported in the region 'westeurope'.",
    ],
  ])('%s: the second has the start within seconds', async (_, status, code, message) => {
    const app = await open(modelOf(REGIONS));
    behave(app);
    faultsOf(app).add({ kind: 'status', status, code, message, match: IN_FIRST });
    await app.start('m');
    const { attempt } = await recordOf(app);
    expect(attempt).toMatchObject({ number: 1, location: 'northeurope', outcome: null });
    expect((await minutesOf(app))[0]).toBeLessThanOrEqual(0.2);
    await app.pass(8);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 1 } });
    expect(executions(app)).toBe(1);
  });

  test.each([
    [503, 'ServiceUnavailable', 'The service is unavailable.'],
    [500, 'InternalServerError', 'An error has occurred.'],
  ])(
    'answers %s for the whole round: the second has the start once the first can no longer come',
    async (status, code, message) => {
      const app = await open(modelOf(REGIONS));
      behave(app);
      faultsOf(app).add({ kind: 'status', status, code, message, match: IN_FIRST });
      await app.start('m');
      await app.pass(1);
      // The first may have taken it yet.
      expect(executions(app)).toBe(0);
      await app.pass(2);
      expect((await recordOf(app)).attempt).toMatchObject({ number: 1, location: 'northeurope' });
      await app.pass(8);
      expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 1 } });
      expect(executions(app)).toBe(1);
    },
  );
});

describe("Numerai's API, asked for the id of a model", () => {
  const named = { ...modelOf(), numeraiModels: ['my_model'] };

  test.each([
    ['answers once with an error and status 200', 1, 200, 0.2],
    ['answers so for minutes', undefined, 200, 8],
    ['is away for minutes', undefined, 502, 8],
  ])('%s: the run submits', async (_, times, status, within) => {
    const app = await open(named);
    const modelId = app.world.numerai.models.find(({ name }) => name === 'my_model')?.id ?? '';
    app.world.runtime.behaviour = () => ({
      steps: [{ after: 20_000, effect: () => void app.world.numerai.submit({ modelId }) }],
    });
    const { faults } = app.world.numerai.emulator;
    const message = 'Internal server error';
    faults.add({ kind: 'status', status, message, ...(times === undefined ? {} : { times }) });
    await app.start('m');
    await app.pass(5);
    faults.clear();
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 1 } });
    expect((await minutesOf(app))[0]).toBeLessThanOrEqual(within);
    expect(executions(app)).toBe(1);
  });
});
