// The demo submission, run as in its container: a process with environment variables and nothing else.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, NIGHTLY, type NumeraiInTest, numeraiForTest } from '../emulators/numerai/setup.ts';
import { trustedCertificates } from '../emulators/trusted-certificates.ts';

const PROGRAM = fileURLToPath(new URL('../../../local/submission/main.ts', import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Runs the program. A variable that is null is omitted. */
async function run(numerai: NumeraiInTest, changes: Readonly<Record<string, string | null>> = {}): Promise<Ended> {
  const { authorityFile } = await trustedCertificates();
  const all: Record<string, string | null> = {
    NUMERAI_PUBLIC_ID: ACCOUNT.publicId,
    NUMERAI_SECRET_KEY: ACCOUNT.secretKey,
    MODEL_ID: NIGHTLY,
    TRIGGER_ID: 'abc',
    NUMERAI_TOURNAMENT: 'classic',
    NUMERAI_API_URL: numerai.url,
    NODE_EXTRA_CA_CERTS: authorityFile,
    DEMO_RETRY_SECONDS: '0.01',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? null,
    ...changes,
  };
  const env = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  const child = spawn(process.execPath, [PROGRAM], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  return new Promise((resolve) => child.on('close', (exitCode, signal) => resolve({ exitCode, signal, output })));
}

describe.concurrent('the demo submission', () => {
  it.each(ACCOUNT.models)('submits for $name with its trigger id, and logs each step', async (model) => {
    await using numerai = await numeraiForTest();
    const tournament = 'tournament' in model ? String(model.tournament) : 'classic';
    const { exitCode, output } = await run(numerai, {
      MODEL_ID: model.id,
      NUMERAI_TOURNAMENT: tournament,
    });
    expect(output).toMatch(/Trigger id abc[\s\S]*is open until[\s\S]*Downloaded[\s\S]*Submission .* made for model/);
    expect(exitCode).toBe(0);
    expect(numerai.submissions).toMatchObject([{ modelId: model.id, triggerId: 'abc', rows: 120 }]);
    expect(output).toContain(numerai.submissions[0]?.id);
    expect(output).not.toContain(ACCOUNT.secretKey);
    expect(output).not.toContain(ACCOUNT.publicId);
  });

  it('submits for every model of NUMERAI_MODELS, and goes on with the others where one fails', async () => {
    await using numerai = await numeraiForTest();
    const other = numerai.addModel(ACCOUNT.username, { name: 'other' });
    const models = { NUMERAI_MODELS: JSON.stringify({ nightly: NIGHTLY, other: other.id }) };
    const failed = await run(numerai, { ...models, DEMO_FAIL: 'slot:nightly' });
    expect(failed.output).toContain('No submission for model nightly: ');
    expect(failed.exitCode).toBe(1);
    expect(numerai.submissions).toMatchObject([{ modelId: other.id }]);
    expect(await run(numerai, models)).toMatchObject({ exitCode: 0 });
    expect(numerai.submissions.map(({ modelId }) => modelId)).toEqual([other.id, NIGHTLY, other.id]);
  });

  it('sends the compute id, if it has one', async () => {
    await using numerai = await numeraiForTest();
    await run(numerai, { NUMERAI_COMPUTE_ID: 'compute-1' });
    expect(numerai.submissions).toMatchObject([{ computeId: 'compute-1', source: 'demo' }]);
  });

  it('does everything except upload in a test', async () => {
    await using numerai = await numeraiForTest();
    const { exitCode, output } = await run(numerai, { NUMERAI_IS_TEST: 'true' });
    expect(exitCode).toBe(0);
    expect(output).toContain("Predicted 120 rows with the image's own model.");
    expect(output).toContain('done without an upload');
    expect(numerai.emulator.calls.filter(({ method }) => method === 'PUT')).toEqual([]);
    expect(numerai.submissions).toEqual([]);
  });

  it('needs no model id if the account has one model in the tournament', async () => {
    await using numerai = await numeraiForTest();
    expect(await run(numerai, { MODEL_ID: null })).toMatchObject({ exitCode: 0 });
    expect(numerai.submissions).toMatchObject([{ modelId: NIGHTLY }]);
  });

  it('submits with keys that may only upload', async () => {
    const account = { ...ACCOUNT, scopes: ['upload_submission'] as const };
    await using numerai = await numeraiForTest({ accounts: [account] });
    expect(await run(numerai)).toMatchObject({ exitCode: 0 });
    expect(numerai.submissions).toHaveLength(1);
  });
});

describe.concurrent('the demo submission exits with 78', () => {
  it.each<[string, Record<string, string | null>, RegExp]>([
    [
      'missing variables, and names all of them',
      { NUMERAI_PUBLIC_ID: null, NUMERAI_SECRET_KEY: '' },
      /NUMERAI_PUBLIC_ID is missing[\s\S]*NUMERAI_SECRET_KEY is missing/,
    ],
    ['wrong keys', { NUMERAI_SECRET_KEY: 'wrong' }, /Numerai does not know these keys/],
    ['an unknown model', { MODEL_ID: 'nobody' }, /nobody is not a model.*nightly \(1111/],
    ['models that are no JSON', { NUMERAI_MODELS: 'nightly' }, /NUMERAI_MODELS must be a JSON object/],
    ['another tournament', { NUMERAI_TOURNAMENT: '11' }, /not a model.*tournament 11.*stocks/],
    ['an unknown tournament', { NUMERAI_TOURNAMENT: 'chess' }, /NUMERAI_TOURNAMENT is "chess"/],
    ['an unknown DEMO_FAIL', { DEMO_FAIL: 'explode' }, /DEMO_FAIL is "explode"; it must be crash/],
  ])('for %s', async (_, changes, message) => {
    await using numerai = await numeraiForTest();
    const { exitCode, output } = await run(numerai, changes);
    expect(output).toMatch(message);
    expect(exitCode).toBe(78);
    expect(numerai.submissions).toEqual([]);
  });
});

describe.concurrent('the demo submission exits with 3', () => {
  it.each<[string, string, Record<string, string>, RegExp]>([
    ['no round is open', '2026-05-05T11:30:00Z', {}, /No round of tournament 8 is open/],
    ['the round has closed', '2026-05-05T13:00:00Z', {}, /Round 1260 closed at .*would be late/],
    [
      'the next round has opened',
      '2026-05-06T12:00:00Z',
      { NUMERAI_ROUND: '1260' },
      /This run is for round 1260, but the current round is 1261/,
    ],
  ])('when %s', async (_, at, changes, message) => {
    await using numerai = await numeraiForTest({ at });
    const { exitCode, output } = await run(numerai, changes);
    expect(output).toMatch(message);
    expect(exitCode).toBe(3);
    expect(numerai.submissions).toEqual([]);
  });
});

describe.concurrent('when Numerai fails, the demo submission', () => {
  it('tries again and submits', async () => {
    await using numerai = await numeraiForTest();
    const { faults } = numerai.emulator;
    faults.add({ kind: 'status', status: 500, times: 2 });
    faults.add({ kind: 'drop-after', times: 1, match: { method: 'PUT' } });
    faults.add({ kind: 'status', status: 503, times: 1, match: { path: '^/datasets/' } });
    const { exitCode, output } = await run(numerai);
    expect(output).toContain('Trying again');
    expect(exitCode).toBe(0);
    expect(numerai.submissions).toHaveLength(1);
  });

  it('exits with 75 after four attempts', async () => {
    await using numerai = await numeraiForTest();
    numerai.emulator.faults.add({ kind: 'status', status: 503 });
    const { exitCode, output } = await run(numerai);
    expect(output).toContain('Could not ask Numerai in 4 attempts: HTTP 503');
    expect(exitCode).toBe(75);
    expect(numerai.emulator.callCount).toBe(4);
  });
});

describe.concurrent('with DEMO_FAIL, the demo submission', () => {
  it('crashes', async () => {
    await using numerai = await numeraiForTest();
    const { exitCode, output } = await run(numerai, { DEMO_FAIL: 'crash' });
    expect(output).toContain('this is the requested crash');
    expect(exitCode).toBe(1);
  });

  it('exits with any code', async () => {
    await using numerai = await numeraiForTest();
    expect(await run(numerai, { DEMO_FAIL: 'exit-code:42' })).toMatchObject({ exitCode: 42 });
  });

  it('succeeds without a submission', async () => {
    await using numerai = await numeraiForTest();
    expect(await run(numerai, { DEMO_FAIL: 'no-submit' })).toMatchObject({ exitCode: 0 });
    expect(numerai.submissions).toEqual([]);
  });

  it('waits, then submits', async () => {
    await using numerai = await numeraiForTest();
    const { exitCode, output } = await run(numerai, { DEMO_FAIL: 'slow:0.05' });
    expect(output).toContain('waiting 0.05 s');
    expect(exitCode).toBe(0);
    expect(numerai.submissions).toHaveLength(1);
  });

  it('is killed for its memory', async () => {
    await using numerai = await numeraiForTest();
    expect(await run(numerai, { DEMO_FAIL: 'oom' })).toMatchObject({ signal: 'SIGKILL' });
  });
});
