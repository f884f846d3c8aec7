// Before `azd down`: it deletes every resource group in which the deployment made anything, and a role
// on a vault of yours counts. So where something is in use that was there before, this stops it.

import { readFile } from 'node:fs/promises';
import { isMain, runMain } from './command-line.ts';

/** The settings that name a resource group which was there before. */
export const EXISTING_GROUPS = [
  'EXISTING_CONTAINER_RESOURCE_GROUP',
  'EXISTING_VAULT_RESOURCE_GROUP',
  'EXISTING_STORAGE_RESOURCE_GROUP',
  'EXISTING_REGISTRY_RESOURCE_GROUP',
] as const;

/**
 * The resource groups that `azd down` would delete though they are not this app's: those that the settings
 * name, and those of the identities that models.json names, on which the app was given a role.
 * @param modelsJson the text of models.json.
 */
export function groupsInDanger(
  environment: NodeJS.ProcessEnv,
  modelsJson: string,
): readonly string[] {
  const own = ['', '-containers'].map((end) => `rg-${environment.AZURE_ENV_NAME}${end}`);
  const identities = modelsJson.matchAll(/\/resourceGroups\/([^/"]+)\/providers\//gi);
  const groups = [
    ...EXISTING_GROUPS.map((name) => environment[name] ?? ''),
    ...[...identities].map(([, group = '']) => group).filter((group) => !own.includes(group)),
  ];
  return [...new Set(groups.filter((group) => group !== ''))];
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const groups = groupsInDanger(process.env, await readFile('models.json', 'utf8'));
    if (groups.length === 0) return;
    throw new Error(
      `\`azd down\` would delete these resource groups, which were there before this app: ${groups.join(', ')}.\n` +
        'Run `npm run azure:remove` instead: it removes what this app added, and nothing else.',
    );
  });
}
