import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_IMAGE, DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ACCOUNT_KEYS = { NUMERAI_PUBLIC_ID: DEMO_PUBLIC_ID, NUMERAI_SECRET_KEY: DEMO_SECRET_KEY };

const image = (name: string, id: number, env: Record<string, string> = {}) => ({
  name,
  numeraiModelId: `00000000-0000-4000-a000-00000000000${id}`,
  tournament: 'classic',
  maxAttempts: 1,
  fallback: false,
  container: {
    image: DEMO_IMAGE,
    env: { DEMO_RETRY_SECONDS: '0.1', ...env },
    secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
  },
});
const MODELS = [
  image('good', 1),
  image('crashing', 2, { DEMO_FAIL: 'exit-code:5' }),
  image('slow', 3, { DEMO_FAIL: 'slow:60' }),
  { ...image('by-name', 4), numeraiModelId: undefined, numeraiModelName: 'by_name' },
  {
    name: 'old-style',
    numeraiModelId: '00000000-0000-4000-a000-000000000005',
    tournament: 'classic',
    maxAttempts: 1,
    fallback: false,
    container: { group: 'old-style' },
  },
];

let environment: Environment;
let folder: string;
/** Where nobody listens. */
let nowhere: string;
/** Everything that any command has printed, to be searched for keys. */
let printed = '';
const children: ChildProcess[] = [];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm run numerai -- …`, without npm in between and with no other environment than this. */
async function numerai(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], {
    // Away from the project, where somebody may have an .env of their own.
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  const [code]: (number | null)[] = await once(child, 'close');
  printed += out + err;
  return { code: code ?? null, out, err };
}

/** As a participant runs it who has configured everything. */
function run(...args: readonly string[]): Promise<Ended> {
  return numerai([...args, '--url', environment.host.url], configured());
}

function configured(): Record<string, string> {
  return {
    ...ACCOUNT_KEYS,
    NUMERAI_API_URL: environment.numerai.url,
    NODE_EXTRA_CA_CERTS: environment.certificates.authorityFile,
    MODELS_FILE: environment.settings.MODELS_FILE ?? '',
    WEBHOOK_FUNCTION_KEY: environment.host.keys.functions.webhook?.default ?? '',
    OPERATOR_KEY: environment.host.keys.functionKeys.default ?? '',
  };
}

const webhookOf = (name: string) =>
  environment.numerai.models.find((model) => model.name === name)?.webhook ?? null;

async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://localhost:${typeof address === 'object' ? address?.port : 0}`;
}

beforeAll(async () => {
  nowhere = await closedPort();
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
  environment = await startEnvironment({
    models: MODELS,
    settings: { WATCH_SCHEDULE: '* * * * * *', FALLBACK_SCHEDULE: '0 0 0 1 1 *' },
    host: { auth: true, timers: true },
    registerWebhooks: true,
  });
  environment.numerai.addModel('demo', { name: 'fresh_one', tournament: 11 });
  environment.resourceManager.createGroup({
    name: 'old-style',
    image: DEMO_IMAGE,
    env: { ...ACCOUNT_KEYS, MODEL_ID: '00000000-0000-4000-a000-000000000005' },
  });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await environment?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('numerai test', () => {
  test('follows a run from the call to the submission', async () => {
    const { code, out, err } = await run('test', 'good');
    expect(err).toBe('');
    const steps = out.split('\n').filter((line) => /^[✓✗!]/.test(line));
    expect(steps.map((line) => line.slice(9, 27).trim())).toEqual([
      'app answers',
      'round is open',
      'reachable',
      'recorded',
      'container started',
      'running',
      'ended',
      'submission seen',
    ]);
    expect(steps.at(-1)).toContain('with this trigger id');
    expect(code).toBe(0);
  });

  test('tells a program the same as JSON', async () => {
    const { code, out } = await run('test', 'by-name', '--json');
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ ok: true, exitCode: 0, run: { state: 'succeeded' } });
    expect(answer.steps.at(-1)).toMatchObject({ name: 'submission seen', mark: 'ok' });
    expect(code).toBe(0);
  });

  test('says that a round is done rather than doing it twice', async () => {
    await run('test', 'good');
    const { code, out } = await run('test', 'good');
    expect(out).toContain('not repeated');
    expect(code).toBe(0);
    expect(environment.numerai.submissionsOf('00000000-0000-4000-a000-000000000001')).toHaveLength(
      1,
    );
  });

  test('fails with the reason and the last log lines where the container fails', async () => {
    const { code, out, err } = await run('test', 'crashing');
    expect(out).toContain('✗');
    expect(out).toContain('DEMO_FAIL=exit-code: ending with 5.');
    expect(err).toContain('The container ended with exit code 5');
    expect(code).toBe(1);
  });

  test('gives up after the time that it was given, and says where the run is', async () => {
    const { code, err } = await run('test', 'slow', '--timeout', '0.05');
    expect(err).toMatch(/Not at its end after \d+ s: run \w+ is (starting|running), and goes on/);
    expect(code).toBe(5);
  });

  test('explains a submission that comes without the trigger id of a group', async () => {
    const { code, out } = await run('test', 'old-style');
    expect(out).toContain('but not with this trigger id');
    expect(out).toContain('docs/numerai.md, "The trigger id"');
    expect(code).toBe(0);
  });

  test('finds what stands in the way before it calls', async () => {
    const unknown = await run('test', 'nobody');
    expect([unknown.code, unknown.err]).toEqual([
      2,
      'There is no model "nobody". models.json has: good, crashing, slow, by-name, old-style.\n',
    ]);
    const nobody = await numerai(['test', 'good', '--url', nowhere], configured());
    expect(nobody.err).toContain(`The app at ${nowhere} does not answer`);
    expect(nobody.code).toBe(3);
    const locked = await numerai(['test', 'good', '--url', environment.host.url], {
      ...configured(),
      OPERATOR_KEY: '',
    });
    expect(locked.err).toContain('OPERATOR_KEY is not set');
    expect(locked.code).toBe(2);
  });
});

