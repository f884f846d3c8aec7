// The log of an execution: lines in the Log Analytics workspace to which the environment of the job hands them.

import * as z from 'zod/mini';
import { optional } from '../../runs/schema.ts';

/** What the program has written. */
export interface Lines {
  readonly text: string;
  /** What Azure says where this is a part of it only; null where it is not. */
  readonly isPartBecause: string | null;
}

/**
 * The query for them, at most 20,000. An environment writes to one of two tables, by how it hands its logs over: with a key of
 * the workspace, or by way of Azure Monitor, as that which the template makes. The containers of an execution are in a group
 * whose name begins with that of the execution.
 * https://learn.microsoft.com/azure/container-apps/log-options
 */
export function linesOf(execution: string): string {
  // Nothing that could be more than a name.
  const name = execution.replace(/[^\w-]/g, '');
  return `union isfuzzy=true (ContainerAppConsoleLogs_CL | where ContainerGroupName_s startswith '${name}' | project At = unixtime_milliseconds_todatetime(_timestamp_d * 1000), Line = Log_s), (ContainerAppConsoleLogs | where ContainerGroupName startswith '${name}' | project At = TimeGenerated, Line = Log) | top 20000 by At desc | order by At asc | project Line`;
}

/**
 * The first table has them. An error beside it, with 200, says that it has not all of them:
 * https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
 */
const result = z.object({
  tables: z.array(z.object({ rows: z.array(z.unknown()) })).check(z.minLength(1)),
  error: optional(z.object({ message: z.string() })),
});

/** A row that cannot be read hides no other. Throws where the answer has no lines at all. */
export function readLines(answer: unknown): Lines {
  const { tables, error } = result.parse(answer);
  const lines = tables[0]?.rows.map((row) => `${Array.isArray(row) ? (row[0] ?? '') : ''}\n`) ?? [];
  return { text: lines.join(''), isPartBecause: error?.message ?? null };
}
