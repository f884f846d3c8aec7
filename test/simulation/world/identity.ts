// Who the app is for Azure. Tokens are of real time, whatever the clock says.

import type { TokenCredential } from '@azure/identity';
import { TokenAuthority, type TokenCheck } from '../../../local/emulators/tokens.ts';

export const CLIENT_ID = '22222222-2222-4333-8444-555555555555';

/** Verifies each token once: a simulation sends the same ones many thousand times. */
export class RememberedTokens extends TokenAuthority {
  readonly #checks = new Map<string, TokenCheck>();

  override check(...[authorization, audience]: Parameters<TokenAuthority['check']>): TokenCheck {
    const key = `${audience} ${authorization}`;
    const known = this.#checks.get(key) ?? super.check(authorization, audience);
    this.#checks.set(key, known);
    return known;
  }
}

/** One identity for all instances of the app, with one token for each service. */
export function credentialOf(tokens: TokenAuthority): TokenCredential {
  const issued = new Map<string, { token: string; expiresOnTimestamp: number }>();
  return {
    async getToken(scopes) {
      const audience = ([scopes].flat()[0] ?? '').replace(/\/\.default$/, '');
      const known = issued.get(audience);
      if (known !== undefined) return known;
      const { token, expiresOn } = tokens.issue({ audience, clientId: CLIENT_ID });
      const fresh = { token, expiresOnTimestamp: expiresOn * 1000 };
      issued.set(audience, fresh);
      return fresh;
    },
  };
}
