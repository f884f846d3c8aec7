// What can happen to an external call: plain data, so that it can be printed, counted and repeated.

import type { GarbledForm } from '../../../local/emulators/garbled.ts';

export type Dependency = 'tables' | 'resource-manager' | 'key-vault' | 'numerai' | 'alerts';

/** What happens to a call. Times are milliseconds of the clock. */
export type Fate =
  | { readonly do: 'pass' }
  /** The connection is refused: nothing was sent. */
  | { readonly do: 'refuse' }
  /** The request is carried out, and its answer is lost. */
  | { readonly do: 'lose-answer' }
  /** The service refuses in its own words; nothing is done, or only `arrivesAfter` milliseconds later. */
  | {
      readonly do: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: number;
      readonly arrivesAfter?: number;
    }
  /** Answered in a form that nobody can read, or that is about something else; carried out all the same, or not. */
  | { readonly do: 'garbled'; readonly form: GarbledForm; readonly carriedOut: boolean }
  /** Never answered; not carried out either. */
  | { readonly do: 'hang' }
  /** Not answered, but carried out `after` milliseconds later, however long the caller still waits. */
  | { readonly do: 'arrive-late'; readonly after: number }
  /** Takes its time on the way there, or on the way back. */
  | { readonly do: 'slow-there'; readonly by: number }
  | { readonly do: 'slow-back'; readonly by: number }
  /** The instance dies before it sends this call, or before it reads the answer. */
  | { readonly do: 'kill-before' }
  | { readonly do: 'kill-after' };

export const PASS: Fate = { do: 'pass' };

/** In a few words, for reports. */
export function describeFate(fate: Fate): string {
  switch (fate.do) {
    case 'status':
      return [fate.status, fate.code, fate.arrivesAfter === undefined ? undefined : 'and done later']
        .filter((part) => part !== undefined)
        .join(' ');
    case 'garbled':
      return `garbled: ${fate.form}${fate.carriedOut ? ', and done' : ''}`;
    case 'slow-there':
    case 'slow-back':
      return `${fate.do} ${fate.by} ms`;
    default:
      return fate.do;
  }
}

/** The body of a refusal, in the words of the service. */
export function refusalBody(dependency: Dependency, fate: Extract<Fate, { do: 'status' }>): string {
  const code = fate.code ?? (fate.status === 429 ? 'TooManyRequests' : 'InternalServerError');
  const message =
    fate.message ??
    (code === 'ContainerGroupTransitioning'
      ? 'The container group is still transitioning, please retry later.'
      : 'The service fails on request.');
  switch (dependency) {
    case 'tables':
      return JSON.stringify({
        'odata.error': { code, message: { lang: 'en-US', value: message } },
      });
    case 'numerai':
      // GraphQL's own errors come with 200.
      return fate.status === 200 ? JSON.stringify({ errors: [{ message }] }) : '<html>Bad gateway</html>';
    default:
      return JSON.stringify({ error: { code, message } });
  }
}
