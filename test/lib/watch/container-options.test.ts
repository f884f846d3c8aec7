// Volumes that cannot be mounted, subnets that do not fit, and Spot containers that Azure takes away: what a run makes
// of them, in simulated time.

import { afterEach, describe, expect, test } from 'vitest';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../../local/environment/subscription.ts';
import { checkHealth } from '../../../src/lib/operations/health.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { CLIENT_ID } from '../../simulation/world/identity.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { exitInTurn } from '../../support/containers.ts';

const IMAGE = 'docker.io/someone/model:1';
const VOLUME = { mountPath: '/models', share: 'models', account: 'mystorage', accountKeySecret: 'files-key' };
const resource = (type: string, name: string) =>
  `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/${type}/${name}`;
const SUBNET = resource('Microsoft.Network/virtualNetworks', 'v/subnets/n');
const IDENTITY = resource('Microsoft.ManagedIdentity/userAssignedIdentities', 'data');

let app: TestApp;
afterEach(() => app?.close());

const manager = () => app.world.resourceManager;
const isWaiting = ({ state }: Run) => state === 'waiting';
const minutesOf = ({ requestedAt, finishedAt }: Pick<Run, 'requestedAt'> & { finishedAt: string | null }) =>
  (Date.parse(finishedAt ?? '') - Date.parse(requestedAt)) / 60_000;

async function open(container: object, exitCodes: readonly number[] = [], more: object = {}): Promise<void> {
  app = await openApp([{ name: 'model', tournament: 'classic', container: { image: IMAGE, ...container }, ...more }], {
    mountRetry: 105_000,
    pullGivesUpAfter: 30 * 60_000,
  });
  exitInTurn(app.world, ...exitCodes);
}

describe('a volume', () => {
  async function openShare(): Promise<void> {
    await open({ volumes: [VOLUME] });
    const { key } = manager().shares.create('mystorage', 'models');
    app.world.keyVault.setSecret('files-key', key);
  }

  test('is mounted, read-only', async () => {
    await openShare();
    const { run } = await app.start('model');
    expect((await app.until(run, hasEnded)).run.state).toBe('succeeded');
    expect(app.world.runtime.starts[0]?.mounts).toMatchObject([{ mountPath: '/models', readOnly: true }]);
  });

  test.each<[string, () => void]>([
    [
      'its account lets nobody in',
      () => Object.assign(manager().shares.create('mystorage', 'models'), { isReachable: false }),
    ],
    ['its share is gone', () => manager().shares.create('mystorage', 'models').shares.clear()],
    [
      'its key is no longer valid',
      () => Object.assign(manager().shares.create('mystorage', 'models'), { key: 'rotated' }),
    ],
  ])('that cannot be mounted since %s waits for somebody, with what to check', async (_why, spoil) => {
    await openShare();
    spoil();
    const { run } = await app.start('model');
    const { run: waiting } = await app.until(run, isWaiting);
    expect(waiting).toMatchObject({
      waitingFor: 'somebody to fix the configuration',
      attempt: { failure: 'configuration', startedAt: null },
      countedFailures: 0,
    });
    expect(waiting.reason).toBe(
      'A volume of the container group could not be mounted: Failed to mount Azure File Volume. Check the share models in mystorage (secret files-key): does it exist, is the secret a key of the account that is still valid, does the account allow access with keys, and from all networks?',
    );
    // Azure tries again by itself, but not for half an hour.
    expect(minutesOf({ ...waiting, finishedAt: waiting.attempt?.finishedAt ?? null })).toBeLessThan(8);
    await app.ticks(2);
    expect(manager().groups.names).toEqual([]);
  });

  test('whose key was rotated is mounted once the secret has the new one, without another change', async () => {
    await openShare();
    const account = manager().shares.create('mystorage', 'models');
    const next = Buffer.alloc(64, 7).toString('base64');
    account.key = next;
    const { run } = await app.start('model');
    await app.until(run, isWaiting);
    app.world.keyVault.setSecret('files-key', next);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 2 } });
    // Long before the close, which would be another occasion.
    expect(minutesOf(ended)).toBeLessThan(25);
  });

  test('that is mounted a little later is no failure', async () => {
    await openShare();
    const account = manager().shares.create('mystorage', 'models');
    account.isReachable = false;
    const { run } = await app.start('model');
    await app.ticks(2);
    account.isReachable = true;
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { number: 1 } });
  });

  test.each(['', 'x', ' x'])(
    'with %j after its key is not sent, since Azure would never say what is wrong',
    async (end) => {
      await openShare();
      const { key } = manager().shares.create('mystorage', 'models');
      app.world.keyVault.setSecret('files-key', end === '' ? 'no-key' : `${key}${end}`);
      const { run } = await app.start('model');
      expect(run).toMatchObject({ state: 'waiting', waitingFor: 'somebody to fix the secret' });
      expect(run.reason).toBe(
        'The secret files-key does not hold a key of a storage account, which has 88 characters, with nothing before or after them. Set it to a key of mystorage: az storage account keys list --account-name mystorage.',
      );
      expect(manager().groups.starts).toEqual([]);
      const findings = await app.live(checkHealth(app.services));
      expect(findings.find(({ dependency }) => dependency === 'container of model model')).toMatchObject({
        ok: false,
        problem: run.reason,
      });
    },
  );

  test.each([
    ['', ' '],
    ['', '\r\n'],
    ['"', '"\n'],
  ])('whose key stands between %j and %j is mounted all the same, and deep health tells', async (before, after) => {
    await openShare();
    const { key } = manager().shares.create('mystorage', 'models');
    app.world.keyVault.setSecret('files-key', `${before}${key}${after}`);
    const { run } = await app.start('model');
    await app.until(run, ({ state }) => state === 'succeeded');
    const findings = await app.live(checkHealth(app.services));
    expect(findings.find(({ dependency }) => dependency === 'secret files-key')?.problem).toContain(
      'white space or quotes around its value',
    );
  });

  test('is there for the last resort as well, which is tried where only a person can fix the container', async () => {
    await open({ volumes: [VOLUME] }, [78], { lastResort: { image: 'docker.io/someone/quick:1', minutes: 4 } });
    app.world.keyVault.setSecret('files-key', manager().shares.create('mystorage', 'models').key);
    const { run } = await app.start('model');
    await app.until(run, hasEnded);
    const last = app.world.runtime.starts.at(-1);
    expect(last).toMatchObject({ image: 'docker.io/someone/quick:1', mounts: [{ mountPath: '/models' }] });
  });
});

