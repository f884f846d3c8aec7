// A Container Apps job in `models.json`: one that exists, by its name, or one that the template of the infrastructure makes, as
// it is described. The app starts either in the same way.

import * as z from 'zod/mini';
import { imageName } from './container-options.ts';
import { across, described, fault, hasKeys, matching } from './fields.ts';
import { foreignRegistry } from './registry-of.ts';

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
    .check(
      across(({ value, issues }) => {
        const { cpu, memoryGB } = value;
        const memory = cpu * GIGABYTES_A_CPU;
        // Where the CPU is wrong, nobody knows how much memory it takes.
        if (cpu % STEP === 0 && cpu <= MAX_CPU && typeof memoryGB === 'number' && memoryGB !== memory)
          issues.push(
            fault(memoryGB, ['memoryGB'], `${memory}: Container Apps have twice as many gigabytes as CPU cores`),
          );
        const other = foreignRegistry(value);
        if (other !== null) issues.push(fault(other.server, ['registry', 'server'], other.expected));
      }),
    );
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
      .check(
        across(({ value: { containerAppsJob: job, env }, issues }) => {
          const secrets = hasKeys(job) && 'secrets' in job && hasKeys(job.secrets) ? job.secrets : {};
          for (const [name, input] of Object.entries(secrets))
            if (hasKeys(env) && Object.hasOwn(env, name))
              issues.push(
                fault(input, ['containerAppsJob', 'secrets', name], 'a variable that is not in `env` as well'),
              );
        }),
      ),
    z.transform(({ containerAppsJob: job, env }) => ({
      kind: 'containerAppsJob' as const,
      job: typeof job === 'string' ? job : (job.name ?? ''),
      /** Null: it exists. */
      made: typeof job === 'string' ? null : job,
      env,
    })),
  );
}

/**
 * The name of the job that the template makes for an entry; undefined where it makes none. Where something in the container is
 * wrong, it is as it was written.
 */
export function jobMadeBy(container: unknown, entry: unknown): unknown {
  if (!hasKeys(container)) return undefined;
  if ('made' in container && 'job' in container) return container.made === null ? undefined : container.job || entry;
  const written = 'containerAppsJob' in container ? container.containerAppsJob : undefined;
  if (!hasKeys(written)) return undefined;
  return ('name' in written ? written.name : undefined) ?? entry;
}

interface WithContainer {
  readonly name: unknown;
  readonly container: unknown;
  readonly timeoutMinutes: unknown;
}

/** What the template could make no job of. */
export function faultsOfMadeJob({
  name,
  container,
  timeoutMinutes,
}: WithContainer): readonly ReturnType<typeof fault>[] {
  const job = jobMadeBy(container, name);
  const found: ReturnType<typeof fault>[] = [];
  if (job === undefined) return found;
  const path = ['container', 'containerAppsJob', 'name'];
  if (job === name && typeof name === 'string' && !NAME.test(name))
    found.push(fault(undefined, path, `a name for the Container Apps job, as ${name} cannot be one: ${NAME_RULE}`));
  // A template has no fractions.
  if (typeof timeoutMinutes === 'number' && !Number.isInteger(timeoutMinutes)) {
    const expected = 'a whole number, where the template makes a Container Apps job';
    found.push(fault(timeoutMinutes, ['timeoutMinutes'], expected));
  }
  return found;
}

/** A job that is made has the name of its model, where it has none of its own: infra/modules/container-apps/jobs.bicep. */
export function withJobName<T extends { readonly kind: string; readonly job?: string }>(container: T, name: string): T {
  return container.kind === 'containerAppsJob' && container.job === '' ? { ...container, job: name } : container;
}
