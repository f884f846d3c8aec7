// What models.json says of a container, whatever its kind: a Container Apps job that is made is described in an object of its own.

import type { Entry } from '../src/lib/config/models.ts';

/** Null of a Container Apps job that exists already: it is named, and no more. */
export const describedContainer = (container: Entry['container']) =>
  container.kind === 'containerAppsJob' ? container.made : container;

/** Its image; undefined where it names none. */
export function imageOf(container: Entry['container']): string | undefined {
  const described = describedContainer(container);
  return described !== null && 'image' in described ? described.image : undefined;
}
