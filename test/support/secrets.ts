// The app's store of secrets against the vault of a local environment.

import type { Environment } from '../../local/environment/environment.ts';
import { createApp } from '../../src/app.ts';
import type { SecretStore } from '../../src/lib/config/secrets.ts';
import type { Clock } from '../../src/lib/util/clock.ts';

/** As an instance has it. @param folder with models.json. */
export function secretsOf(environment: Environment, folder: string, clock: Clock): SecretStore {
  const app = createApp({
    environment: { ...environment.settings },
    clock,
    random: Math.random,
    fetch,
    // The identity library keeps tokens for the whole process; this asks the same authority.
    credential: {
      async getToken(scopes) {
        const audience = String(scopes).replace(/\/\.default$/, '');
        const { token, expiresOn } = environment.tokens.issue({ audience, clientId: 'tests' });
        return { token, expiresOnTimestamp: expiresOn * 1000 };
      },
    },
    appFolder: folder,
  });
  return app.servicesFor({}, () => {}).secrets;
}
