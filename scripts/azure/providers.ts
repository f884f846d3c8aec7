// The resource providers that the subscription must be registered for: Azure registers those of what the template makes, and
// containers are made, or started, by the app.

import { aboutOf, PROVIDERS } from '../../src/lib/config/container-kinds.ts';
import type { Entry } from '../../src/lib/config/models.ts';
import type { AzureCli } from './azure-cli.ts';

/** Those of the platforms of the containers that there are. */
export function providersOf(entries: readonly Entry[]): readonly string[] {
  const containers = entries.flatMap(({ container, lastResort }) => [
    container,
    ...(lastResort ? [lastResort.container] : []),
  ]);
  return [...new Set(containers.map((container) => PROVIDERS[aboutOf(container).platform]))];
}

/** Registers them, and waits until each is. */
export async function registerProviders(az: AzureCli, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) await az(['provider', 'register', '--namespace', namespace, '--wait']);
}
