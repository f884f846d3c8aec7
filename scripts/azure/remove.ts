// `npm run azure:remove` removes what this app added to the subscription, and nothing that was there before.

import { createProgram, runMain } from '../command-line.ts';
import { type AzureCli, azureCli, valuesOf } from './azure-cli.ts';
import { ask, required } from './hook.ts';

/** What is removed. */
export interface Installation {
  readonly subscriptionId: string;
  readonly environmentName: string;
  /** Resource groups that the template made, the app's first. */
  readonly ownGroups: readonly string[];
}

/** The installation that the environment of an azd hook describes. */
export function installationOf(environment: NodeJS.ProcessEnv): Installation {
  const environmentName = required(environment, 'AZURE_ENV_NAME');
  const containers =
    (environment.EXISTING_CONTAINER_RESOURCE_GROUP ?? '') === '' ? [`rg-${environmentName}-containers`] : [];
  return {
    subscriptionId: required(environment, 'AZURE_SUBSCRIPTION_ID'),
    environmentName,
    ownGroups: [`rg-${environmentName}`, ...containers],
  };
}

/** Removes the roles of the app's identities in the whole subscription, on vaults and registries of yours too. */
async function removeRoleAssignments(az: AzureCli, group: string): Promise<void> {
  const identities = ['identity', 'list', '--resource-group', group];
  for (const principal of await valuesOf(az, identities, '[].principalId')) {
    const assignments = ['role', 'assignment', 'list', '--all', '--assignee', principal];
    const ids = await valuesOf(az, assignments, '[].id');
    if (ids.length > 0) await az(['role', 'assignment', 'delete', '--ids', ...ids]);
  }
}

/** Removes the custom roles and the budget, which belong to the subscription and not to a resource group. */
async function removeLeftovers(az: AzureCli, installation: Installation): Promise<void> {
  const { environmentName, subscriptionId } = installation;
  const roles = await valuesOf(
    az,
    ['role', 'definition', 'list', '--custom-role-only', 'true'],
    `[?starts_with(roleName, 'Numerai webhook: ') && contains(roleName, '(${environmentName}, ')].name`,
  );
  for (const role of roles) await az(['role', 'definition', 'delete', '--name', role]);
  const budget = `/subscriptions/${subscriptionId}/providers/Microsoft.Consumption/budgets/budget-numerai-${environmentName}`;
  await az(['rest', '--method', 'delete', '--url', `${budget}?api-version=2023-11-01`]).catch(() =>
    console.log('There was no budget.'),
  );
}

/** Removes everything, in the order in which it can be removed. */
export async function removeAll(az: AzureCli, installation: Installation): Promise<void> {
  const [appGroup = ''] = installation.ownGroups;
  await removeRoleAssignments(az, appGroup);
  for (const group of installation.ownGroups) {
    // The template makes that of the containers only where models.json has something for it.
    if ((await az(['group', 'exists', '--name', group])) === 'false') continue;
    await az(['group', 'delete', '--name', group, '--yes']);
  }
  await removeLeftovers(az, installation);
}

async function main(): Promise<void> {
  const program = createProgram('npm run azure:remove --')
    .description('Removes what this app added to the subscription. Asks first.')
    .option('--leftovers', 'only what lies outside the resource groups: after `azd down`')
    .parse();
  const installation = installationOf(process.env);
  const az = azureCli(installation.subscriptionId);
  if (program.opts<{ leftovers?: boolean }>().leftovers) return removeLeftovers(az, installation);
  const answer = await ask(
    `Delete ${installation.ownGroups.join(', ')} with everything in them, the roles and the budget? (yes/no) `,
  );
  if (answer === 'yes') await removeAll(az, installation);
  else console.log('Nothing was removed.');
}

if (import.meta.main) await runMain(main);
