// Runs a program of Python beside the emulators, which this process serves.

import { spawn } from 'node:child_process';

export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** @param env in addition to a search path; nothing of this process. */
export async function runPython(
  python: string | undefined,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Ended> {
  if (python === undefined) throw new Error('This test must be skipped.');
  const child = spawn(python, ['-B', ...args], {
    // One thread: those of LightGBM wait for each other by spinning, for minutes where the machine is busy.
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', OMP_NUM_THREADS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}
