// What the hook before provisioning asks of the other subscriptions that models.json names.

import { expect, test } from 'vitest';
import { lineOf } from '../../cli/check/finding.ts';
import type { AzureCli } from '../../scripts/azure/azure-cli.ts';
import { otherSubscriptionFindings } from '../../scripts/azure/other-subscriptions.ts';
import { parseModels } from '../../src/lib/config/models.ts';

const OWN = '11111111-2222-4333-8444-555555555555';
const OTHER = '99999999-2222-4333-8444-AAAAAAAAAAAA';
const TENANT = '00000000-0000-4000-8000-000000000009';

const identity = (subscription: string): string =>
  `/subscriptions/${subscription}/resourceGroups/mine/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a`;
const subnet = (subscription: string): string =>
  `/subscriptions/${subscription}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;

const modelsWith = (more: object) =>
  parseModels(
    JSON.stringify({
      models: [
        { name: 'nightly', tournament: 'classic', container: { image: 'docker.io/someone/ensemble:1.4', ...more } },
      ],
    }),
    { file: 'models.json', containerLocation: 'westeurope', containerIdentityId: undefined },
  );

/** @param tenants by subscription, those that the Azure CLI shows. */
async function linesOf(models: ReturnType<typeof modelsWith>, tenants: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const cliOf =
    (subscriptionId: string): AzureCli =>
    async (args) => {
      asked.push(`${args.join(' ')} of ${subscriptionId}`);
      const tenant = tenants[subscriptionId];
      if (tenant === undefined) throw new Error(`The subscription of '${subscriptionId}' doesn't exist.`);
      return tenant;
    };
  const findings = await otherSubscriptionFindings(cliOf, OWN, models);
  return { asked, lines: findings.map((finding) => lineOf(finding)) };
}

test('where there is none, nothing is asked', async () => {
  const models = modelsWith({ identity: identity(OWN.toUpperCase()) });
  expect(await linesOf(models, {})).toEqual({ asked: [], lines: [] });
});

test('one that is seen, and of the same tenant, is in order', async () => {
  const models = modelsWith({ identity: identity(OTHER), subnet: subnet(OTHER) });
  const { asked, lines } = await linesOf(models, { [OWN]: TENANT, [OTHER.toLowerCase()]: TENANT });
  expect(lines).toEqual([]);
  expect(asked).toEqual([OWN, OTHER.toLowerCase()].map((id) => `account show --query tenantId --output tsv of ${id}`));
});

test.each([
  ['identity', identity(OTHER)],
  ['subnet', subnet(OTHER)],
])('one that is not shown fails, with the model, the field and what to do: %s', async (field, id) => {
  const { lines } = await linesOf(modelsWith({ [field]: id }), { [OWN]: TENANT });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    new RegExp(
      `^✗ models\\[0\\]\\.container\\.${field} of nightly: ${id} is in the subscription .* Fix the id; or sign in`,
    ),
  );
});

test('one of another tenant fails', async () => {
  const { lines } = await linesOf(modelsWith({ identity: identity(OTHER) }), {
    [OWN]: TENANT,
    [OTHER.toLowerCase()]: 'another',
  });
  expect(lines).toEqual([expect.stringContaining('of another tenant (another): the app can have no role there.')]);
});

test('where nobody is signed in, it is told that nothing could be looked at', async () => {
  const { lines } = await linesOf(modelsWith({ identity: identity(OTHER) }), {});
  expect(lines).toEqual([expect.stringMatching(/^! other subscriptions: they cannot be looked at/)]);
});
