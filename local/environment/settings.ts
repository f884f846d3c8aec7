// What the app is configured with in the local environment.

import type { Emulators } from './emulators.ts';
import { LOCATION, RESOURCE_GROUP, SUBSCRIPTION_ID } from './subscription.ts';

export interface SettingsOptions {
  /** Client id of the app's user-assigned identity. Default: it has a system-assigned one. */
  readonly clientId?: string | undefined;
  /** Default: the file of the project. */
  readonly modelsFile?: string | undefined;
  /** Sends alerts and heartbeats to the emulated receivers. */
  readonly alerts: boolean;
}

/** The settings that point the app at the emulators. An empty one counts as absent. */
export function settingsFor(
  { identity, keyVault, tables, resourceManager, numerai, alertReceivers }: Emulators,
  { clientId = '', modelsFile = '', alerts }: SettingsOptions,
): Record<string, string> {
  return {
    AZURE_SUBSCRIPTION_ID: SUBSCRIPTION_ID,
    CONTAINER_RESOURCE_GROUP: RESOURCE_GROUP,
    CONTAINER_LOCATION: LOCATION,
    AZURE_CLIENT_ID: clientId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManager.url,
    KEY_VAULT_URL: keyVault.url,
    AzureWebJobsStorage__tableServiceUri: tables.endpoint,
    NUMERAI_API_URL: numerai.url,
    MODELS_FILE: modelsFile,
    IDENTITY_ENDPOINT: identity.endpoint,
    IDENTITY_HEADER: identity.header,
    ALERT_WEBHOOKS: alerts
      ? 'discord:alert-discord,slack:alert-slack,teams:alert-teams,json:alert-json:alert-json-key'
      : '',
    HEARTBEAT_URL: alerts ? 'heartbeat-url' : '',
    DASHBOARD_LINKS: alerts ? `Alerts that were received=${alertReceivers.emulator.url}/` : '',
  };
}

/** The settings that are not empty. */
export const withoutEmpty = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
