// The container of a model that Azure Machine Learning runs: a command on a compute cluster, or a batch endpoint.

import * as z from 'zod/mini';
import { identityFor } from './container-options.ts';
import { described, fault, matching, optional, text } from './fields.ts';

/** Inputs of a batch endpoint that the app gives; a model cannot set them itself. */
export const APP_INPUTS = ['attempt_id', 'trigger_id', 'round', 'models', 'is_test'] as const;

/** How the container learns where its secrets are. */
const VAULT_VARIABLES: readonly string[] = ['KEY_VAULT_URL', 'KEY_VAULT_SECRETS'];

const address = matching(/^(azureml:|https:\/\/)\S+$/, 'an address such as `azureml://datastores/NAME/paths/PATH`');
/** An empty literal is refused: the pattern of LiteralJobInput in the OpenAPI document. */
const literal = matching(/[A-Za-z0-9_]/, 'a text with a letter, a digit or `_`');
const input = z.union(
  [
    literal,
    z.strictObject({ uriFolder: address }, 'an object with `uriFolder`'),
    z.strictObject({ uriFile: address }, 'an object with `uriFile`'),
  ],
  'a text, or an object with `uriFolder` or `uriFile`',
);
const inputName = matching(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'the name of an input: letters, digits and `_`');

/** What the OpenAPI document has for endpoints and deployments that are made; the portal is stricter. */
const ITS_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/;

/** The resource id of a workspace, with which those of what is in it begin. */
const OF_WORKSPACE =
  '(azureml:)?/subscriptions/[^/]+/resource[gG]roups/[^/]+/providers/Microsoft\\.MachineLearningServices/workspaces/[^/]+';

const fields = {
  workspace: matching(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,32}$/,
    'the name of a workspace that exists: at most 33 letters, digits, hyphens and `_`',
  ),
  compute: described(
    'Name of the compute cluster that runs the command, or its resource id.',
    optional(
      matching(
        new RegExp(`^((azureml:)?[A-Za-z][A-Za-z0-9-]{1,31}|${OF_WORKSPACE}/computes/[^/]+)$`, 'i'),
        'the name of a compute of the workspace, of 2 to 32 letters, digits and hyphens, or its resource id',
      ),
    ),
  ),
  environment: described(
    'The environment with the image: name:version of the workspace, or the whole id of one in a registry.',
    optional(
      matching(
        new RegExp(
          `^((azureml:)?[A-Za-z0-9][\\w.-]{0,254}:[\\w.-]{1,30}|azureml://registries/[^/\\s]+/environments/[^/\\s]+/versions/[\\w.-]+|${OF_WORKSPACE}/environments/[^/]+/versions/[\\w.-]+)$`,
          'i',
        ),
        'an environment and its version, such as `submission:3`',
      ),
    ),
  ),
  command: described('What the job runs, as a shell takes it.', optional(text('a command'))),
  identity: described(
    "The user-assigned identity of the cluster with which the container reads its secrets; default: the cluster's system-assigned one.",
    optional(identityFor(' of the cluster')),
  ),
  batchEndpoint: described(
    'In place of a command: name of a batch endpoint that is invoked, with a deployed pipeline.',
    optional(matching(ITS_NAME, 'the name of a batch endpoint: letters, digits, hyphens and `_`')),
  ),
  deployment: described(
    "The endpoint's deployment; default: its default deployment.",
    optional(matching(ITS_NAME, 'the name of a deployment of the endpoint')),
  ),
  inputs: described(
    `More inputs of the endpoint, beside those of the app: ${APP_INPUTS.join(', ')}.`,
    z.optional(
      z.record(
        inputName.check(
          z.refine((name) => !APP_INPUTS.some((own) => own === name), 'another name: the app gives this one itself'),
        ),
        input,
        'an object of inputs',
      ),
    ),
  ),
};

const OF_COMMAND = ['compute', 'environment', 'command'] as const;
const ONLY_OF_COMMAND = [...OF_COMMAND, 'identity'] as const;
const ONLY_OF_ENDPOINT = ['deployment', 'inputs'] as const;

