// A Container Apps job in `models.json`: one that exists, by its name, or one that the template of the infrastructure makes, as
// it is described. The app starts either in the same way.

import * as z from 'zod/mini';
import { imageName } from './container-options.ts';
import { described, fault, matching } from './fields.ts';

// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const NAME = /^(?!.*--)[a-z][-a-z0-9]{0,30}[a-z0-9]$/;
const NAME_RULE = '2 to 32 lower-case letters, digits and single hyphens, first a letter';

/** What the Consumption plan has: https://learn.microsoft.com/azure/container-apps/containers#allocations */
const STEP = 0.25;
const MAX_CPU = 4;
const GIGABYTES_A_CPU = 2;

type Variables = z.ZodMiniRecord<z.ZodMiniString, z.ZodMiniString>;

/** The parts that it has in common with other kinds. */
interface Parts<Command, Registry> {
  readonly command: Command;
  readonly env: Variables;
  readonly secrets: Variables;
  readonly registry: Registry;
}

/** The kind of container. Of a job that is made and has no name of its own, `job` is empty: see {@link withJobName}. */
export function containerAppsJob<Command extends z.ZodMiniType, Registry extends z.ZodMiniType>({
  command,
  env,
  secrets,
  registry,
}: Parts<Command, Registry>) {
  const made = z
    .strictObject(
      {
        name: described(
          'Name of the job; default: that of the model.',
          z.optional(matching(NAME, `a name for the Container Apps job: ${NAME_RULE}`)),
        ),
        image: imageName,
        command,
        cpu: described(
          'CPU cores: steps of 0.25.',
          z._default(
            z
              .number('a number of CPU cores')
              .check(
                z.multipleOf(STEP, `steps of ${STEP}, from ${STEP} to ${MAX_CPU}`),
                z.gt(0, 'more than 0'),
                z.lte(MAX_CPU, `at most ${MAX_CPU}`),
              ),
            1,
          ),
        ),
        memoryGB: described(
          'Twice as many as CPU cores.',
          z._default(z.number('a number of gigabytes'), GIGABYTES_A_CPU),
        ),
        secrets: described(
          'Environment variable → name of the secret in Key Vault. Azure reads it, at each start.',
          z._default(secrets, {}),
        ),
        registry,
      },
      'the name of a Container Apps job that exists, or an object with `image`: the job that the template makes',
    )
    .check(({ value: { cpu, memoryGB }, issues }) => {
      const memory = cpu * GIGABYTES_A_CPU;
      if (memoryGB !== memory)
        issues.push(
          fault(memoryGB, ['memoryGB'], `${memory}: Container Apps have twice as many gigabytes as CPU cores`),
        );
    });
  return z.pipe(
    z
      .strictObject({
        containerAppsJob: described(
          'Name of a Container Apps job that exists: it is started with its own template, and the variables of the attempt. Or an object: the job that the template of the infrastructure makes.',
          z.union(
            [matching(NAME, `the name of a Container Apps job that exists: ${NAME_RULE}`), made],
            `the name of a Container Apps job that exists (${NAME_RULE}), or an object with \`image\``,
          ),
        ),
        env: z._default(env, {}),
      })
      .check(({ value: { containerAppsJob: job, env }, issues }) => {
        for (const [name, input] of Object.entries(typeof job === 'string' ? {} : job.secrets))
          if (Object.hasOwn(env, name))
            issues.push(fault(input, ['containerAppsJob', 'secrets', name], 'a variable that is not in `env` as well'));
      }),
    z.transform(({ containerAppsJob: job, env }) => ({
      kind: 'containerAppsJob' as const,
      job: typeof job === 'string' ? job : (job.name ?? ''),
      /** Null: it exists. */
      made: typeof job === 'string' ? null : job,
      env,
    })),
  );
}

type Job = { readonly kind: 'containerAppsJob'; readonly job: string; readonly made: unknown };
interface WithJob {
  readonly name: string;
  readonly container: Job | { readonly kind: string };
  readonly timeoutMinutes: number;
}

const isJob = (container: WithJob['container']): container is Job => container.kind === 'containerAppsJob';

/** What the template could make no job of. */
export function faultsOfMadeJob({ name, container, timeoutMinutes }: WithJob): readonly ReturnType<typeof fault>[] {
  if (!isJob(container) || container.made === null) return [];
  const found: ReturnType<typeof fault>[] = [];
  if (container.job === '' && !NAME.test(name))
    found.push(
      fault(
        undefined,
        ['container', 'containerAppsJob', 'name'],
        `a name for the Container Apps job, as ${name} cannot be one: ${NAME_RULE}`,
      ),
    );
  // A template has no fractions.
  if (!Number.isInteger(timeoutMinutes))
    found.push(
      fault(timeoutMinutes, ['timeoutMinutes'], 'a whole number, where the template makes a Container Apps job'),
    );
  return found;
}

/** A job that is made has the name of its model, where it has none of its own: infra/modules/container-apps/jobs.bicep. */
export function withJobName<T extends { readonly kind: string }>(container: T, name: string): T {
  return isJob(container) && container.job === '' ? { ...container, job: name } : container;
}
