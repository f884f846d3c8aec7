// models.json as the tests of the template write it, and what is made of it.

import { SUBSCRIPTION_ID } from './built-in.ts';
import type { Made } from './deployment.ts';
import type { Value } from './expression.ts';

export const identity = (name: string, subscription = SUBSCRIPTION_ID): string =>
  `/subscriptions/${subscription}/resourceGroups/Mine/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;

/** A file with one model for each container. */
export const modelsWith = (...containers: readonly Value[]): Value => ({
  models: containers.map((container, index) => ({ name: `model-${index}`, tournament: 'classic', container })),
});

/** A Container Apps job that is described, for the template to make. */
export const MADE = {
  containerAppsJob: {
    image: 'docker.io/someone/crypto:2',
    cpu: 0.5,
    memoryGB: 1,
    secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'Numerai-Secret-Key' },
  },
};

export function ofType(made: readonly Made[], type: string): readonly Made[] {
  return made.filter((each) => each.type === type);
}
