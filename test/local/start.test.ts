import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MS = 60_000;
const DEMO_WITHIN_MS = 30_000;

const folders: string[] = [];
const children: ChildProcess[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** Everything that it has printed so far. */
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
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const exited = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { child, printed: () => text, exited };
}

const ready = (started: Started) =>
  expect.poll(started.printed, { timeout: READY_WITHIN_MS, interval: 100 }).toContain('Ctrl-C stops');

/** URL and body of the printed `curl` command. */
function printedCall(text: string): { url: string; body: string } {
  const [, url = '', body = ''] = /curl -X POST '?([^\s']+)'? .*-d '([^']+)'/.exec(text) ?? [];
  return { url: `http://${url}`, body };
}

/** Processes of this environment that are still running: their variables name its folder. Linux only. */
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
    const first = start(['--state', folder]);
    await ready(first);
    const { url, body } = printedCall(first.printed());
    const { origin } = new URL(url);
    expect(await (await fetch(`${origin}/api/health`)).json()).toEqual({ status: 'ok' });

    const call = (to = url) => fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = await call();
    expect(answer.status).toBe(200);
    // The next line checks that it is a run.
    const run = (await answer.json()) as { readonly runId: string };
    expect(run).toMatchObject({ model: 'demo', duplicate: false });
    const self = `${origin}/api/runs/demo/${run.runId}`;
    await expect
      .poll(async () => (await fetch(self)).json(), { timeout: DEMO_WITHIN_MS, interval: 200 })
      .toMatchObject({ state: 'succeeded', exitCode: 0, triggerId: 'abc' });
    expect(await (await fetch(`${self}/logs`)).text()).toContain('Submission');

    const again = await call();
    expect([again.status, await again.json()]).toMatchObject([200, { runId: run.runId, duplicate: true }]);
    const kept = JSON.parse(readFileSync(join(folder, 'numerai.json'), 'utf8'));
    // One container, three slots.
    expect(kept.submissions).toMatchObject(Array.from({ length: 3 }, () => ({ triggerId: 'abc' })));

    first.child.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(processesOf(folder)).toEqual([]);

    // The next start remembers the run, and requires keys if it is asked to.
    const next = start(['--state', folder, '--enable-auth']);
    await ready(next);
    const guarded = printedCall(next.printed());
    const withKey = await call(guarded.url);
    expect(await withKey.json()).toMatchObject({ runId: run.runId, duplicate: true });
    expect((await fetch(guarded.url.replace(/\?.*/, ''), { method: 'POST' })).status).toBe(401);
    next.child.kill('SIGTERM');
    expect(await next.exited).toBe(0);
  });

  test('allows no second one on its port or folder; ends its processes even when it is killed', async () => {
    const folder = await newFolder();
    const running = start(['--state', folder]);
    await ready(running);
    const { port } = new URL(printedCall(running.printed()).url);

    const samePort = start(['--state', await newFolder()], { PORT: port });
    const sameFolder = start(['--state', folder]);
    expect([await samePort.exited, await sameFolder.exited]).toEqual([1, 1]);
    expect(samePort.printed()).toMatch(/^Port \d+ is in use\. Stop .* PORT=7071 npm start\n$/);
    expect(sameFolder.printed()).toMatch(/^The local environment is already running .*\n$/);

    running.child.kill('SIGKILL');
    await running.exited;
    await expect.poll(() => processesOf(folder), { timeout: 10_000 }).toEqual([]);
  });

  test('remembers, after it was killed, every run that it has told somebody of', async () => {
    const folder = await newFolder();
    const first = start(['--state', folder]);
    await ready(first);
    const call = async (started: Started) => {
      const { url, body } = printedCall(started.printed());
      const headers = { 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body })).json();
    };
    // The next line checks that it is a run.
    const run = (await call(first)) as { readonly runId: string };
    first.child.kill('SIGKILL');
    expect(run).toMatchObject({ model: 'demo', duplicate: false });
    await first.exited;
    await expect.poll(() => processesOf(folder), { timeout: 10_000 }).toEqual([]);

    const next = start(['--state', folder]);
    await ready(next);
    expect(await call(next)).toMatchObject({ runId: run.runId, duplicate: true });
  });

  test('a drill starts from scratch, closes soon, and makes happen what it is for', async () => {
    const folder = await newFolder();
    const started = start(['--state', folder, '--drill', 'capacity', '--closes-in', '7']);
    await ready(started);
    await expect.poll(started.printed, { timeout: READY_WITHIN_MS, interval: 100 }).toContain('It has happened.');
    const { origin } = new URL(printedCall(started.printed()).url);
    // What is read is checked below.
    const { models } = (await (await fetch(`${origin}/api/status`)).json()) as {
      readonly models: readonly { readonly openRound: { readonly secondsLeft: number } }[];
    };
    expect(models).toMatchObject(
      ['nightly-lgbm', 'ensemble', 'crypto-ridge'].map((model) => ({ model, inFlight: { state: 'waiting' } })),
    );
    for (const { openRound } of models) {
      expect(openRound.secondsLeft).toBeGreaterThan(0);
      expect(openRound.secondsLeft).toBeLessThanOrEqual(7 * 60);
    }
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
  });

  test('tells an edit of models.json, and what is wrong with it', async () => {
    const file = join(await newFolder(), 'models.json');
    const good = readFileSync(join(ROOT, 'models.json'), 'utf8');
    await writeFile(file, good);
    const running = start(['--state', await newFolder()], { MODELS_FILE: file });
    await ready(running);
    const said = () => running.printed().slice(running.printed().indexOf('Ctrl-C stops'));
    await writeFile(file, good.replace('"classic"', '"classics"'));
    await expect
      .poll(said, { timeout: DEMO_WITHIN_MS })
      .toMatch(/has changed, and could not be used\. .* has 1 fault:\n✗ .*classics/);
    await writeFile(file, `${good}\n`);
    await expect
      .poll(said, { timeout: DEMO_WITHIN_MS })
      .toMatch(/models\.json has changed\. Stop this with Ctrl-C and start it again/);
    await writeFile(file, good);
    await expect.poll(said, { timeout: DEMO_WITHIN_MS }).toContain('models.json is as it was when this started');
    running.child.kill('SIGTERM');
    expect(await running.exited).toBe(0);
  });

  test.for<[string, readonly string[], Record<string, string>, string | RegExp]>([
    [
      'an unknown drill',
      ['--drill', 'crahs'],
      {},
      /^Option '--drill <name>' argument 'crahs' is invalid\. Allowed choices are numerai-down, .*$/,
    ],
    ['a drill that closes never', ['--closes-in', '0'], {}, /^Option .* is invalid\. It must be from 1 to 1440\. .*$/],
    [
      "a drill with somebody's models",
      ['--drill', 'crash'],
      { MODELS_FILE: 'models.json' },
      'A drill brings its own models. Leave out MODELS_FILE, or --drill.',
    ],
    ['a wrong port of the debugger', ['--inspect', 'x'], {}, '--inspect is "x"; it must be a number from 0 to 65535.'],
    ['a wrong port', [], { PORT: 'x' }, 'PORT is "x"; it must be a number from 0 to 65535.'],
    ['an unknown option', ['--frech'], {}, "Unknown option '--frech'. Did you mean --fresh?"],
    [
      'a missing file of models',
      [],
      { MODELS_FILE: 'missing.json' },
      /^MODELS_FILE is "missing.json", which cannot be read: .*$/,
    ],
  ])('says in one line what is wrong with %s', async ([, args, env, message]) => {
    const failing = start(args, env);
    expect(await failing.exited).toBe(1);
    const [line, ...rest] = failing.printed().split('\n');
    expect(line).toMatch(message);
    expect(rest).toEqual(['']);
  });

  test('names the secrets that the vault does not have, with the command that sets each', async () => {
    const folder = await newFolder();
    const file = join(folder, 'models.json');
    const container = { image: 'docker.io/someone/model:1', secrets: { A: 'prices-key', B: 'numerai-public-id' } };
    await writeFile(file, JSON.stringify({ models: [{ name: 'm', tournament: 'classic', container }] }));
    const started = start(['--state', folder], { MODELS_FILE: file });
    await ready(started);
    await expect
      .poll(started.printed)
      .toContain(
        `${file} names secrets that the vault here does not have. Set each, also while this runs:\n  npm run numerai -- secret prices-key --state ${folder}\n\n`,
      );
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
  });

  test('lets a debugger attach to the app, and to nothing else', async () => {
    const started = start(['--inspect', '0', '--state', await newFolder()]);
    await ready(started);
    const listening = [...started.printed().matchAll(/Debugger listening on ws:\/\/(127\.0\.0\.1:\d+)\//g)];
    expect(listening).toHaveLength(1);
    const answer = await fetch(`http://${listening[0]?.[1]}/json/list`);
    expect(await answer.json()).toEqual([
      expect.objectContaining({ url: expect.stringContaining('local/host/main.ts') }),
    ]);
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
  });

  test('refuses a region that is none here, though Azure may have opened it since', async () => {
    const file = join(await newFolder(), 'models.json');
    const container = { image: 'docker.io/someone/model:1', locations: ['atlantiscentral'] };
    await writeFile(file, JSON.stringify({ models: [{ name: 'm', tournament: 'classic', container }] }));
    const failing = start([], { MODELS_FILE: file });
    expect(await failing.exited).toBe(1);
    expect(failing.printed()).toContain(
      `✗ ${file}:1: models[0].container.locations[0] of model m: \`atlantiscentral\` is no region that this version knows.`,
    );
  });

  test.for(['', '/within'])(
    'says of a folder that cannot keep its state what to do, without a stack: a file%s',
    async (within) => {
      const file = join(await newFolder(), 'no-folder');
      await writeFile(file, '');
      const failing = start(['--state', file + within]);
      expect(await failing.exited).toBe(1);
      expect(failing.printed()).toMatch(
        /^The state cannot be kept: .* name another folder: npm start -- --state FOLDER\n$/,
      );
    },
  );

  test.for([
    ['package.json', /^✗ package\.json:1: models: got nothing\. Expected: a list of models\.$/m],
    [
      'test/fixtures/check/thirty-mistakes.json',
      /^✗ test\/fixtures\/check\/thirty-mistakes\.json:26: models\[1\]\.container\.locations\[0\] of model ensemble: got `"westus9"`/m,
    ],
    ['biome.json', /^✗ biome\.json:\d+: files: got a key that is not known/m],
    ['README.md', /^README\.md has 1 fault:\n✗ README\.md:1: it is not JSON: /],
  ] as const)('says all that is wrong in %s, in its lines, and starts nothing', async ([file, message]) => {
    const failing = start([], { MODELS_FILE: file });
    expect(await failing.exited).toBe(1);
    expect(failing.printed()).toMatch(message);
    expect(failing.printed()).toMatch(/^\S+ has \d+ faults?:\n/);
    expect(failing.printed()).not.toContain('Building');
  });
});
