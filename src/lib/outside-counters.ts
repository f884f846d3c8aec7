// Failed outside calls, counted since this instance started. Lost with it, which a counter may be.

import type { CallObserver, OutsideFailure, Service } from './azure/outside-call.ts';

export interface OutsideCounters {
  readonly count: CallObserver;
  read(): readonly {
    readonly service: Service;
    readonly failure: OutsideFailure;
    readonly count: number;
  }[];
}

export function createOutsideCounters(): OutsideCounters {
  const counts = new Map<string, { service: Service; failure: OutsideFailure; count: number }>();
  return {
    count({ service, failure }) {
      const key = `${service} ${failure}`;
      const known = counts.get(key) ?? { service, failure, count: 0 };
      counts.set(key, { ...known, count: known.count + 1 });
    },
    read: () => [...counts.values()],
  };
}
