// What the codes and words of Key Vault and of the Table service mean.

import { describe, expect, test } from 'vitest';
import { explainerOf, REFUSALS } from '../../../src/lib/azure/refusals.ts';

const ofVault = explainerOf('key-vault', { place: 'kv-1.vault.azure.net', name: 'some-key' });
const ofPerson = explainerOf('key-vault', { place: 'kv-1.vault.azure.net', name: 'some-key', by: 'person' });
const ofTables = explainerOf('table-storage', { place: 'st1.table.core.windows.net', name: 'runs' });

describe('the vault', () => {
  test.each([
    ['Forbidden/ForbiddenByFirewall', 'firewall', 'az keyvault network-rule add --name kv-1'],
    // As the Azure CLI prints it, without the inner code.
    ['(Forbidden) Client address is not authorized and caller is not a trusted service.', 'firewall', 'network-rule'],
    ['Forbidden/ForbiddenByConnection: … not from a trusted service …', 'public networks', 'private endpoint'],
    ['Forbidden/AccessDenied does not have secrets get permission', 'access policies', 'set-policy --name kv-1'],
    ['Forbidden/AccessDenied Client address is not authorized', 'firewall', 'network-rule'],
    ['Unauthorized/ AKV10032: Invalid issuer.', 'another tenant', 'KEY_VAULT_URL'],
    ['Unauthorized/ AKV10022: Invalid audience.', 'does not accept the token', 'same cloud'],
    ['Conflict/ObjectIsBeingDeleted', 'just being deleted', 'try again'],
    ['Forbidden/SomethingNew: No.', 'may not read the secret some-key', 'If it has the role'],
    ['ENOTFOUND getaddrinfo ENOTFOUND kv-1.vault.azure.net', 'no vault kv-1', 'az keyvault recover --name kv-1'],
    ['EAI_AGAIN getaddrinfo EAI_AGAIN kv-1.vault.azure.net', 'no vault kv-1', 'KEY_VAULT_URL'],
  ])('%s', (said, what, remedy) => {
    expect(ofVault(said)?.what).toContain(what);
    expect(ofVault(said)?.remedy).toContain(remedy);
  });

  test('names of secrets and vaults are no words of a refusal', () => {
    const rbac =
      "Forbidden/ForbiddenByRbac Resource: '/vaults/throttled/secrets/firewall-not-yet-valid-expired-secret'";
    expect(ofVault(rbac)?.remedy).toContain('Key Vault Secrets User');
  });

  test('speaks to a person of their account', () => {
    for (const { words, what, remedy } of REFUSALS['key-vault']) {
      const subject = { place: 'kv-1.vault.azure.net', name: 'some-key', by: 'person' } as const;
      expect(`${what(subject, '')} ${remedy(subject, '')}`, words.source).not.toMatch(
        /the app('s)? (in|identity|may)|its identity/,
      );
    }
    expect(ofPerson('ForbiddenByRbac')?.remedy).toContain('Key Vault Secrets Officer');
    expect(ofPerson('AKV10032')?.remedy).toContain('az login --tenant');
  });

  test('says nothing of what nobody knows', () => {
    expect(ofVault('BadParameter/ The request URI contains an invalid name.')).toBeNull();
  });
});

describe('the tables', () => {
  test.each([
    [
      'AuthorizationFailure/ This request is not authorized',
      'network rules',
      '--name st1 --public-network-access Enabled',
    ],
    ['AuthorizationPermissionMismatch/', 'may not use the tables', 'Storage Table Data Contributor'],
    ['AuthorizationResourceTypeMismatch/', 'shared access signature', 'Make one'],
    [
      'InvalidAuthenticationInfo/ … Issuer validation failed. Issuer did not match.',
      'another tenant',
      'its own tenant',
    ],
    ['InvalidAuthenticationInfo/ …', 'does not accept the token', 'restart the app'],
    ['ENOTFOUND getaddrinfo', 'no storage account at st1', '14 days'],
  ])('%s', (said, what, remedy) => {
    expect(ofTables(said)?.what).toContain(what);
    expect(ofTables(said)?.remedy).toContain(remedy);
  });
});

describe('Resource Manager', () => {
  const explain = explainerOf('resource-manager', { place: 'a-guid', name: 'Microsoft.App' });
  const policy = (assignment: string, definition: string) =>
    `RequestDisallowedByPolicy {"error":{"message":"Resource 'm' was disallowed by policy. Policy identifiers: '[{\\"policyAssignment\\":{\\"name\\":\\"${assignment}\\",\\"id\\":\\"/x\\"},\\"policyDefinition\\":{\\"name\\":\\"${definition}\\"}}]'."}}`;

  test.each([
    [policy('Cost centre', 'Require a tag on resources'), 'The policy Cost centre demands a tag.', 'azd env set TAGS'],
    [policy('Europe only', 'Allowed locations'), 'The policy Europe only forbids the region.', 'another region'],
    [policy('No containers', 'Not allowed resource types'), 'The policy No containers forbids it.', 'an exemption'],
    [
      // As it is told now: the names stand apart.
      `RequestDisallowedByPolicy Resource 'm' was disallowed by policy. Reasons: 'No.'. See error details for policy resource IDs. {"additionalInfo":[{"info":{"policyDefinitionDisplayName":"Not here","policyAssignmentDisplayName":"Ours"}}]}`,
      'The policy Not here forbids it.',
      'an exemption',
    ],
    ['RequestDisallowedByPolicy/ No.', 'A policy of the subscription a-guid forbids it.', 'an exemption'],
    ["RequestDisallowedByAzure/ Resource 'm' was disallowed by Azure.", 'certain regions only', 'another region'],
    [
      "MissingSubscriptionRegistration/ The subscription is not registered to use namespace 'Microsoft.ContainerInstance'.",
      'The subscription a-guid is not registered for Microsoft.ContainerInstance.',
      'az provider register --namespace Microsoft.ContainerInstance.',
    ],
    [
      'SubscriptionNotRegistered/',
      'not registered for Microsoft.App.',
      'az provider register --namespace Microsoft.App.',
    ],
    ["ReadOnlyDisabledSubscription/ The subscription 'x' is disabled", 'The subscription a-guid is disabled', 'a bill'],
    ['SubscriptionNotFound/', 'does not know the subscription a-guid', 'AZURE_SUBSCRIPTION_ID'],
    [
      "ScopeLocked/ The scope '/subscriptions/a/resourcegroups/rg/providers/x' cannot perform write operation because following scope(s) are locked: '/subscriptions/a/resourceGroups/rg'. Please remove the lock and try again.",
      'A lock on the resource group rg forbids it.',
      'az lock delete',
    ],
    [
      "ScopeLocked/ following scope(s) are locked: '/subscriptions/a-guid'.",
      'on the subscription a-guid',
      'az lock list',
    ],
    [
      "ScopeLocked/ scope(s) are locked: '/subscriptions/a/resourceGroups/g/providers/P/jobs/j'.",
      'A lock on j forbids',
      '',
    ],
  ])('%s', (said, what, remedy) => {
    expect(explain(said)?.what).toContain(what);
    expect(explain(said)?.remedy).toContain(remedy);
  });

  // Only a container group goes where models.json says.
  test.each([
    ['Microsoft.ContainerInstance', '`locations` of models.json'],
    ['Microsoft.App', 'Make the Container Apps job in an environment of another region.'],
    ['Microsoft.MachineLearningServices', 'Take a workspace in another region.'],
  ])('a region that may not be used, by what is started: %s', (name, remedy) => {
    const of = explainerOf('resource-manager', { place: 'a-guid', name });
    for (const said of [policy('Europe only', 'Allowed locations'), 'RequestDisallowedByAzure/ No.'])
      expect(of(said)?.remedy).toContain(remedy);
  });

  test('what is of one platform is explained there', () => {
    for (const said of ['AuthorizationFailed', 'ServiceUnavailable', 'ContainerGroupQuotaReached'])
      expect(explain(said)).toBeNull();
  });
});
