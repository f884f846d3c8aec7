// A container group as Azure shows it, api-version 2023-05-01 of Microsoft.ContainerInstance/containerGroups.

import * as z from 'zod/mini';
import { optional, text } from '../../runs/schema.ts';
import { TAGS } from './specification.ts';

const time = optional(z.coerce.date());
const words = z.catch(z.string(), '');
const events = z.catch(z.array(z.object({ name: words, message: words, type: words })), []);

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
          instanceView: optional(
            z.object({
              currentState: optional(
                z.object({
                  state: optional(z.enum(['Waiting', 'Running', 'Terminated'])),
                  startTime: time,
                  finishTime: time,
                  exitCode: optional(z.number()),
                  /** What Azure adds, such as `OOMKilled` or `CrashLoopBackOff`. */
                  detailStatus: text,
                }),
              ),
              events,
            }),
          ),
        }),
      }),
    ),
  }),
});

const NO_STATE = {
  state: null,
  startTime: null,
  finishTime: null,
  exitCode: null,
  detailStatus: null,
};

/**
 * Reads what Azure says of a group; what it leaves out is null.
 * @throws where that is not a group.
 */
export function readGroup(answer: unknown) {
  const parsed = groupSchema.safeParse(answer);
  if (!parsed.success) throw new Error('The answer does not describe a container group.');
  const { location, tags, properties } = parsed.data;
  const [container] = properties.containers;
  const { instanceView, resources } = container?.properties ?? {};
  return {
    provisioningState: properties.provisioningState,
    state: properties.instanceView?.state ?? null,
    container: container === undefined ? null : { name: container.name, ...(instanceView?.currentState ?? NO_STATE) },
    events: [...(properties.instanceView?.events ?? []), ...(instanceView?.events ?? [])],
    /** The run that the app created the group for; null where it has no such tag. */
    runId: tags?.[TAGS.runId] ?? null,
    location,
    cpu: resources?.requests.cpu ?? null,
    memoryGB: resources?.requests.memoryInGB ?? null,
    restartPolicy: properties.restartPolicy,
  };
}

export type ObservedGroup = Readonly<ReturnType<typeof readGroup>>;
export type ObservedContainer = NonNullable<ObservedGroup['container']>;
export type ObservedEvent = ObservedGroup['events'][number];
