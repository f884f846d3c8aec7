// What invokes a batch endpoint, and the rules of a deployment that is a pipeline:
// https://learn.microsoft.com/azure/machine-learning/how-to-access-data-batch-endpoints-jobs

import type { PipelineJob } from '@azure/arm-machinelearning';
import { z } from 'zod';
import type { ContainerSpec } from '../../../containers/runtime.ts';
import { ArmError } from '../arm-error.ts';
import type { EndpointFixture } from './workspace.ts';

/** LiteralJobInput in the OpenAPI document has this pattern: an empty literal is refused. */
const input = z.union([
  z.strictObject({ JobInputType: z.literal('Literal'), Value: z.string().regex(/[a-zA-Z0-9_]/) }),
  z.strictObject({ JobInputType: z.enum(['UriFolder', 'UriFile']), Uri: z.string().min(1) }),
]);
const invocation = z.strictObject({
  properties: z.strictObject({ InputData: z.record(z.string(), input), OutputData: z.unknown().optional() }),
});

const OPTIONAL: readonly string[] = ['trigger_id', 'round', 'models', 'is_test'];

export interface Invocation {
  readonly properties: PipelineJob;
  readonly spec: ContainerSpec;
}

/** @param deployment of the header; undefined: the endpoint's default. */
export function parseInvocation(
  name: string,
  body: Buffer,
  endpoint: EndpointFixture,
  deployment: string | undefined,
): Invocation {
  const { deployment: own = 'default', isDefault = true } = endpoint;
  if (deployment === undefined ? !isDefault : deployment !== own)
    throw refused(`Deployment '${deployment ?? ''}' was not found for the endpoint '${endpoint.name}'.`);
  const inputs = parse(body);
  const unknown = Object.keys(inputs).find((each) => endpoint.inputs[each] === undefined);
  if (unknown !== undefined) throw refused(`Input '${unknown}' is not declared by the deployment '${own}'.`);
  const { optional = OPTIONAL } = endpoint;
  const missing = Object.keys(endpoint.inputs).find((each) => inputs[each] === undefined && !optional.includes(each));
  if (missing !== undefined) throw refused(`Input '${missing}' of the deployment '${own}' is missing.`);
  const values = Object.entries(inputs).map(
    ([key, given]) => [key, 'Value' in given ? given.Value : given.Uri] as const,
  );
  return {
    properties: {
      jobType: 'Pipeline',
      experimentName: endpoint.name,
      inputs: Object.fromEntries(values.map(([key, value]) => [key, { jobInputType: 'literal', value }])),
    },
    spec: {
      name,
      image: endpoint.image,
      env: {
        ...endpoint.env,
        ...Object.fromEntries(values.map(([key, value]) => [endpoint.inputs[key] ?? key, value])),
      },
      cpu: 4,
      memoryGB: 14,
    },
  };
}

function parse(body: Buffer): z.infer<typeof invocation>['properties']['InputData'] {
  try {
    return invocation.parse(JSON.parse(body.toString('utf8'))).properties.InputData;
  } catch {
    throw refused('The request is no invocation: properties.InputData has inputs with JobInputType and Value or Uri.');
  }
}

const refused = (message: string) => new ArmError(400, 'BadArgument', message);
