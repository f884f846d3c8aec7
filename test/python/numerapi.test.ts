// numerapi itself, in its last two minor versions, against Numerai's emulator.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { faultsOf } from '../../local/emulators/numerai/documents.ts';
import { startNumerai } from '../../local/emulators/numerai/numerai.ts';
import type { Schedule } from '../../local/emulators/numerai/schedules.ts';
import { roundsSince } from '../../local/environment/rounds.ts';
import { NO_PYTHON, pythonOf, WITH_NUMERAPI } from '../../scripts/python-environments.ts';
import { ACCOUNT } from '../local/emulators/numerai/setup.ts';
import { trustedCertificates } from '../local/emulators/trusted-certificates.ts';
import { runPython } from './run-python.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const HOUR_MS = 3_600_000;

const documentsSchema = z.array(z.object({ method: z.string(), module: z.string(), document: z.string() }));

/** What no container needs and a participant does elsewhere: stakes and payouts, leaderboards, model uploads. */
const LEFT_OUT = [
  'get_account_leaderboard',
  'get_leaderboard',
  'model_upload',
  'model_upload_data_versions',
  'model_upload_docker_images',
  'pending_model_payouts',
  'stake_change',
  'stake_drain',
  'stake_get',
  'v3_stake_auth',
  'v3_stake_claim',
  'v3_stake_config',
  'v3_stake_round',
  'wallet_transactions',
];

describe.each(WITH_NUMERAPI)('numerapi, %s', (name) => {
  const python = pythonOf(name);
  const title = (text: string) => (python === undefined ? `${text} (${NO_PYTHON})` : text);

  test.skipIf(python === undefined)(
    title('every document in the package is valid against the schema, but those that are left out'),
    async () => {
      const { output, exitCode } = await runPython(python, [`${FOLDER}documents.py`]);
      expect(exitCode, output).toBe(0);
      const documents = documentsSchema.parse(JSON.parse(output));
      expect(documents.length).toBeGreaterThan(45);
      const refused = documents.flatMap(({ method, module, document }) =>
        faultsOf(document).map(({ message }) => ({ method, module, message })),
      );
      expect(refused.filter(({ method }) => !LEFT_OUT.includes(method))).toEqual([]);
      expect([...new Set(refused.map(({ method }) => method))].sort()).toEqual(LEFT_OUT);
    },
  );

  test.skipIf(python === undefined)(
    title('does what a participant does with it, in all three tournaments'),
    async () => {
      const open = roundsSince(new Date(Date.now() - HOUR_MS));
      const submissions = await pass(python, open, 'test_numerapi.py', 'test_submissions.py');
      const given = submissions.filter(({ triggerId }) => triggerId === 'trigger-7');
      expect(given.map(({ tournament }) => tournament).sort()).toEqual([11, 12, 8].sort());
      expect(given.every(({ computeId, source }) => computeId === 'compute-7' && source === 'numerapi')).toBe(true);
    },
    300_000,
  );

  test.skipIf(python === undefined)(
    title('submits late once the round has closed'),
    async () => {
      const closed = roundsSince(new Date(Date.now() - 3 * HOUR_MS), HOUR_MS);
      const submissions = await pass(python, closed, 'test_after_the_close.py');
      expect(submissions.map(({ late }) => late)).toEqual([true, true, true]);
    },
    120_000,
  );
});

/** Runs tests of Python against an emulator of their own; they must pass. @returns what was submitted to it. */
async function pass(python: string | undefined, schedule: Schedule, ...files: readonly string[]) {
  const certificates = await trustedCertificates();
  const numerai = await startNumerai({
    certificates,
    accounts: [ACCOUNT],
    schedule,
    rateLimits: { setWebhookPerMinute: 1_000 },
  });
  try {
    const { output, exitCode } = await runPython(
      python,
      ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...files.map((name) => `${FOLDER}${name}`)],
      // The authority alone: a list of all, read anew for each request, takes most of the time.
      {
        REQUESTS_CA_BUNDLE: certificates.authorityFile,
        SSL_CERT_FILE: certificates.authorityFile,
        NUMERAI_EMULATOR: numerai.url,
      },
    );
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/\d passed/);
    return numerai.submissions;
  } finally {
    await numerai.close();
  }
}

test('what is left out stands in the docs', () => {
  const docs = readFileSync(`${FOLDER}../../docs/local-environment.md`, 'utf8');
  for (const method of LEFT_OUT) expect(docs).toContain(`\`${method}\``);
});
