// What is good to know before the template is deployed, beyond what the app asks: it gives roles on the identities and subnets
// that models.json names, each by its resource id, each where it is. So it takes what this speaks of; whether the person who
// deploys may give a role in another subscription, Azure alone knows.

import { aboutOf } from '../../src/lib/config/container-kinds.ts';
import type { Entry, ModelsFile } from '../../src/lib/config/models.ts';

/** Stands for the identity that the template is about to make. */
export const IDENTITY_TO_COME =
  '/subscriptions/0/resourceGroups/0/providers/Microsoft.ManagedIdentity/userAssignedIdentities/to-come';

/** An identity or a subnet that a model or a job names. */
export interface Named {
  readonly id: string;
  /** The name of the model or the job. */
  readonly entry: string;
  /** The place in the file: `models[0].container.identity`. */
  readonly key: string;
}

export interface TemplateNote {
  readonly key: string;
  readonly found: string;
  readonly remedy: string;
}

/** The image of the models.json that comes with the repository: it exists in the local environment only. */
const DEMO_IMAGE = 'docker.io/numerai-demo/';

/** The models and jobs that are still the demo's. */
export function demosIn(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ container }) => container.kind === 'image' && container.image.startsWith(DEMO_IMAGE));
}

/** The models and jobs whose image is on this machine only. */
export function onlyHereIn(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(
    ({ container }) => container.kind === 'image' && /^(localhost|127\.0\.0\.1)[:/]/.test(container.image),
  );
}

/**
 * What of these models and jobs asks for more than the deployment to one subscription, or is written twice.
 * @param subscriptionId undefined where it is not known yet.
 */
export function templateNotes(
  models: ModelsFile,
  { subscriptionId }: { readonly subscriptionId: string | undefined },
): readonly TemplateNote[] {
  const named = namedIn(models);
  const others = subscriptionId === undefined ? [] : named.filter(({ id }) => !isIn(id, subscriptionId));
  return [
    ...others.map(({ id, key }) => ({
      key,
      found: `${nameOf(id)} is in the subscription ${subscriptionOf(id)}, and the app is deployed to ${subscriptionId}: the template gives the app its role there.`,
      remedy:
        'You need Owner (or Contributor and User Access Administrator) there as well, and both subscriptions must be of one tenant; else name one of the subscription that is deployed to.',
    })),
    ...[...Map.groupBy(named, ({ id }) => id.toLowerCase()).values()].flatMap((same) => {
      const [first] = same;
      return same
        .filter(({ id }) => id !== first?.id)
        .map(({ id, key }) => ({
          key,
          found: `${nameOf(id)} is written otherwise in ${first?.key}: one resource in two spellings, which gets its role once.`,
          remedy: `Write ${first?.id} in both.`,
        }));
    }),
  ];
}

/** What exists already, and is looked for in the resource group that the template makes: there is nothing in that at first. */
export function lostNotes(
  { models, jobs }: ModelsFile,
  environment: Readonly<Record<string, string | undefined>>,
): readonly TemplateNote[] {
  if (environment.EXISTING_CONTAINER_RESOURCE_GROUP) return [];
  const notesOf = (list: string, entries: readonly Entry[]) =>
    entries.flatMap((entry, index) => {
      const { existing } = aboutOf(entry.container);
      if (existing === null || environment[existing.setting]) return [];
      const { what, field, setting } = existing;
      return [
        {
          key: `${list}[${index}].container.${field}`,
          found: `${what} is looked for in rg-${environment.AZURE_ENV_NAME}-containers, which the template makes, and which is empty at first.`,
          remedy: `If it is there already, name its resource group: azd env set ${setting} NAME.`,
        },
      ];
    });
  return [...notesOf('models', models), ...notesOf('jobs', jobs)];
}

/** All of them; that which the template is about to make is none. */
export function namedIn({ models, jobs }: ModelsFile): readonly Named[] {
  return [
    ...models.flatMap((entry, index) => namedBy(entry, `models[${index}]`)),
    ...jobs.flatMap((entry, index) => namedBy(entry, `jobs[${index}]`)),
  ].filter(({ id }) => id !== IDENTITY_TO_COME);
}

function namedBy(entry: Entry, at: string): readonly Named[] {
  const containers = [
    ['container', entry.container],
    ['lastResort', entry.lastResort?.container],
  ] as const;
  return containers.flatMap(([where, container]) => {
    if (container?.kind !== 'image') return [];
    const ids = [
      ['identity', container.identity],
      ['registry.identity', container.registry?.identity],
      ['subnet', container.subnet],
    ] as const;
    return ids.flatMap(([field, id]) =>
      id == null ? [] : [{ id, entry: entry.name, key: `${at}.${where}.${field}` }],
    );
  });
}

export const subscriptionOf = (id: string): string => id.split('/')[2] ?? '';
const nameOf = (id: string): string => id.split('/').at(-1) ?? id;
const isIn = (id: string, subscriptionId: string): boolean =>
  subscriptionOf(id).toLowerCase() === subscriptionId.toLowerCase();
