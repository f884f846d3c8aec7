// Who the app is when it talks to Azure. The identity library is large, so it is loaded with the first token.

import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/identity';

export interface CredentialOptions {
  /** Client id of a user-assigned identity; absent for the system-assigned one. */
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
  const load = async (): Promise<TokenCredential> => {
    if (options.hasManagedIdentity) {
      const { ManagedIdentityCredential } = await import('./clients.ts');
      return options.clientId === undefined
        ? new ManagedIdentityCredential()
        : new ManagedIdentityCredential({ clientId: options.clientId });
    }
    const { AzureCliCredential } = await import('./clients.ts');
    return new AzureCliCredential();
  };
  return {
    async getToken(
      scopes: string | string[],
      tokenOptions?: GetTokenOptions,
    ): Promise<AccessToken | null> {
      loading ??= load();
      const credential = await loading;
      return credential.getToken(scopes, tokenOptions);
    },
  };
}
