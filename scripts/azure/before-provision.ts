// Before the infrastructure is made: reports what is wrong with models.json now rather than in ten minutes, and
// registers the one resource provider that the app uses and the template does not.

import { readFile } from 'node:fs/promises';
import { type Entry, parseModels } from '../../src/lib/config/models.ts';
import { runMain } from '../command-line.ts';
import { azureCli } from './azure-cli.ts';
import { required } from './hook.ts';

/** A placeholder for the identity that the template is about to make. */
const IDENTITY_TO_COME =
  '/subscriptions/0/resourceGroups/0/providers/Microsoft.ManagedIdentity/userAssignedIdentities/to-come';

/** The image of the models.json that comes with the repository: it exists in the local environment only. */
const DEMO_IMAGE = 'docker.io/numerai-demo/';

/** The names of models and jobs that are still the demo's. */
export function demosIn(models: readonly Entry[]): readonly string[] {
  return models
    .filter(({ container }) => container.kind === 'image' && container.image.startsWith(DEMO_IMAGE))
    .map(({ name }) => name);
}

/** An existing resource has a name and a resource group: the variables that are set without the other one. */
export function halfNamed(environment: NodeJS.ProcessEnv): readonly string[] {
  const isSet = (name: string) => (environment[name] ?? '') !== '';
  return [
    ['EXISTING_VAULT_NAME', 'EXISTING_VAULT_RESOURCE_GROUP'],
    ['EXISTING_STORAGE_ACCOUNT_NAME', 'EXISTING_STORAGE_RESOURCE_GROUP'],
    ['EXISTING_REGISTRY_NAME', 'EXISTING_REGISTRY_RESOURCE_GROUP'],
  ].flatMap((pair) => (pair.every(isSet) ? [] : pair.filter(isSet)));
}

async function main(): Promise<void> {
  const environment = process.env;
  const halves = halfNamed(environment);
  if (halves.length > 0) {
    throw new Error(
      `${halves.join(', ')}: an existing resource needs its name and its resource group (docs/deploy.md).`,
    );
  }
  const makesIdentity = environment.CREATE_REGISTRY === 'true' || (environment.EXISTING_REGISTRY_NAME ?? '') !== '';
  const { models, jobs } = parseModels(await readFile('models.json', 'utf8'), {
    file: 'models.json',
    containerLocation: environment.CONTAINER_LOCATION || required(environment, 'AZURE_LOCATION'),
    containerIdentityId: makesIdentity ? IDENTITY_TO_COME : undefined,
  });
  const demos = demosIn([...models, ...jobs]);
  if (demos.length > 0) {
    throw new Error(`models.json still has the demo's ${demos.join(', ')}. Write your own models first (README.md).`);
  }
  console.log(`models.json is in order: ${[...models, ...jobs].map(({ name }) => name).join(', ')}.`);
  const az = azureCli(required(environment, 'AZURE_SUBSCRIPTION_ID'));
  await az(['provider', 'register', '--namespace', 'Microsoft.ContainerInstance', '--wait']);
}

if (import.meta.main) await runMain(main);
