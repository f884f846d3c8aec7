// What the app uses of the Azure client libraries. It is loaded by `import()` alone, and the build makes a file
// of its own of it: nine tenths of the code that runs are here. What checks their answers, and explains their errors, goes with them.

export {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
export { TableClient } from '@azure/data-tables';
export { AzureCliCredential, ManagedIdentityCredential } from '@azure/identity';
export { SecretClient } from '@azure/keyvault-secrets';
export { checked } from './answers.ts';
export { accountOf, explainerOf } from './refusals.ts';

/** The app's own retries, which its clock drives; and Azure redirects nobody: what does is something in between. */
export const ONCE = { retryOptions: { maxRetries: 0 }, redirectOptions: { maxRetries: 0 } } as const;