describe('numerai register', () => {
  test('shows before and after, changes nothing in a dry run, and nothing twice', async () => {
    const url = `${environment.host.url}/api/webhook/good`;
    const dry = await run('unregister', 'good', '--dry-run');
    expect(dry.out).toBe(
      `good:\n  before  ${url}?code=…\n  after   Numerai calls nobody\n\nA dry run: 1 of 1 model would change.\n`,
    );
    expect(webhookOf('good')).not.toBeNull();

    expect((await run('unregister', 'good')).code).toBe(0);
    expect(webhookOf('good')).toBeNull();
    const again = await run('unregister', 'good');
    expect(again.out).toContain('Nothing to change.');

    const test = await run('test', 'good');
    expect(test.err).toContain('Numerai calls nobody for good');
    expect(test.code).toBe(1);

    const all = await run('register');
    expect(all.out).toContain('Done: 1 of 5 models changed.');
    const key = environment.host.keys.functions.webhook?.default ?? '';
    expect(webhookOf('good')).toBe(`${url}?code=${encodeURIComponent(key)}`);
    expect((await run('register')).out).toContain('Nothing to change.');
  });

  test('wants the key of the function for an app that is not on this machine', async () => {
    const { WEBHOOK_FUNCTION_KEY: _, ...env } = configured();
    const { code, err } = await numerai(['register', '--url', 'https://app.example'], env);
    expect(err).toContain('WEBHOOK_FUNCTION_KEY is not set');
    expect(code).toBe(2);
    const plain = await numerai(['register', '--url', 'http://app.example'], configured());
    expect(plain.code).toBe(2);
    const keyed = await numerai(['register', '--url', 'https://app.example/?code=x'], configured());
    expect(keyed.err).toContain('keys come from the environment');
  });

  test('changes nothing where one model cannot be found', async () => {
    const file = join(folder, 'wrong.json');
    const wrong = { ...image('wrong', 9), container: { group: 'wrong' } };
    await writeFile(file, JSON.stringify({ models: [MODELS[0], wrong] }));
    const before = webhookOf('good');
    const { code, err } = await numerai(['register', '--url', 'https://app.example'], {
      ...configured(),
      MODELS_FILE: file,
    });
    expect(err).toContain('which models.json names for wrong');
    expect(code).toBe(2);
    expect(webhookOf('good')).toBe(before);
  });
});

describe('numerai models', () => {
  test('lists the account and prints what to paste for a new model', async () => {
    const { code, out } = await run('models');
    expect(out).toMatch(/^fresh_one +signals +- .* nobody$/m);
    expect(out).toMatch(/^by_name +classic +by-name /m);
    const pasted = JSON.parse(out.slice(out.indexOf('\n{')));
    expect(pasted).toMatchObject({ name: 'fresh-one', tournament: 'signals' });
    expect(code).toBe(0);
  });

  test('takes keys from a file .env as well', async () => {
    const { NUMERAI_PUBLIC_ID, NUMERAI_SECRET_KEY, ...env } = configured();
    const file = join(folder, '.env');
    await writeFile(
      file,
      `NUMERAI_PUBLIC_ID=${NUMERAI_PUBLIC_ID}\nNUMERAI_SECRET_KEY=${NUMERAI_SECRET_KEY}\n`,
    );
    const { code } = await numerai(['models'], env);
    await rm(file);
    expect(code).toBe(0);
  });

  test('says where keys are made and where to put them', async () => {
    const { NUMERAI_PUBLIC_ID: _, NUMERAI_SECRET_KEY: __, ...env } = configured();
    const none = await numerai(['models'], env);
    expect(none.err).toContain('https://numer.ai/account');
    expect(none.err).toContain('.env');
    expect(none.code).toBe(2);
    const wrong = await numerai(['models'], { ...configured(), NUMERAI_SECRET_KEY: 'not-the-key' });
    expect(wrong.err).toContain('Numerai does not accept the API key');
    expect(wrong.code).toBe(2);
    expect(wrong.out + wrong.err).not.toContain('not-the-key');
  });
});

