// What a refusal by Azure, what its events and what the end of a container say, means for the run: the kind of
// failure and its reason, by the table of diagnoses.

import type { Entry } from '../../config/models.ts';
import type { FailureReason } from '../../runs/failure.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { quote } from '../../util/quote.ts';
import { failureOfSubscription, saidBy } from '../refusals.ts';
import { byStatus, NO_CAPACITY, WORDED } from './diagnoses.ts';
import { FAILED_MOUNT } from './diagnoses-of-options.ts';
import type { Diagnosis, Subject } from './diagnosis.ts';
import type { ObservedEvent } from './group.ts';
import type { Prepared } from './prepared.ts';

/** Whether these are Azure's words for a region that is full. */
export function isNoCapacity(text: string): boolean {
  return NO_CAPACITY.test(text);
}

/** The code with which a group refuses to be changed while it is being changed; the same call may succeed later. */
export const BEING_CHANGED = 'ContainerGroupTransitioning';

export function isBeingChanged(error: unknown): boolean {
  return error instanceof ExternalCallError && error.serviceCode === BEING_CHANGED;
}

/** A failure, and whether another region may do better. */
export type RefusalReason = FailureReason & { readonly elsewhere: boolean };

/** What a start that Resource Manager refused means. */
export function failureOfRefusal(
  error: ExternalCallError,
  { name, container }: Entry,
  location: string | null,
): RefusalReason {
  const ofSubscription = failureOfSubscription(error);
  if (ofSubscription !== null) return ofSubscription;
  const { status, serviceCode } = error;
  const said = saidBy(error);
  const text = `${serviceCode ?? ''} ${said}`;
  const subject = { name, container, location };
  const diagnosis = WORDED.find(({ words }) => words.test(text)) ?? byStatus(status, subject);
  return reasonOf(diagnosis, subject, quote(said));
}

function reasonOf({ failure, elsewhere, what, remedy }: Diagnosis, subject: Subject, said: string): RefusalReason {
  const reason = [what(subject), said, remedy(subject)].join(' ').replace(/\s+/g, ' ');
  return { failure, reason, elsewhere };
}

/** What a group whose provisioning failed means, by its events. */
export function failureOfEvents(
  events: readonly ObservedEvent[],
  model: Entry | undefined,
  name: string,
  location: string | null,
): FailureReason {
  const found = diagnosed(events);
  const cause =
    found?.event ??
    events.findLast((event) => isTelling(event) && event.message !== '') ??
    events.findLast(({ message }) => message !== '');
  const said = cause === undefined ? '' : quote(cause.message);
  if (found !== null) {
    const subject = { name: model?.name ?? null, container: model?.container, location };
    const { failure, reason } = reasonOf(found.diagnosis, subject, said);
    return { failure, reason };
  }
  const azureSays = said === '' ? '' : `Azure says: ${said} `;
  return {
    failure: 'provisioning',
    reason: `Azure could not provide container group ${name}. ${azureSays}This is usually temporary; if it persists, try another region.`,
  };
}

interface Found {
  readonly diagnosis: Diagnosis;
  readonly event: ObservedEvent;
}

/** The most specific diagnosis, with the newest event that leads to it: that is the cause, and others its echo. */
function diagnosed(events: readonly ObservedEvent[]): Found | null {
  const hasStarted = events.some(({ name }) => name === 'Started');
  const telling = events.filter(isTelling);
  for (const diagnosis of WORDED) {
    // An image that was pulled is not the trouble of a container that has started.
    if (hasStarted && isOfPull(diagnosis)) continue;
    const event = telling.findLast(({ name, message }) => diagnosis.words.test(`${name} ${message}`));
    if (event !== undefined) return { diagnosis, event };
  }
  return null;
}

const isOfPull = ({ failure }: Diagnosis): boolean => failure === 'image' || failure === 'registry';

/** What follows from a failure, such as that Azure waits before it pulls again, says nothing of its cause. */
function isTelling({ type, message }: ObservedEvent): boolean {
  return type !== 'Normal' && !/^back-?off/i.test(message);
}

