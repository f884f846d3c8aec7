// A stranger who knows the API by its description only: Schemathesis calls everything that is described, with what may be
// sent and with what may not, and holds every answer against the description.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { NO_PYTHON, pythonOf } from '../../scripts/python-environments.ts';
import { type FrontDoor, groupNamed, openFrontDoor } from '../functions/front-door.ts';
import { runPython } from './run-python.ts';

const CONFIGURATION = fileURLToPath(new URL('schemathesis.toml', import.meta.url));

const python = pythonOf('schemathesis');
const door = python === undefined ? undefined : await open();

function open(): Promise<FrontDoor> {
  return openFrontDoor({
    models: [groupNamed('nightly'), groupNamed('weekly')],
    jobs: [{ name: 'retrain', container: { group: 'retrain' } }],
    host: { auth: true },
  });
}

/** @returns what it said; it must have found nothing. */
async function tried(): Promise<string> {
  if (door === undefined) throw new Error('This test must be skipped.');
  const { host } = door.environment;
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  try {
    const { exitCode, output } = await runPython(
      python,
      [
        ...['-m', 'schemathesis.cli', '--config-file', CONFIGURATION, 'run', `${host.url}/api/openapi.json`],
        ...['--header', `x-functions-key: ${host.masterKey}`],
      ],
      {},
      folder,
    );
    expect(exitCode, output).toBe(0);
    return output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.skipIf(door === undefined)(
  `every answer is as described, and none is a fault of the app${door === undefined ? ` (${NO_PYTHON})` : ''}`,
  { timeout: 600_000 },
  async () => {
    const output = await tried();
    const operations = Object.values(openApiDocument().paths).flatMap((methods) => Object.keys(methods));
    // All but the description itself.
    expect(output).toContain(`Tested: ${operations.length - 1}`);
    expect(Number(/(\d+) passed, \d+ skipped/.exec(output)?.[1])).toBeGreaterThan(300);
  },
);
