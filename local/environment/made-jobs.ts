// The Container Apps jobs that the models file describes, as infra/modules/container-apps/jobs.bicep makes them.

import { modelsFileSchema } from '../../src/lib/config/models-file-schema.ts';
import type { JobFixture, Jobs } from '../emulators/resource-manager/container-apps/jobs.ts';
import { isSameSecret } from './own-secrets.ts';

/** What settings say does not matter to these. */
const DEFAULTS = { containerLocation: 'westeurope', containerIdentityId: undefined };

/** Makes them; none where the file is invalid. @param secrets what the vault has, at each start: a reference gives the value of its name. */
export function makeJobs(jobs: Jobs, content: unknown, secrets: () => Readonly<Record<string, string>>): void {
  const { data } = modelsFileSchema(DEFAULTS).safeParse(content);
  const inVault = (name: string) => Object.entries(secrets()).find(([known]) => isSameSecret(known, name))?.[1];
  for (const { container, timeoutMinutes } of [...(data?.models ?? []), ...(data?.jobs ?? [])]) {
    if (container.kind !== 'containerAppsJob' || container.made === null) continue;
    const { image, command, cpu, memoryGB } = container.made;
    const secretEnv = Object.entries(container.made.secrets).map(([variable, name]) => [variable, name.toLowerCase()]);
    const named = secretEnv.map(([, name = '']) => [name, () => inVault(name)]);
    const fixture: JobFixture = {
      name: container.job,
      image,
      cpu,
      memory: `${memoryGB}Gi`,
      ...(command === null ? {} : { command }),
      secretEnv: Object.fromEntries(secretEnv),
      secrets: Object.fromEntries(named),
      replicaTimeout: timeoutMinutes * 60 + 1800,
    };
    jobs.create(fixture);
  }
}
