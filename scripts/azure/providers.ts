// The resource providers that the subscription must be registered for: Azure registers those of what the template makes, and
// containers are made, or started, by the app.

import type { Entry } from '../../src/lib/config/models.ts';
import type { AzureCli } from './azure-cli.ts';

const OF_KIND = {
  group: 'Microsoft.ContainerInstance',
  image: 'Microsoft.ContainerInstance',
  containerAppsJob: 'Microsoft.App',
  machineLearning: 'Microsoft.MachineLearningServices',
} as const satisfies Record<Entry['container']['kind'], string>;

/** Those of the kinds of containers that there are. */
export function providersOf(entries: readonly Entry[]): readonly string[] {
  const containers = entries.flatMap(({ container, lastResort }) => [
    container,
    ...(lastResort ? [lastResort.container] : []),
  ]);
  return [...new Set(containers.map(({ kind }) => OF_KIND[kind]))];
}

/** Registers them, and waits until each is. */
export async function registerProviders(az: AzureCli, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) await az(['provider', 'register', '--namespace', namespace, '--wait']);
}
