// Before the infrastructure is made: `check` of models.json and of the settings, and a look at the locks and policies of the
// subscription, and at the other subscriptions that models.json names, so that what is wrong is told now rather than in ten
// minutes, or at the first run; and the resource providers of its containers are registered.

import { checkConfiguration } from '../../cli/check/configuration.ts';
import { requireNoFaults } from '../../cli/check/require-no-faults.ts';
import { runMain } from '../command-line.ts';
import { azureCli } from './azure-cli.ts';
import { required } from './hook.ts';
import { otherSubscriptionFindings } from './other-subscriptions.ts';
import { providersOf, registerProviders } from './providers.ts';
import { subscriptionFindings } from './subscription.ts';

async function main(): Promise<void> {
  const environment = process.env;
  for (const name of ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_SUBSCRIPTION_ID']) required(environment, name);
  const check = await checkConfiguration({ file: 'models.json', folder: '.', environment, deploys: true });
  const print = (line: string) => console.log(line);
  requireNoFaults(check.findings, print);
  if (check.models === null) return;
  const own = required(environment, 'AZURE_SUBSCRIPTION_ID');
  const az = azureCli(own);
  const findings = [
    ...(await otherSubscriptionFindings(azureCli, own, check.models)),
    ...(await subscriptionFindings(az, environment, check.models)),
  ];
  requireNoFaults(findings, print);
  await registerProviders(az, providersOf([...check.models.models, ...check.models.jobs]));
}

if (import.meta.main) await runMain(main);
