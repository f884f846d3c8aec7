// What the server needs of a loaded app to answer requests.

import type { Invocations, Outcome } from './invocations.ts';
import type { AuthLevel, HostKeys } from './keys.ts';
import type { RouteOwner } from './routes.ts';
import type { RegisteredFunction } from './worker.ts';

export interface HttpFunction extends RouteOwner {
  readonly registered: RegisteredFunction;
  readonly authLevel: AuthLevel;
}

export interface ServerContent {
  readonly functions: readonly RegisteredFunction[];
  readonly httpFunctions: readonly HttpFunction[];
  readonly invocations: Invocations;
  readonly keys: HostKeys;
  /** False: every caller is an admin, as with the Core Tools. */
  readonly auth: boolean;
  /** Whether the platform's built-in authentication is on. */
  readonly signIn: boolean;
  readonly routePrefix: string;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Runs any function by name, for the admin API. */
  readonly trigger: (name: string, input: string) => Promise<Outcome>;
}
