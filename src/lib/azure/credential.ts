// Who the app is when it talks to Azure. The identity library is large, so it is loaded with the first token.

import type { TokenCredential } from './sdk-types.ts';

export interface CredentialOptions {
  /** Client id of a user-assigned identity; undefined for the system-assigned one. */
  readonly clientId: string | undefined;
  /** Whether the platform offers a managed identity (it sets IDENTITY_ENDPOINT). */
  readonly hasManagedIdentity: boolean;
}

/**
 * The managed identity where there is one; else the credentials that `az login` left.
 * Tokens are cached by the library until shortly before they expire.
 */
export function createCredential(options: CredentialOptions): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, tokenOptions) {
      loading ??= load(options);
      return (await loading).getToken(scopes, tokenOptions);
    },
  };
}

async function load({ clientId, hasManagedIdentity }: CredentialOptions): Promise<TokenCredential> {
  const { AzureCliCredential, ManagedIdentityCredential } = await import('./clients.ts');
  if (!hasManagedIdentity) return new AzureCliCredential();
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}
