// Failed external calls, counted since this instance started. Lost with it, which a counter may be.

import type { CallCounts } from '../operations/metrics.ts';
import type { ExternalFailure, Service } from '../util/external-call.ts';
import type { CallObserver } from './external-call.ts';

export interface CallCounters extends CallCounts {
  readonly count: CallObserver;
}

/** @param process a name that no other process of the app has. */
export function createCallCounters(process: string): CallCounters {
  const counts = new Map<string, { service: Service; failure: ExternalFailure; count: number }>();
  return {
    process,
    count({ service, failure, status }) {
      if (isAnswer(service, failure, status)) return;
      const key = `${service} ${failure}`;
      const known = counts.get(key) ?? { service, failure, count: 0 };
      counts.set(key, { ...known, count: known.count + 1 });
    },
    read: () => [...counts.values()],
  };
}

/**
 * Whether the refusal is an answer that the app asks for: a row or a group that is not there, an insert or
 * a conditional write that somebody else has won.
 */
function isAnswer(service: Service, failure: ExternalFailure, status: number | null): boolean {
  return (
    failure === 'refused' &&
    (service === 'table-storage' || service === 'resource-manager') &&
    status !== null &&
    [404, 409, 412].includes(status)
  );
}
