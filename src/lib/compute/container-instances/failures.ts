// What a refusal by Azure, or what its events say, means for the run: the kind of failure, and a plain
// sentence with what to do about it.

import type { Model } from '../../config/models.ts';
import type { FailureReason } from '../../runs/failure.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import type { ObservedEvent } from './group.ts';
import type { Prepared } from './prepared.ts';

/**
 * Azure's words for a region that is full: codes ServiceUnavailable and InsufficientCapacity are seen,
 * with "The requested resource is not available in the location '…' at this moment".
 */
const NO_CAPACITY = /not available in the location|insufficient ?capacity|capacity is not available|no capacity/i;
const PULL_FAILED =
  /failed to pull|pull(ing)? (the )?image|inaccessible ?image|imagepullbackoff|errimagepull|registryerrorresponse|manifest unknown|not accessible/i;

/** Whether these are Azure's words for a region that is full. */
export function isNoCapacity(text: string): boolean {
  return NO_CAPACITY.test(text);
}

/** The code with which a group refuses to be changed while it is being changed; the same call may succeed later. */
export const BEING_CHANGED = 'ContainerGroupTransitioning';

export function isBeingChanged(error: unknown): boolean {
  return error instanceof ExternalCallError && error.serviceCode === BEING_CHANGED;
}

/** What a start that Resource Manager refused means. */
export function failureOfRefusal(
  { status, serviceCode, message }: ExternalCallError,
  { name, container }: Model,
  location: string | null,
): FailureReason {
  const text = `${serviceCode ?? ''} ${message}`;
  const said = quote(message);
  if (isNoCapacity(text)) return noCapacity(container, location, said);
  if (/quota/i.test(text)) {
    return {
      failure: 'quota',
      reason: `The subscription's quota for container groups is used up: ${said} Remove groups that are not needed, or ask Azure for a higher quota.`,
    };
  }
  if (PULL_FAILED.test(text)) return imageNotPulled({ name, container }, said);
  if (status === 401 || status === 403) {
    return {
      failure: 'configuration',
      reason: `The app may not start container groups for model ${name}: ${said} Give its identity the role for container groups on the resource group.`,
    };
  }
  if (status === 404) {
    const [what, where] =
      container.kind === 'group'
        ? [`container group ${container.group}`, 'container.group in models.json']
        : ['resource group', 'CONTAINER_RESOURCE_GROUP'];
    return {
      failure: 'configuration',
      reason: `The ${what} of model ${name} does not exist: ${said} Fix ${where}, or create it.`,
    };
  }
  return {
    failure: status === 409 ? 'provisioning' : 'configuration',
    reason: `Azure refused to start the container of model ${name}: ${said} Check its container in models.json.`,
  };
}

/** What a group whose provisioning failed means, by its events. */
export function failureOfEvents(
  events: readonly ObservedEvent[],
  model: Model | undefined,
  name: string,
  location: string | null,
): FailureReason {
  const telling = events.findLast(isTelling) ?? events.findLast(({ message }) => message !== '');
  const said = telling === undefined ? '' : quote(telling.message);
  const azureSays = said === '' ? '' : `Azure says: ${said} `;
  if (events.some((event) => isNoCapacity(wordsOf(event)))) return noCapacity(model?.container, location, azureSays);
  return pullFailed(events)
    ? imageNotPulled(model, said)
    : {
        failure: 'provisioning',
        reason: `Azure could not provide container group ${name}. ${azureSays}This is usually temporary; if it persists, try another region.`,
      };
}

const wordsOf = ({ name, message }: ObservedEvent): string => `${name} ${message}`;

/** What follows from a failure, such as that Azure waits before it pulls again, says nothing of its cause. */
function isTelling({ type, message }: ObservedEvent): boolean {
  return type !== 'Normal' && message !== '' && !/^back-?off/i.test(message);
}

/** Whether the newest events say that the image cannot be pulled. */
export function pullFailed(events: readonly ObservedEvent[]): boolean {
  return (
    !events.some(({ name }) => name === 'Started') &&
    events.some((event) => event.type !== 'Normal' && PULL_FAILED.test(wordsOf(event)))
  );
}

/** Whether the container was killed for its memory: exit code 137 is most often the limit. */
export function isOutOfMemory(exitCode: number | null, detail: string | null): boolean {
  return exitCode !== 0 && (exitCode === 137 || /OOM/i.test(detail ?? ''));
}

/** The failure of a container that was killed for its memory. */
export function outOfMemory(exitCode: number | null, model: string, { kind, group }: Prepared): FailureReason {
  const advice =
    kind === 'image' ? `Raise memoryGB of model ${model} in models.json` : `Give container group ${group} more memory`;
  return {
    failure: 'out-of-memory',
    reason: `The container was killed (exit code ${exitCode ?? 'unknown'}), most often because it needed more memory than its limit. ${advice}, or load the data in parts.`,
  };
}

function noCapacity(container: Model['container'] | undefined, location: string | null, said: string): FailureReason {
  const where = location === null ? '' : ` in ${location}`;
  const reason = `Azure has no capacity for this container${where} at the moment. ${said} ${adviceOnRegions(container)}`;
  return { failure: 'no-capacity', reason: reason.replace(/\s+/g, ' ') };
}

function adviceOnRegions(container: Model['container'] | undefined): string {
  if (container?.kind === 'group')
    return `If it stays so, make container group ${container.group} in another region, or let the app make a group for each run (container.image and locations in models.json).`;
  const { locations } = container ?? { locations: [] };
  return locations.length > 1
    ? `All of ${locations.join(', ')} are tried in turn.`
    : 'Add another region to `locations` in models.json.';
}

function imageNotPulled(model: Pick<Model, 'name' | 'container'> | undefined, said: string): FailureReason {
  const image = model?.container.kind === 'image' ? ` ${model.container.image}` : '';
  const of = model === undefined ? '' : ` of model ${model.name}`;
  return {
    failure: 'image',
    reason: `The image${image} could not be pulled: ${said} Check the image's name and the registry credentials${of}.`,
  };
}

/** Azure's own words, bounded, as the end of a sentence. */
export function quote(message: string): string {
  const text = message
    .replace(/^Could not [^:]*: /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 400);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
