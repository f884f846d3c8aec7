// Why Resource Manager refuses whatever it is asked for: the subscription, its policies, its locks. Rows of the table in
// refusals.ts; what the words of a single platform mean is known there.
//
// Sources: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors; the words are those
// of reports, which stand at the bodies that the emulator answers with.

import { OTHER_REGION } from '../config/container-kinds.ts';
import type { Row, Subject } from './refusal.ts';

export const RESOURCE_MANAGER: readonly Row[] = [
  {
    // https://aka.ms/AzurePolicyRegionRestrictions: of some kinds of subscriptions, not of somebody's policies.
    words: /RequestDisallowedByAzure/,
    what: ({ place }) => `Azure lets the subscription ${place} use certain regions only, and this is none of them.`,
    remedy: ({ name }) =>
      OTHER_REGION[name] ?? 'Name one that it may use in `locations` of models.json, or set CONTAINER_LOCATION.',
  },
  {
    words: /RequestDisallowedByPolicy.*\btags?\b/is,
    what: (of, said) => `${policyIn(said, of)} demands a tag.`,
    remedy: () =>
      'Set it for all that is made here and by the app: azd env set TAGS NAME=VALUE, then azd provision (docs/deploy.md, "Tags").',
  },
  {
    words: /RequestDisallowedByPolicy.*\b(locations?|regions?)\b/is,
    what: (of, said) => `${policyIn(said, of)} forbids the region.`,
    remedy: ({ name }) =>
      OTHER_REGION[name] ?? 'Name a region that it allows in `locations` of models.json, or set CONTAINER_LOCATION.',
  },
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy
    words: /RequestDisallowedByPolicy/,
    what: (of, said) => `${policyIn(said, of)} forbids it.`,
    remedy: () => 'Ask who keeps the policy for an exemption, or change the container in models.json.',
  },
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
    words: /MissingSubscriptionRegistration|SubscriptionNotRegistered/,
    what: (of, said) => `The subscription ${of.place} is not registered for ${namespaceIn(said, of)}.`,
    remedy: (of, said) => `Register it: az provider register --namespace ${namespaceIn(said, of)}.`,
  },
  {
    // https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled
    words: /DisabledSubscription|SubscriptionDisabled/,
    what: ({ place }) => `The subscription ${place} is disabled, and so read-only.`,
    remedy: () => 'Enable it in the portal; most often a bill or a spending limit is the cause.',
  },
  {
    words: /SubscriptionNotFound|InvalidSubscriptionId/,
    what: ({ place, by }) =>
      `Azure does not know the subscription ${place}, or does not show it to ${by === 'person' ? 'you' : 'the app'}.`,
    remedy: ({ by }) =>
      by === 'person'
        ? 'Check AZURE_SUBSCRIPTION_ID; sign in to its tenant: az login --tenant TENANT.'
        : "Check AZURE_SUBSCRIPTION_ID, and the role of the app's identity in that subscription.",
  },
  {
    // https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
    words: /ScopeLocked/,
    what: ({ place }, said) => {
      const locked = lockedIn(said);
      return locked === null ? `A lock in the subscription ${place} forbids it.` : `A lock on ${locked} forbids it.`;
    },
    remedy: () =>
      'Take the lock off (az lock list, az lock delete --ids ID): CanNotDelete forbids to remove container groups, ReadOnly to start anything.',
  },
];

/** The name that people gave the assignment of the policy, else that of its definition. */
const POLICY =
  /(?:policyAssignment\\*":\s*\{\\*"name|policyAssignmentDisplayName|policyDefinitionDisplayName)\\*":\s*\\*"([^"\\]+)/;

function policyIn(said: string, { place }: Subject): string {
  const [, name] = POLICY.exec(said) ?? [];
  return name === undefined ? `A policy of the subscription ${place}` : `The policy ${name}`;
}

function namespaceIn(said: string, { name }: Subject): string {
  return /namespace '([\w.]+)'/.exec(said)?.[1] ?? name;
}

/** What the lock is on: it may be on more than what was asked for. */
function lockedIn(said: string): string | null {
  const [, scope] = /scope\(s\) are locked: \\*'([^']+?)\\*'/.exec(said) ?? [];
  const [, group, resource] = /\/resourceGroups\/([^/]+)(?:\/.*\/([^/]+))?$/i.exec(scope ?? '') ?? [];
  if (scope === undefined) return null;
  return (
    resource ??
    (group === undefined ? scope.replace(/^\/subscriptions\//, 'the subscription ') : `the resource group ${group}`)
  );
}
