// Folders that a container sees: in Docker mounted, in a process below its working folder.

import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runArguments } from '../../../local/containers/docker.ts';
import { ProcessRuntime } from '../../../local/containers/process.ts';

let folder: string;
let runtime: ProcessRuntime;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'share-'));
  await writeFile(join(folder, 'kept.txt'), 'kept');
});
afterEach(async () => {
  await runtime?.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(program: string, readOnly: boolean): Promise<string> {
  runtime = new ProcessRuntime({ images: { image: { command: ['node', '-e', program] } } });
  const mounts = [{ folder, mountPath: '/data/models', readOnly }];
  const container = await runtime.start({ name: 'a/b', image: 'image', env: {}, cpu: 1, memoryGB: 1, mounts });
  const { exitCode } = await container.ended;
  expect(exitCode, container.log()).toBe(0);
  return container.log();
}
const FILE = "require('path').join(process.env.CONTAINER_ROOT, '/data/models/kept.txt')";
const READ_AND_WRITE = `const fs = require('fs'); console.log(fs.readFileSync(${FILE}, 'utf8')); fs.writeFileSync(${FILE}, 'changed')`;

test('a process reads and writes a mounted folder, which outlives it', async () => {
  expect(await run(READ_AND_WRITE, false)).toBe('kept\n');
  expect(await readFile(join(folder, 'kept.txt'), 'utf8')).toBe('changed');
});

test('what a process writes into a read-only one reaches nobody', async () => {
  expect(await run(READ_AND_WRITE, true)).toBe('kept\n');
  expect(await readFile(join(folder, 'kept.txt'), 'utf8')).toBe('kept');
});

test('a file that is exchanged for another, again and again, is read by who starts meanwhile', async () => {
  let isEnding = false;
  const exchange = async () => {
    const part = join(folder, 'kept.txt.part');
    while (!isEnding) {
      await writeFile(part, 'kept');
      await rename(part, join(folder, 'kept.txt'));
    }
  };
  const exchanging = exchange();
  try {
    for (let count = 0; count < 10; count += 1) expect(await run(READ_AND_WRITE, true)).toBe('kept\n');
  } finally {
    isEnding = true;
    await exchanging;
  }
});

test('its working folder is the root of the mount paths', async () => {
  expect(await run("console.log(require('fs').readdirSync('data/models').join())", false)).toBe('kept.txt\n');
});

test('Docker mounts each at its path', () => {
  const mounts = [
    { folder: '/shares/a/b', mountPath: '/models', readOnly: true },
    { folder: '/shares/a/c', mountPath: '/out', readOnly: false },
  ];
  const args = runArguments(
    { name: 'a/b', image: 'image', env: {}, cpu: 1, memoryGB: 1, mounts },
    {},
    { name: 'c', variables: [] },
  );
  expect(args.filter((_, index) => args[index - 1] === '--mount')).toEqual([
    'type=bind,source=/shares/a/b,target=/models,readonly',
    'type=bind,source=/shares/a/c,target=/out',
  ]);
});
