// What models.json must be for the template, beyond what the app asks: it gives roles on the identities and subnets that
// are named there, each by its resource id. It does so in other subscriptions too, and with two spellings, where nobody has
// asked this check; a deployment that keeps to one is the one that works.

import type { Entry, ModelsFile } from '../../src/lib/config/models.ts';

interface Named {
  readonly id: string;
  /** The place in the file: `models[0].container.identity`. */
  readonly key: string;
}

export interface TemplateFault {
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
 * What the template cannot do with these models and jobs.
 * @param subscriptionId undefined where it is not known yet.
 * @param ownIdentity what stands for the identity that the template makes.
 */
export function templateFaults(
  { models, jobs }: ModelsFile,
  {
    subscriptionId,
    ownIdentity,
  }: { readonly subscriptionId: string | undefined; readonly ownIdentity: string | undefined },
): readonly TemplateFault[] {
  const named = [
    ...models.flatMap((entry, index) => namedBy(entry, `models[${index}]`)),
    ...jobs.flatMap((entry, index) => namedBy(entry, `jobs[${index}]`)),
  ].filter(({ id }) => id !== ownIdentity);
  const others = subscriptionId === undefined ? [] : named.filter(({ id }) => !isIn(id, subscriptionId));
  return [
    ...others.map(({ id, key }) => ({
      key,
      found: `${nameOf(id)} is in the subscription ${subscriptionOf(id)}, and the app is deployed to ${subscriptionId}: the template would have to give a role there as well, which most deployments may not.`,
      remedy: 'Name one of the subscription that is deployed to, or deploy to the other one.',
    })),
    ...[...Map.groupBy(named, ({ id }) => id.toLowerCase()).values()].flatMap((same) => {
      const [first] = same;
      return same
        .filter(({ id }) => id !== first?.id)
        .map(({ id, key }) => ({
          key,
          found: `${nameOf(id)} is written otherwise in ${first?.key}: one resource, in two spellings.`,
          remedy: `Write ${first?.id} in both.`,
        }));
    }),
  ];
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
    return ids.flatMap(([field, id]) => (id == null ? [] : [{ id, key: `${at}.${where}.${field}` }]));
  });
}

const subscriptionOf = (id: string): string => id.split('/')[2] ?? '';
const nameOf = (id: string): string => id.split('/').at(-1) ?? id;
const isIn = (id: string, subscriptionId: string): boolean =>
  subscriptionOf(id).toLowerCase() === subscriptionId.toLowerCase();