/** Whether the newest events say that the image cannot be pulled, and that it is not being tried again just now. */
export function pullFailed(events: readonly ObservedEvent[]): boolean {
  if (events.some(({ name }) => name === 'Started')) return false;
  const failures = events.filter((event) => {
    const found = diagnosed([event]);
    return found !== null && isOfPull(found.diagnosis);
  });
  if (failures.length === 0) return false;
  const pulledAgain = newest(events.filter(({ name }) => name === 'Pulling'));
  const failed = newest(failures);
  return pulledAgain === null || failed === null || pulledAgain <= failed;
}

/** Whether the newest events say that a volume cannot be mounted. Azure goes on trying, and starts nothing before. */
export function mountFailed(events: readonly ObservedEvent[]): boolean {
  const failed = newest(events.filter(({ name, type }) => type !== 'Normal' && FAILED_MOUNT.test(name)));
  const wentOn = newest(events.filter(({ name }) => name === 'Pulling' || name === 'Started'));
  return failed !== null && (wentOn === null || wentOn <= failed);
}

/** When the newest of these events happened, in milliseconds; null where that is not said. */
function newest(events: readonly ObservedEvent[]): number | null {
  const times = events.flatMap(({ firstTimestamp, lastTimestamp }) => lastTimestamp ?? firstTimestamp ?? []);
  return times.length === 0 ? null : Math.max(...times.map((time) => time.getTime()));
}

/**
 * Exit codes of a container that the platform stopped for its maintenance.
 * https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/management/container-group-restart-killing-event-interruption
 */
const MAINTENANCE: readonly (number | null)[] = [7147, 7148];

/** Of a process that a signal ended: 128 + 9, 128 + 15. */
const KILLED: readonly (number | null)[] = [137, 143];

/**
 * Whether Azure took a Spot container away: it was killed, the platform says that it did it, and the memory was not
 * the reason. Azure then starts it again by itself; how such an end looks until then is not documented.
 * https://learn.microsoft.com/azure/container-instances/container-instances-spot-containers-overview
 */
function isEvicted({ exitCode, detail, prepared, events }: End): boolean {
  if (prepared.kind !== 'image' || !prepared.isSpot || /OOM/i.test(detail ?? '')) return false;
  return KILLED.includes(exitCode) && events.some(({ name }) => name === 'Killing');
}

interface End {
  readonly exitCode: number | null;
  readonly detail: string | null;
  /** Name of the model. */
  readonly model: string;
  readonly prepared: Prepared;
  readonly events: readonly ObservedEvent[];
}

/** What the platform's part in the end of a container was; null: none that is known. */
export function failureOfEnd(end: End): FailureReason | null {
  const { exitCode, detail, model, prepared } = end;
  if (MAINTENANCE.includes(exitCode)) {
    return {
      failure: 'maintenance',
      reason: `Azure stopped the container for maintenance of its platform (exit code ${exitCode}). That is no fault of the container.`,
    };
  }
  if (isEvicted(end)) {
    return {
      failure: 'maintenance',
      reason: `Azure took the Spot container away (exit code ${exitCode}). That is no fault of the container. If it happens often, take the priority Spot out of the container of ${model} in models.json.`,
    };
  }
  return isOutOfMemory(exitCode, detail) ? outOfMemory(exitCode, model, prepared) : null;
}

/** Whether the container was killed for its memory: exit code 137 is most often the limit. */
export function isOutOfMemory(exitCode: number | null, detail: string | null): boolean {
  return exitCode !== 0 && (exitCode === 137 || /OOM/i.test(detail ?? ''));
}

/** The failure of a container that was killed for its memory. */
export function outOfMemory(exitCode: number | null, model: string, { kind, group }: Prepared): FailureReason {
  const advice =
    kind === 'image' ? `Raise memoryGB of ${model} in models.json` : `Give container group ${group} more memory`;
  return {
    failure: 'out-of-memory',
    reason: `The container was killed (exit code ${exitCode ?? 'unknown'}), most often because it needed more memory than its limit. ${advice}, or load the data in parts.`,
  };
}
