// A log whose secrets nobody can know is withheld, and the words say what to do the next time.

import { expect, test } from 'vitest';
import { learnSecrets } from '../../../src/lib/compute/given-secrets.ts';

const never = () => Promise.reject(new Error('nothing is to be read'));

test('of a model that models.json no longer has, and whose record names no secret', async () => {
  const secrets = { get: never, getOrLast: never, getVersion: never };
  await expect(learnSecrets({ secrets }, { secretVersions: [] }, undefined)).rejects.toMatchObject({
    code: 'log-withheld',
    message: expect.stringMatching(
      /^The secrets in it could not .* Take a model out .* have ended; until then, pause it\.$/,
    ),
  });
});
