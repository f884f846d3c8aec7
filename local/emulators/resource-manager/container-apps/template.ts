// The template of a start, field by field as in the OpenAPI document of Microsoft.App (JobExecutionTemplate), and the
// rules that Container Apps have for it.

import { z } from 'zod';
import { ArmError } from '../arm-error.ts';

const text = z.string();
const container = z.strictObject({
  name: text.optional(),
  image: text.optional(),
  command: z.array(text).nullish(),
  args: z.array(text).nullish(),
  env: z.array(z.strictObject({ name: text, value: text.nullish(), secretRef: text.nullish() })).nullish(),
  // Its ephemeralStorage is read-only.
  resources: z.strictObject({ cpu: z.number(), memory: text }).partial().nullish(),
});
const template = z.strictObject({ containers: z.array(container), initContainers: z.array(container).nullish() });

export type ExecutionTemplate = z.infer<typeof template>;
type ExecutionContainer = ExecutionTemplate['containers'][number];

/** The template that a start gives; null where it gives none, and the job's own counts. */
export function parseTemplate(body: Buffer): ExecutionTemplate | null {
  if (body.length === 0) return null;
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid('The request content was invalid and could not be deserialized.');
  }
  const parsed = template.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(
    `The request content was invalid and could not be deserialized: '${issue?.path.join('.')}: ${issue?.message}'.`,
  );
}

const invalid = (message: string) => new ArmError(400, 'InvalidRequestContent', message);

/**
 * What the consumption plan offers.
 * https://learn.microsoft.com/azure/container-apps/containers#allocations
 */
const SIZES = new Map(Array.from({ length: 16 }, (_, index) => [(index + 1) / 4, (index + 1) / 2]));

/**
 * A registry, which has a dot or a port, a repository in lower case, and a tag or a digest:
 * https://github.com/google/go-containerregistry/blob/main/pkg/name/repository.go
 */
const IMAGE = /^(?:[^\s/]*[.:][^\s/]*\/)?[a-z0-9_\-.]+(?:\/[a-z0-9_\-.]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/;

/** @param secrets names of those that the job has. */
export function checkTemplate({ containers, initContainers }: ExecutionTemplate, secrets: ReadonlySet<string>): void {
  const all = [...containers, ...(initContainers ?? [])];
  if (containers.length === 0) throw fieldInvalid('template.containers', 'at least one container');
  const names = new Set<string>();
  for (const { name = '', image = '', env } of all) {
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || names.has(name))
      throw fieldInvalid(
        `template.containers.${name}.name`,
        'a name of its own, of lower case alphanumeric characters or "-"',
      );
    names.add(name);
    if (!IMAGE.test(image)) throw fieldInvalid(`template.containers.${name}.image`, `Invalid value: "${image}"`);
    checkEnvironment(name, env ?? [], secrets);
  }
  checkSize(containers);
}

function checkEnvironment(
  container: string,
  env: NonNullable<ExecutionContainer['env']>,
  secrets: ReadonlySet<string>,
): void {
  const names = new Set<string>();
  for (const { name, value, secretRef } of env) {
    // https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name))
      throw fieldInvalid(
        `template.containers.${container}.env.${name}`,
        "a name of alphabetic characters, digits, '_', '-' or '.', that does not start with a digit",
      );
    if (names.has(name) || (value != null && secretRef != null))
      throw fieldInvalid(`template.containers.${container}.env.${name}`, 'one value or secretRef for each name');
    names.add(name);
    // https://github.com/microsoft/azure-container-apps/issues/395
    if (secretRef != null && !secrets.has(secretRef))
      throw new ArmError(
        400,
        'ContainerAppSecretRefNotFound',
        `SecretRef '${secretRef}' defined for container '${container}' not found.`,
      );
  }
}

function checkSize(containers: readonly ExecutionContainer[]): void {
  const cpu = containers.reduce((sum, { resources }) => sum + (resources?.cpu ?? 0.5), 0);
  const memory = containers.reduce((sum, { resources }) => sum + gibibytes(resources?.memory ?? '1Gi'), 0);
  if (SIZES.get(cpu) === memory) return;
  const offered = [...SIZES].map(([vcpu, gi]) => `[cpu: ${vcpu}, memory: ${gi}Gi]`).join('; ');
  throw new ArmError(
    400,
    'ContainerAppInvalidResourceTotal',
    `The total requested CPU and memory resources for this application (CPU: ${cpu}, memory: ${memory}Gi) is invalid. Total CPU and memory for all containers defined in a Container App must add up to one of the following CPU - Memory combinations: ${offered}.`,
  );
}

/** `1.5Gi`. */
export const gibibytes = (memory: string): number => Number(/^([\d.]+)Gi$/.exec(memory)?.[1] ?? Number.NaN);

function fieldInvalid(field: string, details: string): ArmError {
  return new ArmError(
    400,
    'InvalidParameterValueInContainerTemplate',
    `The following field(s) are either invalid or missing. Field '${field}' is invalid with details: '${details}'.`,
  );
}
