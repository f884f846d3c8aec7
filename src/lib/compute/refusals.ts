// What Azure's answers mean, as far as that is the same on each platform: what Resource Manager says of a subscription, a policy
// or a lock, and how the tables of words are read that a platform has.

import type { Failure, FailureReason } from '../runs/failure.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { quote } from '../util/quote.ts';

/** What only a person can fix, and who: the one who keeps the file and the settings, or the one who gives rights. */
const FAILURES: readonly (readonly [codes: RegExp, failure: Failure])[] = [
  [
    /RequestDisallowedBy(Policy|Azure)|MissingSubscriptionRegistration|SubscriptionNot(Registered|Found)|InvalidSubscriptionId/,
    'configuration',
  ],
  [/DisabledSubscription|SubscriptionDisabled|ScopeLocked/, 'permission'],
];

/** By Azure: the subscription is limited to certain regions. By policy: one may be about regions and not say so; not one on tags. */
const MAY_BE_OF_REGION = /RequestDisallowedByAzure|RequestDisallowedByPolicy(?!.*\btags?\b)/is;

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
  return { failure, reason: `${quote(said)} ${error.explanation.remedy}`, elsewhere: MAY_BE_OF_REGION.test(text) };
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

/** What an error of a start means: only what was refused says more than that it did not start. @param refused what a refusal means. */
export function meaningOf(
  error: ExternalCallError,
  refused: (error: ExternalCallError) => FailureReason,
): FailureReason {
  return error.failure === 'refused' ? refused(error) : { failure: 'not-started', reason: error.message };
}

/** Words about what keeps an execution from running, or ended it; what they mean, a clause that they follow, and what to do. */
export type Troubles = readonly (readonly [words: RegExp, failure: Failure, what: string, remedy: string])[];

/** Null where the words say nothing that is known, or where the program has ended with a code of its own: then it has run. */
export function failureInWords(words: string, exitCode: number | null, troubles: Troubles): FailureReason | null {
  const found = exitCode === null ? troubles.find(([known]) => known.test(words)) : undefined;
  if (found === undefined) return null;
  const [, failure, what, remedy] = found;
  return { failure, reason: `${what} ${quote(words)} ${remedy}` };
}

/** Whether who asks lacks a role; a page of whatever stands between is no such answer. */
export function isForbidden({ failure, status }: Pick<ExternalCallError, 'failure' | 'status'>): boolean {
  return failure === 'refused' && (status === 401 || status === 403);
}

/** What to do where something cannot be looked at. @param giveRole which role to give. @param otherwise what to check. */
export function remedyOfLook(
  error: ExternalCallError,
  { giveRole, otherwise }: { readonly giveRole: string; readonly otherwise: string },
): string {
  if (error.failure !== 'refused') return 'Azure does not answer; that usually passes by itself.';
  if (error.explanation !== null) return error.explanation.remedy;
  return isForbidden(error) ? giveRole : otherwise;
}

/** What nobody could be asked for is not known. */
export function nullIfUnasked(error: unknown): null {
  if (error instanceof ExternalCallError) return null;
  throw error;
}
