// A container group as Azure shows it, api-version 2023-05-01 of Microsoft.ContainerInstance/containerGroups.

import * as z from 'zod/mini';
import { optional, text } from '../../runs/schema.ts';
import { CONTAINER_NAME, TAGS } from './specification.ts';

const time = optional(z.coerce.date());
const words = z.catch(z.string(), '');
const events = z.catch(
  z.array(z.object({ name: words, message: words, type: words, firstTimestamp: time, lastTimestamp: time })),
  [],
);
const containerState = optional(
  z.object({
    state: optional(z.enum(['Waiting', 'Running', 'Terminated'])),
    startTime: time,
    finishTime: time,
    exitCode: optional(z.number()),
    /** What Azure adds, such as `OOMKilled` or `CrashLoopBackOff`. */
    detailStatus: text,
  }),
);

const groupSchema = z.object({
  location: text,
  tags: optional(z.record(z.string(), z.string())),
  properties: z.object({
    provisioningState: text,
    /** Always, OnFailure or Never. */
    restartPolicy: text,
    /** Its state: Pending, Running, Stopped, Succeeded, Failed … */
    instanceView: optional(z.object({ state: text, events })),
    containers: z.array(
      z.object({
        name: z.string(),
        properties: z.object({
          resources: z.object({
            requests: z.object({ cpu: optional(z.number()), memoryInGB: optional(z.number()) }),
          }),
          instanceView: optional(z.object({ currentState: containerState, previousState: containerState, events })),
        }),
      }),
    ),
  }),
});
type ContainerAnswer = z.infer<typeof groupSchema>['properties']['containers'][number];

const NO_STATE = {
  state: null,
  startTime: null,
  finishTime: null,
  exitCode: null,
  detailStatus: null,
};

/**
 * Reads what Azure says of a group; what it leaves out is null.
 * @param name of the container that submits; null: the one named `submission`, else the first.
 * @param installation of this app.
 * @throws where that is not a group.
 */
export function readGroup(answer: unknown, name: string | null = null, installation = '') {
  const parsed = groupSchema.safeParse(answer);
  if (!parsed.success) throw new Error('The answer does not describe a container group.');
  const { location, tags, properties } = parsed.data;
  const { containers } = properties;
  const container = submitting(containers, name);
  const neighbours = containers.filter((one) => one !== container);
  const view = container?.properties.instanceView;
  const current = view?.currentState ?? NO_STATE;
  // What keeps a neighbour from starting may keep the group from it.
  const ofNeighbours =
    current.startTime === null
      ? neighbours
          .flatMap(({ properties: { instanceView } }) => instanceView?.events ?? [])
          .filter(({ type }) => type !== 'Normal')
      : [];
  return {
    provisioningState: properties.provisioningState,
    state: properties.instanceView?.state ?? null,
    /** The container that submits; null where there is none of that name. */
    container: container === undefined ? null : { name: container.name, ...current },
    /** Its end before Azure started it again by itself; null where Azure has not. */
    previous: view?.previousState?.state === 'Terminated' ? view.previousState : null,
    /** Whether another container of the group has not ended. */
    hasCompany: neighbours.some(
      ({ properties: { instanceView } }) => instanceView?.currentState?.state !== 'Terminated',
    ),
    names: containers.map((one) => one.name),
    events: [...(properties.instanceView?.events ?? []), ...ofNeighbours, ...(view?.events ?? [])],
    /** The run that the group was created for, also by another installation; null where it has no such tag. */
    runId: ownerOf(tags ?? {}, installation),
    location,
    /** Of all its containers: that is what Azure charges for. */
    cpu: sum(containers.map((one) => one.properties.resources.requests.cpu)),
    memoryGB: sum(containers.map((one) => one.properties.resources.requests.memoryInGB)),
    restartPolicy: properties.restartPolicy,
  };
}

export type ObservedGroup = Readonly<ReturnType<typeof readGroup>>;
export type ObservedContainer = NonNullable<ObservedGroup['container']>;
export type ObservedEvent = ObservedGroup['events'][number];

/** A run of another installation is none of this one's, whatever its id. */
function ownerOf(tags: Readonly<Record<string, string>>, installation: string): string | null {
  const { [TAGS.runId]: runId = null, [TAGS.installation]: creator = installation } = tags;
  return creator === installation ? runId : `${creator} ${runId}`;
}

function submitting(containers: readonly ContainerAnswer[], name: string | null): ContainerAnswer | undefined {
  const named = containers.find((one) => one.name === (name ?? CONTAINER_NAME));
  return name === null ? (named ?? containers[0]) : named;
}

function sum(amounts: readonly (number | null)[]): number | null {
  if (amounts.length === 0) return null;
  return amounts.reduce((total, amount) => (total === null || amount === null ? null : total + amount));
}
