// The command as a process of its own, beside a running `npm start`.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { emptyFolder, nowhere } from './command-line.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = emptyFolder();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(file: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const started = { child, out: '', err: '', closed: once(child, 'close') };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    started.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    started.err += chunk;
  });
  return started;
}

/** `npm run numerai -- …`, without npm in between and with no other environment than this. */
async function numerai(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const command = start('cli/main.ts', args, environment);
  await command.closed;
  return { code: command.child.exitCode, out: command.out, err: command.err };
}

/** Five processes, one after another, on a machine that may be busy. */
const WITHIN = { timeout: 120_000 };

test('beside a running `npm start` it needs no configuration, and says against what it runs', WITHIN, async () => {
  const state = join(folder, 'state');
  const environment = start('local/start.ts', ['--state', state], { ...process.env, PORT: '0' });
  await expect.poll(() => environment.out, { timeout: 60_000 }).toContain('Ctrl-C stops');

  const { code, out, err } = await numerai(['test', 'demo', '--state', state]);
  expect(err).toContain('Using the local environment (http://localhost:');
  expect(out).toMatch(/submission seen .* with this trigger id/);
  expect(code).toBe(0);
  // A file that is named is meant, whatever the environment was started with.
  const named = await numerai(['models', '--state', state], { MODELS_FILE: 'mine.json' });
  expect(named).toMatchObject({ code: 2, err: expect.stringContaining('There is no mine.json here.') });
  // `| head -1`: who prints to nobody ends, and says nothing of it.
  const watched = start('cli/main.ts', ['status', '--watch', '1', '--json', '--state', state], {});
  watched.child.stdout.once('data', () => watched.child.stdout.destroy());
  await watched.closed;
  expect([watched.child.exitCode, watched.err.split('\n').slice(1)]).toEqual([0, ['']]);
  // With an app of one's own nothing leads to the local one, and no key of the demo's is sent there.
  const own = await numerai(['test', 'demo', '--url', await nowhere()], {
    MODELS_FILE: join(ROOT, 'models.json'),
  });
  expect(own.err).not.toContain('local environment');
  expect(own.code).not.toBe(0);

  environment.child.kill('SIGTERM');
  await environment.closed;
  const after = await numerai(['round', '--state', state]);
  expect(after.code).toBe(3);
});
