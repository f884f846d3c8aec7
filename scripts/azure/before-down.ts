// Before `azd down`, which deletes every resource group in which the deployment made anything, even if it is a
// role on a vault of yours. This stops it where it would delete what was there before.

import { readFile } from 'node:fs/promises';
import { runMain } from '../command-line.ts';
import { existingGroups } from './hook.ts';

/**
 * The resource groups that `azd down` would delete though they are not this app's: those that the settings
 * name, that of the log workspace of the jobs, and those of the identities and subnets that models.json names: on these the app
 * was given a role.
 * @param modelsJson the text of models.json.
 */
export function groupsInDanger(environment: NodeJS.ProcessEnv, modelsJson: string): readonly string[] {
  const own = ['', '-containers'].map((end) => `rg-${environment.AZURE_ENV_NAME}${end}`);
  const ids = [modelsJson, environment.JOB_LOG_WORKSPACE_ID ?? ''].join('\n');
  const named = [...ids.matchAll(/\/resourceGroups\/([^/"]+)\/providers\//gi)].map(([, group = '']) => group);
  const groups = [
    ...existingGroups(environment).map(({ name }) => name),
    ...named.filter((group) => !own.includes(group)),
  ];
  return [...new Set(groups)];
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
