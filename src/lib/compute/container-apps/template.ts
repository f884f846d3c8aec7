// The template of a start. It takes the place of the job's own as a whole, so it is the job's own with the variables of
// the attempt. Secrets stay what they are in it: references, which Azure resolves.
// https://learn.microsoft.com/azure/container-apps/jobs#start-a-job-execution-on-demand

import { RUN_VARIABLES } from '../../config/container-schema.ts';
import type { Entry } from '../../config/models.ts';
import { environmentOf } from '../environment.ts';
import type { AttemptedRun } from '../platform.ts';
import type { Execution, JobContainer, Template } from './job.ts';

/** The variable by which an execution shows whose it is. */
const ATTEMPT_ID = 'ATTEMPT_ID';

const attemptId = ({ id, attempt }: AttemptedRun): string => `${id}-${attempt.number}`;

/** The body of the start of an attempt. */
export function templateOf(run: AttemptedRun, container: Entry['container'], own: Template): Template {
  const given = Object.entries({
    ...(container.kind === 'group' ? {} : container.env),
    ...environmentOf(run),
    [ATTEMPT_ID]: attemptId(run),
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

/** Whether an execution was started for the attempt. */
export function isOf(run: AttemptedRun, { template }: Execution): boolean {
  const id = attemptId(run);
  return (
    template?.containers.some(({ env }) => env?.some(({ name, value }) => name === ATTEMPT_ID && value === id)) ?? false
  );
}

/** The size of all containers; null where it is not said. */
export function sizeOfTemplate(template: Template | null): {
  readonly cpu: number | null;
  readonly memoryGB: number | null;
} {
  const sizes = (template?.containers ?? []).map(({ resources }) => [resources?.cpu, gibibytes(resources?.memory)]);
  const sum = (index: number) =>
    sizes.reduce<number | null>(
      (total, size) => (total === null || size[index] == null ? null : total + size[index]),
      0,
    );
  return sizes.length === 0 ? { cpu: null, memoryGB: null } : { cpu: sum(0), memoryGB: sum(1) };
}

/** `1.5Gi`, `512Mi`. */
function gibibytes(memory: string | null | undefined): number | null {
  const [, amount, unit] = /^([\d.]+)(Gi|Mi)$/.exec(memory ?? '') ?? [];
  return amount === undefined ? null : Number(amount) / (unit === 'Mi' ? 1024 : 1);
}
