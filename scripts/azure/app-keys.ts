// The two keys of the deployed app: Numerai's and the operator's.

import { randomBytes } from 'node:crypto';
import type { AzureCli } from './azure-cli.ts';

/** The host key that opens the status, the dashboard and the operator's calls; not the one in Numerai's URL. */
const OPERATOR_KEY = 'operator';

/** Where the app is. */
export interface DeployedApp {
  readonly name: string;
  readonly resourceGroup: string;
  readonly url: string;
}

/** The key of the function `webhook`: it opens the webhook alone, and Numerai gets it. */
export async function webhookKey(az: AzureCli, app: DeployedApp): Promise<string> {
  const listed = await az([
    ...['functionapp', 'function', 'keys', 'list', '--function-name', 'webhook'],
    ...selecting(app),
  ]);
  const key: unknown = JSON.parse(listed).default;
  if (typeof key !== 'string') throw new Error('The function `webhook` has no key yet.');
  return key;
}

/** The operator's key; made where there is none. */
export async function operatorKey(az: AzureCli, app: DeployedApp): Promise<string> {
  const listed = JSON.parse(await az(['functionapp', 'keys', 'list', ...selecting(app)]));
  const present: unknown = listed.functionKeys?.[OPERATOR_KEY];
  if (typeof present === 'string') return present;
  const made = randomBytes(32).toString('base64url');
  await az([
    ...['functionapp', 'keys', 'set', '--key-type', 'functionKeys', '--key-name', OPERATOR_KEY],
    // In one argument: the Azure CLI takes a value that begins with a hyphen, as one in 64 does, for an option.
    ...[`--key-value=${made}`, ...selecting(app)],
  ]);
  return made;
}

const selecting = ({ name, resourceGroup }: DeployedApp): readonly string[] => [
  ...['--name', name, '--resource-group', resourceGroup, '--output', 'json'],
];
