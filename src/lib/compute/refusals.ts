// What Resource Manager says of a subscription, a policy or a lock means the same on each platform.

import type { Failure, FailureReason } from '../runs/failure.ts';
import type { ExternalCallError } from '../util/external-call.ts';
import { quote } from '../util/quote.ts';

/** What only a person can fix, and who: the one who keeps the file and the settings, or the one who gives rights. */
const FAILURES: readonly (readonly [codes: RegExp, failure: Failure])[] = [
  [
    /RequestDisallowedBy(Policy|Azure)|MissingSubscriptionRegistration|SubscriptionNot(Registered|Found)|InvalidSubscriptionId/,
    'configuration',
  ],
  [/DisabledSubscription|SubscriptionDisabled|ScopeLocked/, 'permission'],
];

/** By Azure: the subscription is limited to certain regions. By policy: it may be about regions, or anything else. */
const OF_REGION = /RequestDisallowedByAzure|RequestDisallowedByPolicy(?=.*(location|region))/is;

/** What Azure says, without what was asked for. */
export const saidBy = ({ message }: ExternalCallError): string => message.replace(/^Could not [^:]*: /, '');

/** What such a refusal means, and whether another region may do better; null where it is of another kind. */
export function failureOfSubscription(
  error: ExternalCallError,
): (FailureReason & { readonly elsewhere: boolean }) | null {
  const said = saidBy(error);
  const text = `${error.serviceCode ?? ''} ${said}`;
  const [, failure] = FAILURES.find(([codes]) => codes.test(text)) ?? [];
  if (failure === undefined || error.explanation === null) return null;
  return { failure, reason: `${quote(said)} ${error.explanation.remedy}`, elsewhere: OF_REGION.test(text) };
}

/** Words with which a platform refuses a start, with its status before them; what they mean, and what to do. */
export type Refusals = readonly (readonly [words: RegExp, failure: Failure, remedy: string])[];

/** What a refused start means. @param what a clause that Azure's words follow. @param otherwise the remedy of what is not in the table. */
export function failureOfStart(
  error: ExternalCallError,
  { what, refusals, otherwise }: { readonly what: string; readonly refusals: Refusals; readonly otherwise: string },
): FailureReason {
  const ofSubscription = failureOfSubscription(error);
  if (ofSubscription !== null) return { failure: ofSubscription.failure, reason: ofSubscription.reason };
  const said = saidBy(error);
  const text = `${error.status} ${error.serviceCode ?? ''} ${said}`;
  const [, failure, remedy] = refusals.find(([words]) => words.test(text)) ?? [null, 'configuration', otherwise];
  return { failure, reason: `${what}: ${quote(said)} ${remedy}` };
}