const work = z
  .strictObject(fields, 'an object with `workspace`, and `compute`, `environment` and `command` or `batchEndpoint`')
  .check(({ value, issues }) => {
    for (const key of ['compute', 'environment'] as const) {
      const [, of] = /^(?:azureml:)?\/subscriptions\/.*\/workspaces\/([^/]+)\//i.exec(value[key] ?? '') ?? [];
      if (of !== undefined && of.toLowerCase() !== value.workspace.toLowerCase())
        issues.push(fault(value[key], [key], `one of the workspace ${value.workspace}`));
    }
    if (value.batchEndpoint === null) {
      for (const key of OF_COMMAND)
        if (value[key] === null)
          issues.push(
            fault(
              undefined,
              [key],
              `${key === 'environment' ? 'an' : 'a'} ${key} (or \`batchEndpoint\` in place of it)`,
            ),
          );
      for (const key of ONLY_OF_ENDPOINT)
        if (value[key] != null) issues.push(fault(value[key], [key], `no \`${key}\` without \`batchEndpoint\``));
      return;
    }
    for (const key of ONLY_OF_COMMAND)
      if (value[key] !== null)
        issues.push(fault(value[key], [key], `no \`${key}\` beside \`batchEndpoint\`: its deployment has that`));
  });

/** @param options what a container that is not told by its kind has: variables, and names of secrets. */
export const machineLearning = (options: {
  readonly env: z.ZodMiniType<Record<string, string>>;
  readonly secrets: z.ZodMiniType<Record<string, string>>;
}) =>
  z.pipe(
    z
      .strictObject({
        machineLearning: work,
        env: z._default(options.env, {}),
        secrets: described(
          'Environment variable → name of the secret in Key Vault. The container gets the names, and reads the secrets with the identity of its compute.',
          z._default(options.secrets, {}),
        ),
      })
      .check(({ value: { machineLearning, env, secrets }, issues }) => {
        for (const [key, given] of Object.entries({ env, secrets }))
          for (const [name, value] of Object.entries(given)) {
            if (machineLearning.batchEndpoint !== null)
              issues.push(fault(value, [key, name], 'no variables beside `batchEndpoint`, which takes `inputs`'));
            if (VAULT_VARIABLES.includes(name))
              issues.push(fault(value, [key, name], 'another name: the app sets this one itself'));
            if (key === 'secrets' && Object.hasOwn(env, name))
              issues.push(fault(value, [key, name], 'a variable that is not in `env` as well'));
          }
      }),
    z.transform(({ machineLearning: { workspace, ...given }, env, secrets }) => ({
      kind: 'machineLearning' as const,
      workspace,
      env,
      secrets,
      work: workOf(given),
    })),
  );

/** A command job. */
export interface Command {
  readonly kind: 'command';
  /** A name, or a whole id. */
  readonly compute: string;
  /** `name:version` of the workspace, or a whole id. */
  readonly environment: string;
  readonly command: string;
  /** Resource id; null: the cluster's own. */
  readonly identity: string | null;
}

/** A batch endpoint. */
export interface Endpoint {
  readonly kind: 'endpoint';
  readonly endpoint: string;
  /** Null: the endpoint's default. */
  readonly deployment: string | null;
  readonly inputs: Readonly<Record<string, z.output<typeof input>>>;
}

function workOf(given: Omit<z.output<typeof work>, 'workspace'>): Command | Endpoint {
  const { compute, environment, command, identity, batchEndpoint, deployment, inputs = {} } = given;
  if (batchEndpoint !== null) return { kind: 'endpoint', endpoint: batchEndpoint, deployment, inputs };
  // The check has found all three.
  return {
    kind: 'command',
    compute: asIdOrName(compute ?? ''),
    environment: asIdOrName(environment ?? ''),
    command: command ?? '',
    identity,
  };
}

/** Files of `az ml` put `azureml:` before names and ids; in requests only addresses of registries have it. */
const asIdOrName = (given: string): string => given.replace(/^azureml:(?!\/\/)/i, '');

export type MachineLearning = z.output<ReturnType<typeof machineLearning>>;
