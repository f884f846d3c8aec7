// What a models file takes for granted in Azure: container groups, Container Apps jobs and Machine Learning workspaces that
// exist already. Here each is made, and runs the demo's submission.

import * as z from 'zod/mini';
import { isNumeraiId } from '../../src/lib/config/numerai-models.ts';
import { USUAL_INPUTS, type WorkspaceFixture } from '../emulators/resource-manager/machine-learning/workspace.ts';
import type { ResourceManager } from '../emulators/resource-manager/resource-manager.ts';
import { DEMO_IMAGE, DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from './demo.ts';
import { LOCATION } from './subscription.ts';

const KEYS = { NUMERAI_PUBLIC_ID: DEMO_PUBLIC_ID, NUMERAI_SECRET_KEY: DEMO_SECRET_KEY };

const containerSchema = z.object({
  group: z.optional(z.string()),
  // One that is described is made with the emulators.
  containerAppsJob: z.catch(z.optional(z.string()), undefined),
  machineLearning: z.optional(
    z.object({
      workspace: z.string(),
      compute: z.optional(z.string()),
      environment: z.optional(z.string()),
      batchEndpoint: z.optional(z.string()),
    }),
  ),
});
const entries = z.array(z.object({ numeraiModels: z._default(z.array(z.string()), []), container: containerSchema }));

/** Makes all of it; nothing where the file is invalid, which the app says. */
export function makeExisting(resourceManager: ResourceManager, models: unknown): void {
  const workspaces = new Map<string, Required<WorkspaceFixture>>();
  for (const { numeraiModels, container } of entries.safeParse(models).data ?? []) {
    const { group, containerAppsJob, machineLearning } = container;
    if (group !== undefined) {
      // Nobody tells it for which model it submits, but who has made it.
      const id = numeraiModels.find(isNumeraiId);
      const env: Record<string, string> = id === undefined ? {} : { MODEL_ID: id };
      resourceManager.createGroup({ name: group, image: DEMO_IMAGE, location: LOCATION, env, secureEnv: KEYS });
    }
    if (containerAppsJob !== undefined)
      resourceManager.jobs.create({
        name: containerAppsJob,
        image: DEMO_IMAGE,
        secrets: { 'public-id': DEMO_PUBLIC_ID, 'secret-key': DEMO_SECRET_KEY },
        secretEnv: { NUMERAI_PUBLIC_ID: 'public-id', NUMERAI_SECRET_KEY: 'secret-key' },
      });
    if (machineLearning === undefined) continue;
    const { workspace: name, compute, environment = '', batchEndpoint } = machineLearning;
    const known = workspaces.get(name) ?? { name, clusters: [], environments: [], endpoints: [] };
    const [ofEnvironment = '', version = ''] = environment.split(':');
    workspaces.set(name, {
      name,
      clusters: [...known.clusters, ...(compute === undefined ? [] : [{ name: compute }])],
      environments: [
        ...known.environments,
        ...(version === '' ? [] : [{ name: ofEnvironment, version, image: DEMO_IMAGE }]),
      ],
      endpoints: [
        ...known.endpoints,
        ...(batchEndpoint === undefined
          ? []
          : [{ name: batchEndpoint, image: DEMO_IMAGE, inputs: USUAL_INPUTS, env: KEYS }]),
      ],
    });
  }
  for (const workspace of workspaces.values()) resourceManager.workspaces.create(workspace);
}
