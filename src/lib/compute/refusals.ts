// What Resource Manager says of a subscription, a lock or a policy means the same on each platform.

import type { Failure } from '../runs/failure.ts';
import type { ExternalCallError } from '../util/external-call.ts';

/** Azure's codes and words, what they mean, and what to do. */
export type Meaning = readonly [words: RegExp, failure: Failure, remedy: string];

/** @param of what the platform starts, in words. */
export function ofSubscription(namespace: string, of: string): readonly Meaning[] {
  return [
    [
      // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
      /MissingSubscriptionRegistration|SubscriptionNotRegistered/,
      'configuration',
      `Register the provider: az provider register --namespace ${namespace}.`,
    ],
    [
      // https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled
      /DisabledSubscription|SubscriptionDisabled/,
      'permission',
      'Enable the subscription in the portal; most often a bill or a spending limit is the cause.',
    ],
    [
      /SubscriptionNotFound|InvalidSubscriptionId/,
      'configuration',
      "Check AZURE_SUBSCRIPTION_ID, and the role of the app's identity in that subscription.",
    ],
    [
      // https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
      /ScopeLocked/,
      'permission',
      `Remove the lock from the resource group of ${of}: a read-only lock forbids starts.`,
    ],
    [
      /RequestDisallowedBy(Policy|Azure)/,
      'configuration',
      'A policy of the subscription forbids it: ask who keeps the policy for an exception.',
    ],
  ];
}

/** What a refusal says: for a person, and with its status and code in front. */
export function saidBy(error: ExternalCallError): { readonly said: string; readonly text: string } {
  const said = error.message.replace(/^Could not [^:]*: /, '');
  return { said, text: `${error.status} ${error.serviceCode ?? ''} ${said}` };
}
