// The executions of a Container Apps job as Azure shows them, api-version 2026-07-01 of Microsoft.App/jobs.

import * as z from 'zod/mini';
import { optional, text } from '../../runs/schema.ts';
import { type Page, readPage } from '../answers.ts';

const number = optional(z.number());

/** Items that cannot be read are left out. */
const list = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.catch(z.array(z.unknown()), []),
    z.transform((all) => all.flatMap((each) => item.safeParse(each).data ?? [])),
  );

/** The year 1 is how .NET writes that there is no time. */
const moment = optional(z.coerce.date().check(z.minimum(new Date(0))));

/** As far as it tells whose an execution is, and how large: what of it cannot be read hides nothing else. */
const shownTemplate = z.object({
  containers: list(
    z.object({
      name: text,
      env: list(z.object({ name: text, value: text })),
      resources: optional(z.object({ cpu: number, memory: text })),
    }),
  ),
});
type ShownTemplate = z.infer<typeof shownTemplate>;

const executionSchema = z.object({
  name: z.string(),
  properties: z.object({
    status: text,
    startTime: moment,
    endTime: moment,
    reason: text,
    message: text,
    template: optional(shownTemplate),
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
  readonly template: ShownTemplate | null;
  readonly exitCode: number | null;
  /** Of the container that submits, in Azure's word; null where it is not said. */
  readonly containerStatus: string | null;
  readonly words: string;
}

/** A page of executions: one that cannot be read does not hide the others. */
export function readExecutions(answer: unknown): Page<Execution> {
  return readPage(answer, z.pipe(executionSchema, z.transform(executionOf)));
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
