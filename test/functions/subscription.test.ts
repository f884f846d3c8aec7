// What the subscription itself refuses, on each platform, as the run and deep health say it: a policy, a provider that is
// not registered, a disabled subscription, a lock.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DEMO_IMAGE } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { FrontDoor } from './front-door.ts';

/** Each test has a model of its own: what is refused is tried again. */
const NAMES = ['tag', 'tagged', 'provider', 'disabled', 'locked'] as const;
const POLICY = 'Every resource has a cost centre';

let environment: Environment;
let door: FrontDoor;

beforeAll(async () => {
  const group = { image: DEMO_IMAGE, cpu: 1, memoryGB: 1.5 };
  environment = await startEnvironment({
    models: [
      ...NAMES.map((name) => ({ name: `group-${name}`, tournament: 'classic', container: group })),
      ...NAMES.map((name) => ({ name: `job-${name}`, tournament: 'classic', container: { containerAppsJob: 'job' } })),
    ],
    settings: { WEBHOOK_BUDGET_SECONDS: '30', CONTAINER_TAGS: 'cost-center=numerai, team = a=b' },
    host: { auth: true },
  });
  environment.resourceManager.jobs.create({ name: 'job', image: DEMO_IMAGE });
  door = new FrontDoor(environment, { key: environment.host.keys.functionKeys.default });
});
afterAll(() => environment.close());

afterEach(() => {
  const { scope } = environment.resourceManager;
  scope.subscription = 'enabled';
  scope.unregistered.clear();
  scope.demandedTags.clear();
  for (const group of scope.resourceGroups) scope.unlock(group);
});

async function reasonOf(model: string): Promise<string> {
  const run = await door.until(await door.webhook(model), 'waiting');
  expect(run.reason).not.toMatch(/[{}]/);
  return run.reason ?? '';
}

test('the app gives what it creates the tags of its settings, and its own', async () => {
  environment.resourceManager.scope.demandedTags.set(POLICY, 'Cost-Center');
  const started = await door.webhook('group-tagged');
  await door.until(started, 'running', 'succeeded', 'failed');
  const { groups } = environment.resourceManager;
  const name = groups.names.find((each) => each.startsWith('group-tagged')) ?? '';
  expect(groups.get(name).body.tags).toMatchObject({
    'cost-center': 'numerai',
    team: 'a=b',
    'numerai-run': started.runId,
  });
});

test('a policy that demands another tag is named', async () => {
  environment.resourceManager.scope.demandedTags.set(POLICY, 'owner');
  const reason = await reasonOf('group-tag');
  expect(reason).toContain(`The policy ${POLICY} demands a tag (403 RequestDisallowedByPolicy: `);
  expect(reason).toContain('azd env set TAGS NAME=VALUE');
});

describe.each([
  ['group', 'Microsoft.ContainerInstance'],
  ['job', 'Microsoft.App'],
])('of a %s', (kind, namespace) => {
  test('a provider that is not registered', async () => {
    environment.resourceManager.scope.unregistered.add(namespace);
    const reason = await reasonOf(`${kind}-provider`);
    expect(reason).toMatch(new RegExp(`^The subscription [-0-9a-f]+ is not registered for ${namespace} `));
    expect(reason).toContain(`Register it: az provider register --namespace ${namespace}.`);
  });

  test('a subscription that is disabled', async () => {
    environment.resourceManager.scope.subscription = 'disabled';
    const reason = await reasonOf(`${kind}-disabled`);
    expect(reason).toMatch(
      /^The subscription [-0-9a-f]+ is disabled, and so read-only \(409 ReadOnlyDisabledSubscription/,
    );
    expect(reason).toContain('Enable it in the portal');
  });

  test('a lock', async () => {
    const [group = ''] = environment.resourceManager.scope.resourceGroups;
    environment.resourceManager.scope.lock(group, 'ReadOnly');
    const reason = await reasonOf(`${kind}-locked`);
    expect(reason).toContain(`A lock on the resource group ${group} forbids it (409 ScopeLocked: `);
    expect(reason).toContain('az lock delete');
  });

  test('deep health says it as well', async () => {
    environment.resourceManager.scope.unregistered.add(namespace);
    const { text } = await door.call('/api/health?deep=1');
    const answered = z.object({
      findings: z.array(z.object({ problem: z.string().nullable(), remedy: z.string().nullable() })),
    });
    const { findings } = answered.parse(JSON.parse(text));
    expect(findings.map(({ problem }) => problem).join()).toContain(`is not registered for ${namespace}`);
    expect(findings.map(({ remedy }) => remedy)).toContain(
      `Register it: az provider register --namespace ${namespace}.`,
    );
  });
});
