// An answer of Resource Manager about something else than was asked for is no answer: of another resource group,
// subscription or provider as well, though it has the same name.

import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { createExternalCaller } from '../../../src/lib/azure/external-call.ts';
import type { HttpClient } from '../../../src/lib/azure/sdk-types.ts';
import { createJobs } from '../../../src/lib/compute/container-apps/resource-manager.ts';
import { createContainerGroups } from '../../../src/lib/compute/container-instances/resource-manager.ts';

const PLACE = '/subscriptions/one/resourceGroups/rg%20a/providers';
const JOB = `${PLACE}/Microsoft.App/jobs/same`;
const GROUP = `${PLACE}/Microsoft.ContainerInstance/containerGroups/same`;

/** The clients of a Resource Manager that answers everything with this. */
function clientsOf(body: object) {
  const httpClient: HttpClient = {
    sendRequest: async (request) => ({
      request,
      status: 200,
      headers: createHttpHeaders({ 'content-type': 'application/json' }),
      bodyAsText: JSON.stringify(body),
    }),
  };
  const clock = new SimulatedClock('2026-04-01T12:00:00Z');
  const options = {
    url: 'https://management.azure.com',
    subscriptionId: 'one',
    resourceGroup: 'rg a',
    credential: { getToken: async () => ({ token: 'a', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    call: createExternalCaller({ clock, random: () => 0 }),
    httpClient,
  };
  return { clock, jobs: createJobs(options), groups: createContainerGroups(options) };
}

/** It is asked for again until the time is over. */
async function expectNoAnswer(
  clients: ReturnType<typeof clientsOf>,
  ask: (clients: ReturnType<typeof clientsOf>) => Promise<unknown>,
): Promise<void> {
  const asked = expect(ask(clients)).rejects.toMatchObject({ failure: 'unavailable' });
  await clients.clock.advance(30_000);
  await asked;
}

const OTHERS = (id: string): [string, string][] => [
  ['another resource group', id.replace('rg%20a', 'rg b')],
  ['another subscription', id.replace('/one/', '/two/')],
  ['another name', `${id.replace('%20', ' ')}-2`],
  ['another provider', '/subscriptions/one/resourceGroups/rg a/providers/Some.Thing/things/same'],
];
const ANY_CASE = (id: string) => decodeURIComponent(id).replace('resourceGroups', 'resourcegroups').toUpperCase();

describe('a Container Apps job', () => {
  const job = (id: string) => ({
    id,
    location: 'West Europe',
    properties: { configuration: { triggerType: 'Manual' }, template: { containers: [{ name: 'main' }] } },
  });

  test('is the one that was asked for, in any case', async () => {
    expect(await clientsOf(job(ANY_CASE(JOB))).jobs.get('same')).toMatchObject({ location: 'westeurope' });
    const started = { id: `${ANY_CASE(JOB)}/EXECUTIONS/SAME-1`, name: 'same-1' };
    expect(await clientsOf(started).jobs.start('same', { containers: [] })).toBe('same-1');
  });

  test.each(OTHERS(JOB))('of %s is no answer', async (_what, id) => {
    await expectNoAnswer(clientsOf(job(id)), ({ jobs }) => jobs.get('same'));
    const started = { id: `${id}/executions/same-1`, name: 'same-1' };
    await expect(clientsOf(started).jobs.start('same', { containers: [] })).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });
});

describe('a container group', () => {
  const group = (id: string) => ({ id, name: 'same', location: 'westeurope', properties: { containers: [] } });

  test('is the one that was asked for, in any case', async () => {
    expect(await clientsOf(group(ANY_CASE(GROUP))).groups.start('same')).toBe('accepted');
  });

  test.each(OTHERS(GROUP))('of %s is no answer', async (_what, id) => {
    await expect(clientsOf(group(id)).groups.start('same')).rejects.toMatchObject({ failure: 'unavailable' });
    await expectNoAnswer(clientsOf(group(id)), ({ groups }) => groups.get('same'));
  });
});
