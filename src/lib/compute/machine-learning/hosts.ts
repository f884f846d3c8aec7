// Addresses that answers of Azure name, and which of them may have a token of the app's. A token opens whatever the app may
// do, so it goes to hosts of Azure Machine Learning alone, and to Resource Manager's own, which has it anyway.

/**
 * The run history (also behind a private link) and the endpoints, in each cloud:
 * https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall
 */
const HOSTS = /\.(?:api\.azureml\.ms|(?:api|inference)\.ml\.azure\.(com|us|cn))$/;

/** Whether a token may go there. */
export function mayHaveToken(address: string, resourceManagerUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username } = new URL(address);
  if (protocol !== 'https:' || username !== '') return false;
  return HOSTS.test(hostname) || hostname === new URL(resourceManagerUrl).hostname;
}

/**
 * Whom a token for a batch endpoint is for, which is another audience than that of all else, in each cloud: azure-ai-ml,
 * `_azure_environments.py`, AML_RESOURCE_ID.
 */
export function audienceOfEndpoint(scoringUri: string): string {
  const [, cloud = 'com'] = HOSTS.exec(new URL(scoringUri).hostname) ?? [];
  return `https://ml.azure.${cloud}`;
}
