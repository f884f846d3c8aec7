// On a developer's machine there is no managed identity: the app is then who `az login` says.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { groupNamed, openFrontDoor } from './front-door.ts';

afterAll(() => vi.unstubAllEnvs());

const AUDIENCES = ['https://management.azure.com', 'https://vault.azure.net', 'https://storage.azure.com'];

test.skipIf(process.platform === 'win32')(
  'without a managed identity, the tokens are those of the Azure CLI',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'az-'));
    afterAll(() => rm(folder, { recursive: true, force: true }));
    vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
    const door = await openFrontDoor({
      models: [groupNamed('mine')],
      settings: { IDENTITY_ENDPOINT: '', IDENTITY_HEADER: '' },
    });
    const { tokens, identity, emulators } = door.environment;
    const answers = AUDIENCES.map((audience) => {
      const { token, expiresOn } = tokens.issue({ audience, clientId: 'the-developer' });
      const answer = { accessToken: token, expires_on: expiresOn, tokenType: 'Bearer' };
      return `*--resource*${audience}*) echo '${JSON.stringify(answer)}' ;;`;
    });
    const script = `#!/bin/sh\ncase "$*" in\n${answers.join('\n')}\n*) exit 1 ;;\nesac\n`;
    await writeFile(join(folder, 'az'), script);
    await chmod(join(folder, 'az'), 0o755);

    const run = await door.ended(await door.webhook('mine', { roundNumber: 1 }));
    expect(run.state).toBe('succeeded');
    expect(identity.emulator.callCount).toBe(0);
    const [call] = emulators.resourceManager?.calls ?? [];
    const check = tokens.check(call?.headers.authorization, 'https://management.azure.com');
    expect(check).toEqual({ ok: true, clientId: 'the-developer' });
  },
);