describe('numerai round', () => {
  test('tells the open round, needs no key, and has a code of its own for none', async () => {
    const { NUMERAI_PUBLIC_ID: _, NUMERAI_SECRET_KEY: __, ...env } = configured();
    const open = await numerai(['round'], env);
    expect(open.out).toMatch(
      /^Round \d+ of classic is open: closing in \d+ h \d+ min, at .* UTC\.\n$/,
    );
    expect(open.code).toBe(0);

    const { rounds } = environment.numerai;
    const current = rounds.open(11);
    const past = new Date(Date.now() - 60_000);
    rounds.change(11, current.number, { closeStakingTime: past, closeTime: past });
    const closed = await numerai(['round', 'signals', '--json'], env);
    expect(JSON.parse(closed.out)).toMatchObject({ tournament: 'signals', open: null });
    expect(closed.code).toBe(4);
  });

  test('is told apart from a Numerai that does not answer, and from a wrong name', async () => {
    const gone = await numerai(['round'], { NUMERAI_API_URL: nowhere });
    expect(gone.err).toContain('ECONNREFUSED');
    expect(gone.code).toBe(3);
    expect((await run('round', 'chess')).code).toBe(2);
  });
});

describe('beside a running `npm start`', () => {
  test('needs no configuration, and says against what it runs', async () => {
    const state = join(folder, 'state');
    const start = spawn(process.execPath, [join(ROOT, 'local/start.ts'), '--state', state], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1', PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(start);
    let shown = '';
    for (const stream of [start.stdout, start.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        shown += chunk;
      });
    await expect.poll(() => shown, { timeout: 60_000 }).toContain('Ctrl-C ends');

    const { code, out, err } = await numerai(['test', 'demo', '--state', state], {});
    expect(err).toContain('Against the local environment (http://localhost:');
    expect(out).toMatch(/submission seen .* with this trigger id/);
    expect(code).toBe(0);
    // Whoever names an app of their own is not led to the local one, nor is a key of the demo's sent there.
    const own = await numerai(['test', 'demo', '--url', nowhere], {
      MODELS_FILE: join(ROOT, 'models.json'),
    });
    expect(own.err).not.toContain('local environment');
    expect(own.code).not.toBe(0);

    start.kill('SIGTERM');
    await once(start, 'close');
    const after = await numerai(['round', '--state', state], {});
    expect(after.code).toBe(3);
  });
});

describe('the command line', () => {
  test('explains itself', async () => {
    const help = await numerai(['--help'], {});
    expect([help.code, help.out]).toEqual([0, expect.stringContaining('Exit codes')]);
    for (const wrong of [[], ['nonsense'], ['models', 'x'], ['round', '--nonsense']])
      expect((await numerai(wrong, {})).code).toBe(2);
  });

  test('says so where no local environment runs', async () => {
    const { code, err } = await numerai(['test', '--state', folder], {});
    expect(err).toContain('The local environment does not run. Start it with `npm start`');
    expect(code).toBe(3);
  });

  test('calls nobody while no round is open', async () => {
    const { rounds, webhookCalls } = environment.numerai;
    const past = new Date(Date.now() - 60_000);
    rounds.change(8, rounds.open(8).number, { closeStakingTime: past, closeTime: past });
    const calls = webhookCalls.length;
    const { code, err } = await run('test', 'crashing');
    expect(err).toContain('No round of classic is open');
    expect(code).toBe(4);
    expect(webhookCalls).toHaveLength(calls);
  });

  test('has never printed a key', () => {
    const { keys, masterKey } = environment.host;
    const secrets = [
      DEMO_PUBLIC_ID,
      DEMO_SECRET_KEY,
      masterKey,
      ...Object.values(keys.functionKeys),
      ...Object.values(keys.functions).flatMap((own) => Object.values(own)),
    ];
    expect(printed.length).toBeGreaterThan(1000);
    for (const secret of secrets) {
      expect(printed).not.toContain(secret);
      expect(printed).not.toContain(encodeURIComponent(secret));
    }
  });
});
