// Which secrets the configuration names, and what a secret is called where there is no vault.

import { type ContainerAppsJob, type Entry, hasSlots, type ImageContainer, isJob } from './models.ts';
import type { Settings } from './settings.ts';

/** The setting that holds a secret where no vault is configured: `numerai-public-id` → `NUMERAI_PUBLIC_ID`. */
export function settingOfSecret(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Names of all secrets that a start of this container needs. */
export function secretNamesOfContainer(container: ImageContainer): readonly string[] {
  const ofVolumes = container.volumes.map(({ accountKeySecret }) => accountKeySecret);
  const names = [...Object.values(container.secrets), container.registry?.passwordSecret, ...ofVolumes];
  return [...new Set(names.filter((name) => name !== undefined))];
}

function secretNamesOfJob({ made }: ContainerAppsJob): readonly string[] {
  const names = [...Object.values(made?.secrets ?? {}), made?.registry?.passwordSecret];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Names of the secrets of one model or job: of its container, and of the account at Numerai. */
export function secretNamesOf(model: Entry): readonly string[] {
  return [
    ...(model.container.kind === 'image' ? secretNamesOfContainer(model.container) : []),
    // The app gives a job none of them; it takes them out of its log.
    ...(model.container.kind === 'containerAppsJob' ? secretNamesOfJob(model.container) : []),
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
