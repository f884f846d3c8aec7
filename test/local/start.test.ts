import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MS = 60_000;
const DEMO_WITHIN_MS = 30_000;

const folders: string[] = [];
const started: ChildProcess[] = [];

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** All that it has printed so far. */
  readonly printed: () => string;
  readonly exited: Promise<number | null>;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'start-'));
  folders.push(folder);
  return folder;
}

/** `npm start -- …`, without npm in between. */
function start(args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['local/start.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const exited = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { child, printed: () => text, exited };
}

const ready = (it: Started) =>
  expect.poll(it.printed, { timeout: READY_WITHIN_MS, interval: 100 }).toContain('Ctrl-C ends');

/** URL and body of the `curl` line that is printed for people. */
function printedCall(text: string): { url: string; body: string } {
  const [, url = '', body = ''] = /curl -X POST '?([^\s']+)'? .*-d '([^']+)'/.exec(text) ?? [];
  return { url: `http://${url}`, body };
}

/** Processes of this environment that are still there: all know a file in its folder. Linux only. */
function processesOf(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

describe('npm start', () => {
  test('leads a newcomer from the printed command to a submission, and ends without a trace', async () => {
    const folder = await newFolder();
    const it = start(['--state', folder]);
    await ready(it);
    const { url, body } = printedCall(it.printed());
    const { origin } = new URL(url);
    expect(await (await fetch(`${origin}/api/health`)).json()).toEqual({ status: 'ok' });

    const call = () =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const first = await call();
    expect(first.status).toBe(200);
    // The next line checks that it is a run.
    const run = (await first.json()) as { readonly runId: string };
    expect(run).toMatchObject({ model: 'demo', duplicate: false });
    const self = `${origin}/api/runs/demo/${run.runId}`;
    await expect
      .poll(async () => (await fetch(self)).json(), { timeout: DEMO_WITHIN_MS, interval: 500 })
      .toMatchObject({ state: 'succeeded', exitCode: 0, triggerId: 'abc' });
    expect(await (await fetch(`${self}/logs`)).text()).toContain('Submission');

    const again = await call();
    expect([again.status, await again.json()]).toMatchObject([
      200,
      { runId: run.runId, duplicate: true },
    ]);
    const kept = JSON.parse(readFileSync(join(folder, 'numerai.json'), 'utf8'));
    expect(kept.submissions).toMatchObject([{ triggerId: 'abc' }]);

    it.child.kill('SIGINT');
    expect(await it.exited).toBe(0);
    expect(processesOf(folder)).toEqual([]);

    // The next start knows what has been, and asks for keys when it is told to.
    const next = start(['--state', folder, '--enable-auth']);
    await ready(next);
    const guarded = printedCall(next.printed());
    const withKey = await fetch(guarded.url, { method: 'POST', body });
    expect(await withKey.json()).toMatchObject({ runId: run.runId, duplicate: true });
    expect((await fetch(guarded.url.replace(/\?.*/, ''), { method: 'POST' })).status).toBe(401);
    next.child.kill('SIGTERM');
    expect(await next.exited).toBe(0);
  });

  test('ends its processes even when it is killed', async () => {
    const folder = await newFolder();
    const it = start(['--state', folder]);
    await ready(it);
    it.child.kill('SIGKILL');
    await it.exited;
    await expect.poll(() => processesOf(folder), { timeout: 10_000 }).toEqual([]);
  });

  test('says in one sentence what keeps it from starting', async () => {
    const folder = await newFolder();
    const running = start(['--state', folder]);
    await ready(running);
    const { port } = new URL(printedCall(running.printed()).url);

    const samePort = start(['--state', await newFolder()], { PORT: port });
    expect(await samePort.exited).toBe(1);
    expect(samePort.printed()).toContain(`Port ${port} is in use.`);

    const sameFolder = start(['--state', folder]);
    expect(await sameFolder.exited).toBe(1);
    expect(sameFolder.printed()).toContain('The local environment runs already');

    const badPort = start([], { PORT: 'x' });
    expect(await badPort.exited).toBe(1);
    expect(badPort.printed()).toBe('PORT is "x"; it has to be a number from 0 to 65535.\n');

    const badOption = start(['--frech']);
    expect(await badOption.exited).toBe(1);
    expect(badOption.printed()).toBe("Unknown option '--frech'. Did you mean --fresh?\n");
  });
});
