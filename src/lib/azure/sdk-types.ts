// Types of the Azure client libraries that several places need; types only, so nothing is loaded.

/** What sends the libraries' requests; their own where none is given. */
export type { HttpClient } from '@azure/core-rest-pipeline';
export type { TokenCredential } from '@azure/identity';
