// Azure reads the secrets of a Container Apps job when it makes the job, and refuses to make one whose secrets it cannot read
// (microsoft/azure-container-apps issues 733, 1174, 1804). So the jobs of a template wait for the vault's secrets, and for
// the role of the identity that reads them, which takes minutes to be known: they are made by the next deployment.

import { type Finding, note, ok } from '../../cli/check/finding.ts';
import type { Entry } from '../../src/lib/config/models.ts';
import { secretNamesOfContainer } from '../../src/lib/config/secret-names.ts';
import { messageOf } from '../../src/lib/util/errors.ts';
import { type AzureCli, run, valuesOf } from './azure-cli.ts';
import { keyVault, vaultToken } from './set-secrets.ts';

/** What there is already, of what a job needs before it can be made. */
interface Ready {
  /** Whether the identity that reads the secrets has its role since an earlier deployment. */
  readonly hasIdentity: boolean;
  /** The secrets that are not in the vault. */
  readonly missing: readonly string[];
}

/** Names of the secrets of the jobs that the template makes, each once; null where it makes none. */
function secretsOfMadeJobs(entries: readonly Entry[]): readonly string[] | null {
  const made = entries.filter(({ container }) => container.kind === 'containerAppsJob' && container.made !== null);
  return made.length === 0 ? null : [...new Set(made.flatMap(({ container }) => secretNamesOfContainer(container)))];
}

/** Whether the jobs are made this time, as a line of the check. */
function jobsFinding({ hasIdentity, missing }: Ready): Finding {
  const subject = 'Container Apps jobs';
  if (hasIdentity && missing.length === 0) return ok(subject, 'made by this deployment.');
  const why = hasIdentity
    ? `the vault does not have ${missing.join(', ')} yet`
    : 'the identity that reads their secrets is only made now';
  const remedy =
    'Deploy once more afterwards, with all secrets in the vault: `azd up` (with the Azure CLI alone: this time with `makeJobs=false`, the next time without).';
  return note(subject, `left out this time, for ${why}, and Azure reads them when a job is made.`, remedy);
}

/** Looks, says, and leaves it to the template by MAKE_JOBS. */
export async function decideOnJobs(
  az: AzureCli,
  environment: NodeJS.ProcessEnv,
  entries: readonly Entry[],
): Promise<readonly Finding[]> {
  const needed = secretsOfMadeJobs(entries);
  if (needed === null) return [];
  const found = jobsFinding({
    hasIdentity: needed.length === 0 || (await hasJobIdentity(az, environment)),
    missing: await missingIn(az, environment, needed),
  });
  // Where there is no Azure Developer CLI, a person gives the parameter.
  await run('azd', ['env', 'set', 'MAKE_JOBS', String(found.verdict === 'ok')]).catch(() => '');
  return [found];
}

/** infra/names.bicep says what both are called. No resource group: nothing was deployed yet. */
async function hasJobIdentity(az: AzureCli, { AZURE_ENV_NAME = '' }: NodeJS.ProcessEnv): Promise<boolean> {
  const list = ['identity', 'list', '--resource-group', `rg-${AZURE_ENV_NAME}`];
  const found = await valuesOf(az, list, "[?starts_with(name, 'id-jobs-')].id").catch(() => []);
  return found.length > 0;
}

async function missingIn(
  az: AzureCli,
  { KEY_VAULT_URL = '', EXISTING_VAULT_NAME }: NodeJS.ProcessEnv,
  needed: readonly string[],
): Promise<readonly string[]> {
  const url = EXISTING_VAULT_NAME
    ? `https://${EXISTING_VAULT_NAME}.vault.azure.net`
    : KEY_VAULT_URL.replace(/\/+$/, '');
  if (url === '' || needed.length === 0) return needed;
  try {
    const vault = keyVault(url, await vaultToken(az, url), { attempts: 1, seconds: 0 });
    const has = await Promise.all(needed.map((name) => vault.has(name)));
    return needed.filter((_, index) => !has[index]);
  } catch (error) {
    // A pipeline need not have access to the vault, which then has been filled by somebody else.
    console.log(`The vault could not be asked for the secrets of the jobs: ${messageOf(error)}`);
    return [];
  }
}
