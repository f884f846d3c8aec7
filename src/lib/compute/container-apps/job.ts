// A Container Apps job and its executions as Azure shows them, api-version 2026-07-01 of Microsoft.App/jobs.

import * as z from 'zod/mini';
import type { Page } from '../../azure/resource-manager.ts';
import { optional, text } from '../../runs/schema.ts';
import { parseJson } from '../../util/json.ts';

const number = optional(z.number());
const list = <T extends z.ZodMiniType>(item: T) => z.catch(z.array(item), []);

/** What a start takes of a container: what else the template of a job has, such as volumes and probes, it does not. */
const containerSchema = z.object({
  name: z.optional(z.string()),
  image: z.optional(z.string()),
  command: z.nullish(z.array(z.string())),
  args: z.nullish(z.array(z.string())),
  env: z.nullish(
    z.array(z.object({ name: z.string(), value: z.nullish(z.string()), secretRef: z.nullish(z.string()) })),
  ),
  resources: z.nullish(z.object({ cpu: z.nullish(z.number()), memory: z.nullish(z.string()) })),
});
export type JobContainer = z.infer<typeof containerSchema>;

const templateSchema = z.object({
  containers: z.array(containerSchema).check(z.minLength(1)),
  initContainers: z.nullish(z.array(containerSchema)),
});
export type Template = z.infer<typeof templateSchema>;

const trigger = optional(z.object({ parallelism: number, replicaCompletionCount: number }));
const jobSchema = z.object({
  location: text,
  properties: z.object({
    configuration: z.object({
      triggerType: text,
      replicaTimeout: number,
      replicaRetryLimit: number,
      manualTriggerConfig: trigger,
    }),
    template: templateSchema,
  }),
});

/** A job; what Azure shows as null is not there. Throws where the answer does not describe one that can be started. */
export function readJob(answer: unknown) {
  const given = parseJson(JSON.stringify(answer, (_name, value: unknown) => value ?? undefined));
  const { success, data } = jobSchema.safeParse(given);
  if (!success) throw new Error('The answer does not describe a Container Apps job.');
  const { configuration, template } = data.properties;
  // By its name for people, such as `West Europe`.
  return { location: data.location?.toLowerCase().replaceAll(' ', '') ?? null, template, ...configuration };
}
export type Job = Readonly<ReturnType<typeof readJob>>;

const executionSchema = z.object({
  name: z.string(),
  properties: z.object({
    status: text,
    startTime: optional(z.coerce.date()),
    endTime: optional(z.coerce.date()),
    reason: text,
    message: text,
    template: optional(templateSchema),
    detailedStatus: optional(
      z.object({
        replicas: list(
          z.object({
            containers: list(
              z.object({ name: text, code: optional(z.int()), additionalInformation: text, status: text }),
            ),
          }),
        ),
      }),
    ),
  }),
});

/** An execution. `words` is all that Azure says of its trouble. */
export interface Execution {
  readonly name: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly template: Template | null;
  readonly exitCode: number | null;
  /** Of the container that submits, in Azure's word; null where it is not said. */
  readonly containerStatus: string | null;
  readonly words: string;
}

const page = z.object({ value: z.array(z.unknown()), nextLink: text });

/** A page of executions: one that cannot be read does not hide the others. */
export function readExecutions(answer: unknown): Page<Execution> {
  const { value, nextLink } = page.parse(answer);
  const read = value.map((each) => executionSchema.safeParse(each)).flatMap(({ data }) => data ?? []);
  return { items: read.map(executionOf), next: nextLink };
}

function executionOf({ name, properties }: z.infer<typeof executionSchema>): Execution {
  const { status, startTime, endTime, template, detailedStatus, reason, message } = properties;
  const containers = detailedStatus?.replicas.at(-1)?.containers ?? [];
  // The first container of the template submits.
  const main = containers.find((each) => each.name === template?.containers[0]?.name) ?? containers[0];
  return {
    name,
    status: status ?? 'Unknown',
    startedAt: startTime?.toISOString() ?? null,
    endedAt: endTime?.toISOString() ?? null,
    template,
    exitCode: main?.code ?? null,
    containerStatus: main?.status ?? null,
    words: [reason, message, main?.additionalInformation].filter((each) => each).join(' '),
  };
}
