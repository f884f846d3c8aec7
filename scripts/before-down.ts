// Before `azd down`: it deletes every resource group in which the deployment made anything, and a role
// on a vault of yours counts. So where something is in use that was there before, this stops it.

import { isMain, runMain } from './command-line.ts';

/** The settings that name a resource group which was there before. */
export const EXISTING_GROUPS = [
  'EXISTING_CONTAINER_RESOURCE_GROUP',
  'EXISTING_VAULT_RESOURCE_GROUP',
  'EXISTING_STORAGE_RESOURCE_GROUP',
  'EXISTING_REGISTRY_RESOURCE_GROUP',
] as const;

/** The resource groups that `azd down` would delete though they are not this app's. */
export function groupsInDanger(environment: NodeJS.ProcessEnv): readonly string[] {
  const groups = EXISTING_GROUPS.map((name) => environment[name] ?? '');
  return [...new Set(groups.filter((group) => group !== ''))];
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const groups = groupsInDanger(process.env);
    if (groups.length === 0) return;
    throw new Error(
      `\`azd down\` would delete these resource groups, which were there before this app: ${groups.join(', ')}.\n` +
        'Run `npm run azure:remove` instead: it removes what this app added, and nothing else.',
    );
  });
}
