// Which secrets the configuration names, and what a secret is called where there is no vault.

import type { Services } from '../../services.ts';
import { secretNamesOf } from '../compute/container-instances/specification.ts';
import { isKnownToNumerai } from '../verification/model-ids.ts';
import type { Model } from './models.ts';

/** The setting that holds a secret where no vault is configured: `numerai-public-id` → `NUMERAI_PUBLIC_ID`. */
export function settingOfSecret(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Names of the secrets of one model: of its container, and of the account at Numerai. */
export function secretNamesOfModel(model: Model): readonly string[] {
  return [
    ...(model.container.kind === 'image' ? secretNamesOf(model.container) : []),
    ...(isKnownToNumerai(model) ? [model.numeraiKeys.publicId, model.numeraiKeys.secretKey] : []),
  ];
}

/** Names of all secrets in use, those with the URLs of alerts among them. */
export function secretNamesInUse({
  models,
  settings,
}: Pick<Services, 'models' | 'settings'>): readonly string[] {
  return [
    ...new Set([
      ...models.flatMap(secretNamesOfModel),
      ...settings.alertWebhooks.map((webhook) => webhook.secretName),
    ]),
  ];
}
