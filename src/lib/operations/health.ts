// Is everything in reach? Each dependency is asked something harmless, with the app's own identity.

import type { Services } from '../../services.ts';
import { ExternalCallError } from '../azure/external-call.ts';
import { SecretError } from '../azure/key-vault.ts';
import type { Model } from '../config/models.ts';
import { secretNamesInUse } from '../config/secret-names.ts';
import { messageOf } from '../util/errors.ts';
import { listSubmissions } from '../verification/find-submission.ts';
import { isKnownToNumerai } from '../verification/model-ids.ts';

export interface Finding {
  readonly dependency: string;
  readonly ok: boolean;
  /** What is wrong; null where nothing is. */
  readonly problem: string | null;
  /** What to do about it. */
  readonly remedy: string | null;
}

interface Check {
  readonly dependency: string;
  readonly ask: () => Promise<unknown>;
  readonly remedy: string;
}

/** Asks all dependencies, side by side. */
export async function checkHealth(services: Services): Promise<readonly Finding[]> {
  return Promise.all(checksOf(services).map(carryOut));
}

function checksOf(services: Services): Check[] {
  const { models, settings } = services;
  return [
    {
      dependency: 'Table Storage',
      ask: () => services.inFlight.read(),
      remedy:
        'Check AzureWebJobsStorage__tableServiceUri, and that the identity has the role Storage Table Data Contributor on the account.',
    },
    ...secretNamesInUse(services).map((name) => ({
      dependency: `secret ${name}`,
      ask: () => services.secrets.get(name),
      remedy:
        settings.keyVaultUrl === undefined
          ? `Set ${name.toUpperCase().replaceAll('-', '_')} in the settings, or KEY_VAULT_URL.`
          : 'Set the secret in the vault, and give the identity the role Key Vault Secrets User there.',
    })),
    ...models.map((model) => ({
      dependency: `container of model ${model.name}`,
      ask: () => askContainer(services, model),
      remedy:
        model.container.kind === 'group'
          ? 'Check container.group in models.json, CONTAINER_RESOURCE_GROUP, and the role of the identity on that resource group.'
          : 'Check AZURE_SUBSCRIPTION_ID, CONTAINER_RESOURCE_GROUP, and the role of the identity on that resource group.',
    })),
    ...[...new Set(models.map((model) => model.tournament))].map((tournament) => ({
      dependency: `Numerai's rounds of ${tournament}`,
      ask: () => services.numerai.rounds(tournament),
      remedy:
        'Numerai may be down; the fallback goes by the documented hours meanwhile. Check NUMERAI_API_URL.',
    })),
    ...models.filter(isKnownToNumerai).map((model) => ({
      dependency: `Numerai's model ${model.name}`,
      ask: () => listSubmissions(services, model),
      remedy: `Check the API key of the account (secrets ${model.numeraiKeys.publicId} and ${model.numeraiKeys.secretKey}), and numeraiModelId or numeraiModelName in models.json.`,
    })),
  ];
}

async function askContainer({ platform }: Services, model: Model): Promise<void> {
  if (model.container.kind === 'image') {
    await platform.observe(`${model.name}-health`);
    return;
  }
  const { group } = model.container;
  const seen = await platform.observe(group);
  if (seen.kind === 'absent') throw new Error(`The container group ${group} does not exist.`);
  if (seen.restartPolicy === 'Always') {
    throw new Error(
      `The container group ${group} has the restart policy Always, so its container starts again after every end and a run never ends. Create the group anew with the restart policy Never.`,
    );
  }
}

async function carryOut({ dependency, ask, remedy }: Check): Promise<Finding> {
  try {
    await ask();
    return { dependency, ok: true, problem: null, remedy: null };
  } catch (error) {
    const passing = error instanceof ExternalCallError && error.failure !== 'refused';
    const own = error instanceof SecretError;
    return {
      dependency,
      ok: false,
      problem: messageOf(error),
      remedy: own ? null : passing ? `This may pass by itself. If it stays: ${remedy}` : remedy,
    };
  }
}
