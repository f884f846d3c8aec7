// A Container Apps job as Azure shows it, api-version 2026-07-01 of Microsoft.App/jobs.

import * as z from 'zod/mini';
import { optional, text } from '../../runs/schema.ts';
import { parseJson } from '../../util/json.ts';
import { regionOf } from '../answers.ts';

const number = optional(z.number());

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
    runningState: text,
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
  const { configuration, template, runningState } = data.properties;
  return { location: regionOf(data.location), template, runningState, ...configuration };
}
export type Job = Readonly<ReturnType<typeof readJob>>;
