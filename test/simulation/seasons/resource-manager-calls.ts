// Calls of Resource Manager as others than the app make them in a season: through the gate, without an SDK.

import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../../local/environment/subscription.ts';
import type { Caller } from '../world/external-calls.ts';
import { SECOND } from './draw.ts';
import type { Season } from './season.ts';

const GROUPS = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups`;
const VERSION = 'api-version=2023-05-01';

export interface Answered {
  /** Null where there was no answer. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;
}

export interface GroupCall {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** The group's name, with `/start` or `/stop` where the method is POST. */
  readonly path: string;
  readonly body?: object;
  readonly withinMs: number;
}

/** Never rejects. */
export function groupCalls({ world, calls }: Season, caller: Caller): (call: GroupCall) => Promise<Answered> {
  const { fetch } = calls.clientsFor(caller);
  return async ({ method, path, body, withinMs }) => {
    const token = await world.credential.getToken('https://management.azure.com/.default');
    const over = new AbortController();
    void world.clock.sleep(withinMs, over.signal).then(() => over.abort());
    try {
      const response = await fetch(`${world.resourceManager.url}${GROUPS}/${path}?${VERSION}`, {
        method,
        headers: { authorization: `Bearer ${token?.token ?? ''}`, 'content-type': 'application/json' },
        signal: over.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const seconds = response.headers.get('retry-after');
      return { status: response.status, retryAfterMs: seconds === null ? null : Number(seconds) * SECOND };
    } catch {
      return { status: null, retryAfterMs: null };
    } finally {
      over.abort();
    }
  };
}