describe('a subnet', () => {
  const actions = ['Microsoft.ContainerInstance/*', 'Microsoft.Network/virtualNetworks/subnets/join/action'];
  const known = (location: string, isDelegated: boolean) =>
    void manager().scope.subnets.set(SUBNET.toLowerCase(), { location, isDelegated });

  test('takes the container', async () => {
    await open({ subnet: SUBNET });
    known('westeurope', true);
    const { run } = await app.start('model');
    expect((await app.until(run, hasEnded)).run.state).toBe('succeeded');
  });

  test.each<[string, () => void, string, RegExp]>([
    [
      'that the app may not use',
      () => {
        known('westeurope', true);
        manager().scope.roles = { [CLIENT_ID]: { actions: actions.slice(0, 1) } };
      },
      'the permission to be known, or somebody to give it',
      /^The app may not put the container of model into its subnet: .*subnets\/join\/action on it \(azd provision does\)/,
    ],
    [
      'that is not delegated',
      () => known('westeurope', false),
      'somebody to fix the configuration',
      /^The subnet is not delegated to container groups: .* Delegate it: az network vnet subnet update/,
    ],
    [
      'of another region',
      () => known('eastus', true),
      'somebody to fix the configuration',
      /^Azure does not find the subnet in the region of the container: .* name the region of its virtual network/,
    ],
  ])('%s makes the run wait, with what to do', async (_what, prepare, waitingFor, reason) => {
    await open({ subnet: SUBNET });
    prepare();
    const { run } = await app.start('model');
    expect(run).toMatchObject({ state: 'waiting', waitingFor, reason: expect.stringMatching(reason) });
  });
});

test('an identity is given to the container, which the app must be allowed to', async () => {
  await open({ identity: IDENTITY });
  manager().scope.roles = { [CLIENT_ID]: { actions: ['Microsoft.ContainerInstance/*'] } };
  const { run } = await app.start('model');
  expect(run.reason).toMatch(/^The app may not give the container of model its identity: /);
  manager().scope.roles = undefined;
  expect((await app.until(run, hasEnded)).run.state).toBe('succeeded');
});

describe('a Spot container', () => {
  /** The first container never ends by itself. */
  function endlessFirst(): void {
    app.world.runtime.behaviour = (_, start) => ({ endsAfter: start === 1 ? Number.POSITIVE_INFINITY : 20_000 });
  }

  test('that Azure takes away, and starts again, is followed: nothing has failed', async () => {
    await open({ priority: 'Spot' });
    endlessFirst();
    const { run } = await app.start('model');
    const { run: before } = await app.until(run, ({ state }) => state === 'running');
    manager().groups.evict('model-r1-a1');
    // Azure is faster than the next tick.
    await app.pass(0.1);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', countedFailures: 0, attempt: { number: 1 } });
    expect(Date.parse(ended.attempt?.startedAt ?? '')).toBeGreaterThan(Date.parse(before.attempt?.startedAt ?? ''));
  });

  test('whose end is seen is started again by the app, and that costs no attempt', async () => {
    await open({ priority: 'Spot', locations: ['westeurope', 'eastus2'] }, [], { maxAttempts: 1 });
    endlessFirst();
    const { run } = await app.start('model');
    await app.until(run, ({ state }) => state === 'running');
    // It gets stuck before it is started again.
    manager().groups.stick('model-r1-a1', 'pending');
    manager().groups.evict('model-r1-a1');
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', countedFailures: 0, attempt: { number: 2 } });
    expect(earlier[0]).toMatchObject({
      failure: 'maintenance',
      reason:
        'Azure took the Spot container away (exit code 137). That is no fault of the container. If it happens often, take the priority Spot out of the container of model in models.json.',
    });
  });

  test('that needs more memory than it has is told so, and gets more', async () => {
    await open({ priority: 'Spot' });
    endlessFirst();
    const { run } = await app.start('model');
    await app.until(run, ({ state }) => state === 'running');
    await app.live(manager().groups.kill('model-r1-a1'));
    const { earlier } = await app.until(run, hasEnded);
    expect(earlier[0]?.failure).toBe('out-of-memory');
  });

  test('is started elsewhere where a region has none, and costs a third', async () => {
    await open({ priority: 'Spot', locations: ['northeurope', 'westus'] });
    const { run } = await app.start('model');
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { location: 'westus' } });
    const { startedAt, meteredFrom, finishedAt, costUsd } = ended.attempt ?? {};
    const seconds = (Date.parse(finishedAt ?? '') - Date.parse(meteredFrom ?? startedAt ?? '')) / 1000;
    expect(costUsd).toBeCloseTo((seconds * (0.0405 + 1.5 * 0.00445) * 0.3) / 3600, 6);
  });

  test('that no region has says what may help', async () => {
    await open({ priority: 'Spot', locations: ['northeurope'] });
    const { run } = await app.start('model');
    expect(run.reason).toMatch(/no capacity .* Few regions have Spot containers, and those not always/);
  });
});
