// What the app uses of the Azure client libraries. It is loaded by `import()` alone, and the build makes a file
// of its own of it: nine tenths of the code that runs are here. What explains their errors goes with them.

export {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
export { TableClient } from '@azure/data-tables';
export { AzureCliCredential, ManagedIdentityCredential } from '@azure/identity';
export { SecretClient } from '@azure/keyvault-secrets';
export { explainerOf } from './refusals.ts';
