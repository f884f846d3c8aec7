// Which secrets the configuration names, and what a secret is called where there is no vault.

import { aboutOf } from './container-kinds.ts';
import { type Entry, hasSlots, isJob } from './models.ts';
import type { Settings } from './settings.ts';

/** The setting that holds a secret where no vault is configured: `numerai-public-id` → `NUMERAI_PUBLIC_ID`. */
export function settingOfSecret(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Names of all secrets that a start of this container needs. */
export function secretNamesOfContainer(container: Entry['container']): readonly string[] {
  const { secrets, otherSecrets } = aboutOf(container);
  return [...new Set([...Object.values(secrets), ...otherSecrets])];
}

/** Names of the secrets of one model or job: of its container, and of the account at Numerai. */
export function secretNamesOf(model: Entry): readonly string[] {
  return [
    ...secretNamesOfContainer(model.container),
    ...(model.lastResort === null ? [] : secretNamesOfContainer(model.lastResort.container)),
    ...(!isJob(model) && hasSlots(model) ? [model.numeraiKeys.publicId, model.numeraiKeys.secretKey] : []),
  ];
}

/** Names of all secrets in use, including those of alerts and of the heartbeat. */
export function secretNamesInUse({
  entries,
  settings,
}: {
  readonly entries: readonly Entry[];
  readonly settings: Settings;
}): readonly string[] {
  const ofAlerts = settings.alertWebhooks.flatMap(({ secretName, keySecret }) => [secretName, keySecret]);
  const names = [...entries.flatMap(secretNamesOf), ...ofAlerts, settings.heartbeatSecret];
  return [...new Set(names.filter((name) => name !== undefined))];
}
