// Clients of a simulated world in this process, and a way to wait for them while the clock stands still.

import type { HttpClient } from '../../src/lib/azure/sdk-types.ts';
import type { WireRequest } from '../simulation/world/carrier.ts';
import { ConnectionBroken, fetchOver, httpClientOver } from '../simulation/world/clients.ts';
import type { World } from '../simulation/world/world.ts';

export interface Clients {
  readonly httpClient: HttpClient;
  readonly fetch: typeof fetch;
  /** Waits for the app's work; time passes only while nobody works, and only as far as the work needs. */
  live<T>(work: Promise<T>): Promise<T>;
}

/** @param before gets each request right before it is carried out. */
export function clientsOf(
  { carrier, clock }: Pick<World, 'carrier' | 'clock'>,
  before: (request: WireRequest) => void = () => {},
): Clients {
  let pending = 0;
  const send = async (request: WireRequest) => {
    pending += 1;
    try {
      before(request);
      const carried = await carrier(request);
      if (carried === 'dropped') throw new ConnectionBroken();
      if (carried !== 'no-answer') return carried;
    } finally {
      pending -= 1;
    }
    return new Promise<never>(() => {});
  };
  return {
    httpClient: httpClientOver(send),
    fetch: fetchOver(send),
    async live(work) {
      let isDone = false;
      const done = () => {
        isDone = true;
      };
      work.then(done, done);
      while (!isDone) {
        // What has just been answered gets to its next request, or to its sleep.
        for (let turn = 0; turn < 20 && !isDone; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
        const next = clock.nextWake;
        if (!isDone && pending === 0 && next !== null) await clock.advanceTo(next);
      }
      return work;
    },
  };
}
