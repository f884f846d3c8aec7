// The template of a start. It takes the place of the job's own as a whole, so it is the job's own with the variables of
// the attempt. Secrets stay what they are in it: references, which Azure resolves.
// https://learn.microsoft.com/azure/container-apps/jobs#start-a-job-execution-on-demand

import { RUN_VARIABLES } from '../../config/container-schema.ts';
import type { Entry } from '../../config/models.ts';
import { ATTEMPT_ID, attemptIdOf, environmentOf } from '../environment.ts';
import type { AttemptedRun } from '../platform.ts';
import type { Execution } from './execution.ts';
import type { JobContainer, Template } from './job.ts';

/** The body of the start of an attempt. */
export function templateOf(run: AttemptedRun, container: Entry['container'], own: Template): Template {
  const given = Object.entries({
    ...(container.kind === 'group' ? {} : container.env),
    ...environmentOf(run),
    [ATTEMPT_ID]: attemptIdOf(run),
  });
  // What the app says it does not leave to the job, even where there is nothing to say.
  const names = new Set([...RUN_VARIABLES, ...given.map(([name]) => name)]);
  const withVariables = (each: JobContainer): JobContainer => ({
    ...each,
    env: [
      ...(each.env ?? []).filter(({ name }) => !names.has(name)),
      ...given.map(([name, value]) => ({ name, value })),
    ],
  });
  return { ...own, containers: own.containers.map(withVariables) };
}

/** The attempt for which an execution was started, by its variables; null where they say none. */
function attemptOf({ template }: Execution): string | null {
  const variables = template?.containers.flatMap(({ env }) => env) ?? [];
  return variables.find(({ name }) => name === ATTEMPT_ID)?.value ?? null;
}

/**
 * Whether an execution was started for the attempt: by its variables, and where Azure does not show them, by the name with
 * which the start was answered.
 */
export function isOf(run: AttemptedRun, execution: Execution): boolean {
  const attempt = attemptOf(execution);
  return attempt === null ? execution.name === run.attempt.execution : attempt === attemptIdOf(run);
}

/** As a job has it, or an execution: Azure need not show all of it. */
interface Sized {
  readonly containers: readonly {
    readonly resources?:
      | { readonly cpu?: number | null | undefined; readonly memory?: string | null | undefined }
      | null
      | undefined;
  }[];
}

/** The size of all containers; null where it is not said. */
export function sizeOfTemplate(template: Sized | null): {
  readonly cpu: number | null;
  readonly memoryGB: number | null;
} {
  const containers = template?.containers ?? [];
  const sum = (sizes: readonly (number | null)[]) =>
    sizes.reduce(
      (total, size) => (total === null || size === null ? null : total + size),
      containers.length === 0 ? null : 0,
    );
  return {
    cpu: sum(containers.map(({ resources }) => resources?.cpu ?? null)),
    memoryGB: sum(containers.map(({ resources }) => gibibytes(resources?.memory))),
  };
}

/** `1.5Gi`, `512Mi`. */
function gibibytes(memory: string | null | undefined): number | null {
  const [, amount, unit] = /^([\d.]+)(Gi|Mi)$/.exec(memory ?? '') ?? [];
  return amount === undefined ? null : Number(amount) / (unit === 'Mi' ? 1024 : 1);
}
