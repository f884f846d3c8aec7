// The demo's training, run as in its container, where it is asked to fail.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../../local/submission/train.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'training-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['crash', 1, 'this is the requested crash', false],
  ['exit-code:75', 75, 'ending with 75', false],
  ['explode', 78, 'DEMO_FAIL is "explode"; it must be crash', false],
  ['slow:0.01', 0, 'waiting 0.01 s', true],
])('with DEMO_FAIL=%s the training ends with %i', async (failure, code, words, hasWritten) => {
  const folder = join(root, failure.replace(':', '-'));
  mkdirSync(join(folder, 'models'), { recursive: true });
  const env = { CONTAINER_ROOT: folder, DEMO_TRAINING_SECONDS: '0', DEMO_FAIL: failure };
  const child = spawn(process.execPath, [PROGRAM], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  await once(child, 'close');
  expect(output).toContain(words);
  expect(child.exitCode).toBe(code);
  expect(existsSync(join(folder, 'models', 'model.json'))).toBe(hasWritten);
});
