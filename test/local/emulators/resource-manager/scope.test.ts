// Locks, a subscription that is disabled or gone, and resource groups and roles that are taken away.

import { afterEach, expect, test } from 'vitest';
import { CLIENT_ID, RESOURCE_GROUP, type Simulated, SUBSCRIPTION, simulated, stopAll, wireBody } from './setup.ts';

afterEach(stopAll);

const ROOT = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}`;
const GROUP = `${ROOT}/providers/Microsoft.ContainerInstance/containerGroups/demo`;
const CALLS = [
  ['GET', '/demo'],
  ['GET', '/demo/containers/work/logs'],
  ['POST', '/demo/start'],
  ['PUT', '/demo'],
  ['POST', '/demo/stop'],
  ['DELETE', '/demo'],
] as const;

/** What each call comes to: a status, or a code. */
async function outcomes({ raw, clock }: Simulated): Promise<(number | string)[]> {
  const found: (number | string)[] = [];
  for (const [method, path] of CALLS) {
    const { status, code } = await raw(method, path, method === 'PUT' ? { body: wireBody() } : {});
    found.push(code ?? status);
    await clock.advance(20_000);
  }
  return found;
}

async function withGroup(): Promise<Simulated> {
  const here = await simulated(() => ({ endsAfter: Number.POSITIVE_INFINITY }));
  await here.raw('PUT', '/demo', { body: wireBody() });
  await here.clock.advance(60_000);
  return here;
}

const LOCKED = 'ScopeLocked';
const DISABLED = 'ReadOnlyDisabledSubscription';

test.each<[string, (here: Simulated) => void, (number | string)[]]>([
  ['nothing', () => {}, [200, 200, 204, 200, 204, 202]],
  [
    'a lock against deletion',
    ({ manager }) => manager.scope.lock(RESOURCE_GROUP, 'CanNotDelete'),
    [200, 200, 204, 200, 204, LOCKED],
  ],
  [
    'a read-only lock, in any case of letters',
    ({ manager }) => manager.scope.lock('NUMERAI', 'ReadOnly'),
    [200, 200, LOCKED, LOCKED, LOCKED, LOCKED],
  ],
  ['a lock elsewhere', ({ manager }) => manager.scope.lock('elsewhere', 'ReadOnly'), [200, 200, 204, 200, 204, 202]],
  [
    'a disabled subscription',
    ({ manager }) => {
      manager.scope.subscription = 'disabled';
    },
    [200, 200, DISABLED, DISABLED, DISABLED, 202],
  ],
  [
    'a subscription that is gone',
    ({ manager }) => {
      manager.scope.subscription = 'missing';
    },
    Array(6).fill('SubscriptionNotFound'),
  ],
  [
    'a resource group that is gone',
    ({ manager }) => manager.scope.resourceGroups.clear(),
    Array(6).fill('ResourceGroupNotFound'),
  ],
  [
    'a role that was taken away',
    ({ manager }) => {
      manager.scope.roles = {};
    },
    Array(6).fill('AuthorizationFailed'),
  ],
  [
    'a role without deletion',
    ({ manager }) => {
      manager.scope.roles = { [CLIENT_ID]: { actions: ['*/read', '*/write', '*/action'] } };
    },
    [200, 200, 204, 200, 204, 'AuthorizationFailed'],
  ],
])('%s', async (_, change, expected) => {
  const here = await withGroup();
  change(here);
  expect(await outcomes(here)).toEqual(expected);
});

test("a lock refuses in Azure's words, names itself, and is gone when it is taken off", async () => {
  const { raw, manager } = await withGroup();
  const locked = (verb: string) =>
    `The scope '${GROUP}' cannot perform ${verb} operation because following scope(s) are locked: '${ROOT}'. Please remove the lock and try again.`;
  manager.scope.lock(RESOURCE_GROUP, 'ReadOnly');
  expect(await raw('DELETE', '/demo')).toMatchObject({ status: 409, message: locked('delete') });
  expect(await raw('POST', '/demo/stop')).toMatchObject({ status: 409, message: locked('write') });
  manager.scope.unlock(RESOURCE_GROUP);
  expect(await raw('DELETE', '/demo')).toMatchObject({ status: 202 });
});
