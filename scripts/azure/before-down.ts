// Before `azd down`, which deletes every resource group in which the deployment made anything, even if it is a
// role on a vault of yours. This stops it where it would delete what was there before.

import { readFile } from 'node:fs/promises';
import { runMain } from '../command-line.ts';

/** The settings that name a resource group which was there before. */
const EXISTING_GROUPS = [
  'EXISTING_CONTAINER_RESOURCE_GROUP',
  'EXISTING_JOB_RESOURCE_GROUP',
  'EXISTING_WORKSPACE_RESOURCE_GROUP',
  'EXISTING_VAULT_RESOURCE_GROUP',
  'EXISTING_STORAGE_RESOURCE_GROUP',
  'EXISTING_REGISTRY_RESOURCE_GROUP',
] as const;

/**
 * The resource groups that `azd down` would delete though they are not this app's: those that the settings
 * name, and those of the identities and subnets that models.json names, on which the app was given a role.
 * @param modelsJson the text of models.json.
 */
export function groupsInDanger(environment: NodeJS.ProcessEnv, modelsJson: string): readonly string[] {
  const own = ['', '-containers'].map((end) => `rg-${environment.AZURE_ENV_NAME}${end}`);
  const identities = modelsJson.matchAll(/\/resourceGroups\/([^/"]+)\/providers\//gi);
  const groups = [
    ...EXISTING_GROUPS.map((name) => environment[name] ?? ''),
    ...[...identities].map(([, group = '']) => group).filter((group) => !own.includes(group)),
  ];
  return [...new Set(groups.filter((group) => group !== ''))];
}

if (import.meta.main) {
  await runMain(async () => {
    const groups = groupsInDanger(process.env, await readFile('models.json', 'utf8'));
    if (groups.length === 0) return;
    throw new Error(
      `\`azd down\` would delete these resource groups, which were there before this app: ${groups.join(', ')}.\n` +
        'Run `npm run azure:remove` instead: it removes only what this app added.',
    );
  });
}
