// The example image's programs with their real packages: as a participant runs them, and as containers of a model and a
// job in the local environment, from Numerai's call to the submission that it accepts.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trusting } from '../../local/environment/container-runtime.ts';
import { DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { NO_PYTHON, pythonOf } from '../../scripts/python-environments.ts';
import { FrontDoor, type RunJson } from '../functions/front-door.ts';
import { type Ended, runPython } from './run-python.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/submission/', import.meta.url));
/** What using the example leaves in its folder: packages, data, models. */
const MADE_THERE = /^(?:\.venv|data|.*\.pyc|model.*\.txt)$/;
const IMAGE = 'docker.io/someone/submission:1.0';
const MODEL_ID = '5f3c9d1e-8a47-4b62-9e0d-2c71b6a4f058';
const OTHER_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';
const KEYS = { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' };
const SHARE = { mountPath: '/models', share: 'models', account: 'someone', accountKeySecret: 'share-key' };
const LONG = { timeout: 180_000, interval: 200 } as const;

const python = pythonOf('current');
/** With numerapi's version before, and without LightGBM. */
const pythonBefore = pythonOf('before');
const isMissing = python === undefined || pythonBefore === undefined;
const title = isMissing ? `the example (${NO_PYTHON})` : 'the example';

let environment: Environment;
let door: FrontDoor;
/** A copy of the example, where a participant has its packages. */
let folder: string;

beforeAll(async () => {
  if (isMissing) return;
  folder = mkdtempSync(join(tmpdir(), 'example-'));
  cpSync(EXAMPLE, folder, { recursive: true, filter: (file) => !MADE_THERE.test(basename(file)) });
  symlinkSync(dirname(dirname(python)), join(folder, '.venv'));
  writeModel('no-model', 'tree');
  writeModel('strange', STRANGE_MODEL);
  environment = await startEnvironment({
    models: [
      {
        name: 'mine',
        numeraiModels: [MODEL_ID],
        tournament: 'classic',
        container: { image: IMAGE, secrets: KEYS, volumes: [{ ...SHARE, readOnly: true }] },
      },
      {
        name: 'wrong-key',
        numeraiModels: [OTHER_ID],
        tournament: 'classic',
        container: { image: IMAGE, secrets: { ...KEYS, NUMERAI_SECRET_KEY: 'wrong-key' } },
      },
    ],
    jobs: [
      {
        name: 'retrain',
        container: {
          image: IMAGE,
          command: ['python', 'train.py', '--quick'],
          env: { MODEL_FOLDER: '/models' },
          volumes: [{ ...SHARE, readOnly: false }],
        },
      },
    ],
    secrets: { 'wrong-key': 'w'.repeat(64) },
    programs: { [IMAGE]: folder },
    registerWebhooks: true,
    numerai: { webhookTimeoutSeconds: 60 },
    settings: { WEBHOOK_BUDGET_SECONDS: '30' },
  });
  door = new FrontDoor(environment);
});
afterAll(async () => {
  if (isMissing) return;
  await environment.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One leaf, and a feature that is in no data. */
const STRANGE_MODEL = `tree
num_tree_per_iteration=1
feature_names=feature_of_yesterday

Tree=0
num_leaves=1
leaf_value=0.5

end of trees
`;

function writeModel(name: string, text: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'model.txt'), text);
}

/** As a participant runs a program on their machine. */
function run(program: string, args: string[], env: Record<string, string> = {}, by = python): Promise<Ended> {
  const { authorityFile, bundleFile } = environment.certificates;
  const all = {
    ...trusting(authorityFile, bundleFile),
    NUMERAI_API_URL: environment.numerai.url,
    NUMERAI_PUBLIC_ID: DEMO_PUBLIC_ID,
    NUMERAI_SECRET_KEY: DEMO_SECRET_KEY,
    MODEL_ID,
    ...env,
  };
  return runPython(by, [program, ...args], all, folder);
}

/** Ticks until the run has ended. A Python program takes seconds to load on a busy machine. */
async function ended(run: { model: string; runId: string }): Promise<RunJson> {
  let last: RunJson | undefined;
  await expect
    .poll(async () => {
      await door.tick();
      last = await door.run(run);
      return last.finishedAt;
    }, LONG)
    .not.toBeNull();
  return last ?? door.run(run);
}

const logOf = async (run: RunJson) => (await door.call(run.links.logs)).text;

describe.skipIf(isMissing)(title, { timeout: LONG.timeout }, () => {
  test('passes its own tests with its packages', async () => {
    const { exitCode, output } = await runPython(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider'], {}, folder);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/^\d\d passed/m);
    expect(output).not.toContain('skipped');
  });

  test('evaluates trees as LightGBM does', async () => {
    const tests = fileURLToPath(new URL('test_text_model.py', import.meta.url));
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', tests];
    const { exitCode, output } = await runPython(python, args, { PYTHONPATH: folder, NUMERAI_EMULATOR: 'none' });
    expect(exitCode, output).toBe(0);
  });

  test('trains a model, tries it, and submits, on a machine with its packages', async () => {
    const trained = await run('train.py', ['--quick']);
    expect(trained.exitCode, trained.output).toBe(0);
    const tried = await run('predict.py', ['--test']);
    expect(tried.exitCode, tried.output).toBe(0);
    expect(tried.output).toMatch(/a test, not uploaded; 120 rows predicted with .*model\.txt/);
    expect(environment.numerai.submissionsOf(MODEL_ID)).toEqual([]);
    const submitted = await run('predict.py', [], { TRIGGER_ID: 'by-hand' });
    expect(submitted.exitCode, submitted.output).toBe(0);
    expect(environment.numerai.submissionsOf(MODEL_ID)).toMatchObject([{ triggerId: 'by-hand', rows: 120 }]);
  });

  test('predicts without LightGBM, and with the numerapi before', async () => {
    const submitted = await run('predict.py', [], { TRIGGER_ID: 'before' }, pythonBefore);
    expect(submitted.exitCode, submitted.output).toBe(0);
    expect(environment.numerai.submissionsOf(MODEL_ID)[0]).toMatchObject({ triggerId: 'before', source: 'numerapi' });
  });

  test('ends with 78, without a traceback, where a package cannot be imported', async () => {
    const lacking = await run('train.py', ['--quick'], {}, pythonBefore);
    expect(lacking.exitCode, lacking.output).toBe(78);
    expect(lacking.output).toContain("lightgbm cannot be imported: No module named 'lightgbm'.");
    expect(lacking.output).not.toContain('Traceback');
    const bare = await run('predict.py', [], {}, machinesPython());
    expect(bare.exitCode, bare.output).toBe(78);
    expect(bare.output).toContain('numerapi cannot be imported');
    expect(bare.output).not.toContain('Traceback');
  });

  test.each([
    ['a wrong key', { NUMERAI_SECRET_KEY: 'w'.repeat(64) }, 'Your session is invalid'],
    ['a key with a line end', { NUMERAI_SECRET_KEY: 'secret-with-line-end\n' }, 'has a blank, a line end'],
    ['a model that the account does not have', { MODEL_ID: 'nobody' }, 'has no classic model nobody'],
    ['another tournament', { NUMERAI_TOURNAMENT: '11' }, 'submits to classic (8) only'],
    ['a model file that is none', { MODEL_FOLDER: 'no-model' }, "is no model in LightGBM's text format"],
    ['a model of other data', { MODEL_FOLDER: 'strange' }, 'trained on feature_of_yesterday, which the live data'],
  ])('ends with 78 for %s', async (_, env, words) => {
    const { exitCode, output } = await run('predict.py', ['--test'], env);
    expect(exitCode, output).toBe(78);
    expect(output).toContain(words);
    expect(output).not.toMatch(/Traceback|secret-with-line-end/);
  });

  test('ends with 78 where Numerai answers 401, and with 75 where it does not answer', async () => {
    const { faults } = environment.numerai.emulator;
    faults.add({ kind: 'status', status: 401 });
    const refused = await run('predict.py', ['--test']);
    faults.clear();
    expect(refused.exitCode, refused.output).toBe(78);
    expect(refused.output).toContain('401');
    const nobody = await run('predict.py', ['--test'], { NUMERAI_API_URL: 'https://localhost:9' });
    expect(nobody.exitCode, nobody.output).toBe(75);
    expect(nobody.output).not.toContain('Traceback');
  });

  test('is the container of a job: it trains, and the model is on the share', async () => {
    const started = await door.start('retrain');
    const run = await ended(started);
    expect(run, await logOf(run)).toMatchObject({ state: 'succeeded', exitCode: 0 });
    expect(await logOf(run)).toMatch(/wrote .*\/models\/model\.txt/);
  });

  test("is the container of a model: from Numerai's call to the submission that it accepts", async () => {
    const calledAt = performance.now();
    const [call] = await environment.numerai.fireWebhooks(door.round, {
      plan: (model) => (model.id === MODEL_ID ? [0] : []),
    });
    expect(call?.outcome).toMatchObject({ kind: 'answered', status: 200 });
    const { runId } = JSON.parse(call?.outcome.kind === 'answered' ? call.outcome.body : '{}');
    const run = await ended({ model: 'mine', runId });
    expect(run, await logOf(run)).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      exitCode: 0,
      triggerId: call?.triggerId,
      attempt: 1,
    });
    expect(environment.numerai.submissionsOf(MODEL_ID)[0]).toMatchObject({
      triggerId: call?.triggerId,
      source: 'numerapi',
      late: false,
    });
    // With the model that the job has trained, on the share.
    expect(await logOf(run)).toMatch(/120 rows predicted with .*\/models\/model\.txt/);
    console.log(`From the webhook to accepted: ${((performance.now() - calledAt) / 1000).toFixed(1)} s`);
  });

  test('is told of a wrong key once: one container, not three', async () => {
    const started = await door.webhook('wrong-key', { roundNumber: String(door.round), triggerId: 'wrong' });
    await expect
      .poll(async () => {
        await door.tick();
        return (await door.run({ model: 'wrong-key', runId: started.runId })).attempts[0]?.exitCode;
      }, LONG)
      .toBe(78);
    const run = await door.run({ model: 'wrong-key', runId: started.runId });
    expect(run.attempts).toMatchObject([{ failure: 'configuration', outcome: 'failed' }]);
    expect(run.attempts[0]?.reason).toContain('Numerai refuses the API key');
  });
});

/** A Python without any of the packages. */
function machinesPython(): string {
  const { stdout } = spawnSync(python ?? '', ['-c', 'import sys; print(sys._base_executable)'], { encoding: 'utf8' });
  return stdout.trim();
}
