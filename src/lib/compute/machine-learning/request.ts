// What is sent to start an attempt: a command job, or the inputs of a batch endpoint. There is no secure environment:
// names of secrets go, never values, and the container reads them with the identity of its compute.

import { APP_INPUTS, type Command, type MachineLearning } from '../../config/machine-learning-schema.ts';
import { ATTEMPT_ID, attemptIdOf, environmentOf } from '../environment.ts';
import type { AttemptedRun } from '../platform.ts';

/** By these tags a job shows whose it is. */
const tagsOf = (run: AttemptedRun): Record<string, string> => ({
  'numerai-model': run.model,
  'numerai-run': run.id,
  'numerai-attempt': String(run.attempt.number),
});

interface Surroundings {
  /** The resource id of the workspace. */
  readonly workspaceId: string;
  readonly vaultUrl: string | undefined;
}

/** The body that creates, and so runs, the command job of an attempt. */
export function commandJobOf(
  run: AttemptedRun,
  { env, secrets }: MachineLearning,
  { compute, environment, command, identity }: Command,
  { workspaceId, vaultUrl }: Surroundings,
) {
  const names = Object.keys(secrets).length > 0;
  const given = {
    ...env,
    ...environmentOf(run),
    [ATTEMPT_ID]: attemptIdOf(run),
    ...(names && vaultUrl !== undefined ? { KEY_VAULT_URL: vaultUrl, KEY_VAULT_SECRETS: JSON.stringify(secrets) } : {}),
  };
  return {
    properties: {
      jobType: 'Command' as const,
      displayName: `${run.model}, attempt ${run.attempt.number}`,
      experimentName: run.model,
      tags: tagsOf(run),
      computeId: compute.startsWith('/') ? compute : `${workspaceId}/computes/${compute}`,
      environmentId: environmentIdOf(workspaceId, environment),
      environmentVariables: given,
      command,
      // Without it the job runs as the app, which sent it, and finds no secrets.
      ...(names || identity !== null
        ? { identity: { identityType: 'Managed' as const, ...(identity === null ? {} : { resourceId: identity }) } }
        : {}),
    },
  };
}

/** One that is named in full keeps its id. */
export function environmentIdOf(workspaceId: string, environment: string): string {
  const [, name, version] = /^([^/:]+):([^/:]+)$/.exec(environment) ?? [];
  return name === undefined ? environment : `${workspaceId}/environments/${name}/versions/${version}`;
}

/** LiteralJobInput in the OpenAPI document of Microsoft.MachineLearningServices, and of the endpoints: a pattern, unanchored. */
const LITERAL = /[a-zA-Z0-9_]/;

/**
 * The body that invokes a batch endpoint, its keys as the endpoint takes them:
 * https://learn.microsoft.com/azure/machine-learning/how-to-access-data-batch-endpoints-jobs
 */
export function invocationOf(run: AttemptedRun, inputs: Readonly<Record<string, EndpointInput>>) {
  const { TRIGGER_ID = '', NUMERAI_ROUND = '', NUMERAI_MODELS = '', NUMERAI_IS_TEST = 'false' } = environmentOf(run);
  const literals = {
    attempt_id: attemptIdOf(run),
    trigger_id: TRIGGER_ID,
    round: NUMERAI_ROUND,
    models: NUMERAI_MODELS,
    is_test: NUMERAI_IS_TEST,
  };
  // An empty literal is refused: what there is not is left out, and the pipeline declares it as optional.
  const own = APP_INPUTS.filter((name) => LITERAL.test(literals[name])).map(
    (name) => [name, { JobInputType: 'Literal', Value: literals[name] }] as const,
  );
  const others = Object.entries(inputs).map(([name, input]) => [name, inputOf(input)] as const);
  return { properties: { InputData: Object.fromEntries<object>([...own, ...others]) } };
}

export type EndpointInput = string | { readonly uriFolder: string } | { readonly uriFile: string };

function inputOf(input: EndpointInput): object {
  if (typeof input === 'string') return { JobInputType: 'Literal', Value: input };
  return 'uriFolder' in input
    ? { JobInputType: 'UriFolder', Uri: input.uriFolder }
    : { JobInputType: 'UriFile', Uri: input.uriFile };
}
