// Types of the Azure client libraries that several places need; types only, so nothing is loaded.

export type { TokenCredential } from '@azure/identity';

import type { SecretClientOptions } from '@azure/keyvault-secrets';

/** What sends the SDKs' requests; the libraries' own where none is given. */
export type HttpClient = NonNullable<SecretClientOptions['httpClient']>;
