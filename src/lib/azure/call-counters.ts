// Failed external calls, counted since this instance started. Lost with it, which a counter may be.

import type { CallCounts } from '../operations/metrics.ts';
import type { ExternalCallError, ExternalFailure, Service } from '../util/external-call.ts';

type FailedCall = Pick<ExternalCallError, 'service' | 'failure' | 'status'>;

export interface CallCounters extends CallCounts {
  count(error: FailedCall): void;
}

/** @param process a name that no other process of the app has. */
export function createCallCounters(process: string): CallCounters {
  const counts = new Map<string, { service: Service; failure: ExternalFailure; count: number }>();
  return {
    process,
    count(error) {
      if (isAnswer(error)) return;
      const { service, failure } = error;
      const known = counts.get(`${service} ${failure}`)?.count ?? 0;
      counts.set(`${service} ${failure}`, { service, failure, count: known + 1 });
    },
    read: () => [...counts.values()],
  };
}

/**
 * Whether the refusal is an answer that the app asks for: a row or a group that is not there, an insert or
 * a conditional write that somebody else has won.
 */
function isAnswer({ service, failure, status }: FailedCall): boolean {
  return (
    failure === 'refused' &&
    (service === 'table-storage' || service === 'resource-manager') &&
    [404, 409, 412].includes(status ?? 0)
  );
}
