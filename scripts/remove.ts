// Removes what this app added to the subscription, and nothing that was there before.
//
//   npm run azure:remove                 everything; asks first
//   npm run azure:remove -- --leftovers  after `azd down`: what lies outside the resource groups

import { type AzureCli, ask, azureCli, isMain, required, runMain } from './command-line.ts';

/** What the removal is about. */
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
    (environment.EXISTING_CONTAINER_RESOURCE_GROUP ?? '') === ''
      ? [`rg-${environmentName}-containers`]
      : [];
  return {
    subscriptionId: required(environment, 'AZURE_SUBSCRIPTION_ID'),
    environmentName,
    ownGroups: [`rg-${environmentName}`, ...containers],
  };
}

/** The roles that the app's identities hold anywhere in the subscription, vaults and registries of yours included. */
async function removeRoleAssignments(az: AzureCli, group: string): Promise<void> {
  const principals = lines(
    await az([
      ...['identity', 'list', '--resource-group', group],
      ...['--query', '[].principalId', '--output', 'tsv'],
    ]),
  );
  for (const principal of principals) {
    const ids = lines(
      await az([
        ...['role', 'assignment', 'list', '--all', '--assignee', principal],
        ...['--query', '[].id', '--output', 'tsv'],
      ]),
    );
    if (ids.length > 0) await az(['role', 'assignment', 'delete', '--ids', ...ids]);
  }
}

/** The custom roles and the budget: they belong to the subscription, not to a resource group. */
export async function removeLeftovers(az: AzureCli, installation: Installation): Promise<void> {
  const { environmentName, subscriptionId } = installation;
  const roles = lines(
    await az([
      ...['role', 'definition', 'list', '--custom-role-only', 'true', '--query'],
      `[?starts_with(roleName, 'Numerai webhook: ') && contains(roleName, '(${environmentName}, ')].name`,
      ...['--output', 'tsv'],
    ]),
  );
  for (const role of roles) await az(['role', 'definition', 'delete', '--name', role]);
  const budget = `/subscriptions/${subscriptionId}/providers/Microsoft.Consumption/budgets/budget-numerai-${environmentName}`;
  await az(['rest', '--method', 'delete', '--url', `${budget}?api-version=2023-11-01`]).catch(() =>
    console.log('There was no budget.'),
  );
}

/** Everything, in the order in which it can be removed. */
export async function removeAll(az: AzureCli, installation: Installation): Promise<void> {
  const [appGroup = ''] = installation.ownGroups;
  await removeRoleAssignments(az, appGroup);
  for (const group of installation.ownGroups) {
    await az(['group', 'delete', '--name', group, '--yes']);
  }
  await removeLeftovers(az, installation);
}

function lines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const installation = installationOf(process.env);
    const az = azureCli(installation.subscriptionId);
    if (process.argv.includes('--leftovers')) return removeLeftovers(az, installation);
    const answer = await ask(
      `Delete ${installation.ownGroups.join(', ')} with everything in them, the roles and the budget? (yes/no) `,
    );
    if (answer === 'yes') await removeAll(az, installation);
    else console.log('Nothing was removed.');
  });
}
