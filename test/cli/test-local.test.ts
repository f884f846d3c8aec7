// `numerai test --local IMAGE-OR-COMMAND`: one's own submission, once, as the container of a model.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { localModel, ownSubmission } from '../../cli/local-run/own-submission.ts';
import { dockerAnswers } from '../../local/containers/docker.ts';
import { parseModels } from '../../src/lib/config/models.ts';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';
import { emptyFolder, expectNeverPrinted, numerai } from './command-line.ts';

const folder = emptyFolder();
const SUBMISSION = fileURLToPath(new URL('../../local/submission/main.ts', import.meta.url));
const container = {
  image: 'docker.io/someone/ensemble:1',
  env: { LEVEL: 'high' },
  secrets: { NUMERAI_PUBLIC_ID: 'my-id', NUMERAI_SECRET_KEY: 'my-key', PRICES: 'prices-key', OTHER: 'other-key' },
};
const MODELS = {
  models: [
    { name: 'ensemble', tournament: 'classic', numeraiModels: ['one', 'two'], container },
    { name: 'existing', tournament: 'signals', container: { group: 'mine' } },
    {
      name: 'as-job',
      tournament: 'classic',
      container: {
        containerAppsJob: { image: 'docker.io/someone/ensemble:1', secrets: { PRICES: 'prices-key' } },
        env: { LEVEL: 'low' },
      },
    },
    {
      name: 'as-command',
      tournament: 'classic',
      container: {
        machineLearning: { workspace: 'ml', compute: 'gpu', environment: 'sub:1', command: 'run' },
        env: { LEVEL: 'low' },
        secrets: { PRICES: 'prices-key' },
      },
    },
  ],
};
writeFileSync(join(folder, 'models.json'), JSON.stringify(MODELS));
writeFileSync(
  join(folder, 'fails.mjs'),
  `console.log(process.env.LEVEL, process.env.PRICES === 'the-prices-key', process.env.NUMERAI_MODELS); process.exit(7);`,
);
mkdirSync(join(folder, 'packed'));
writeFileSync(join(folder, 'packed', 'Dockerfile'), 'FROM node\nCMD ["node", "main.mjs"]\n');
writeFileSync(join(folder, 'packed', 'main.mjs'), 'console.log("from the folder"); process.exit(4);');

const environment = { PRICES_KEY: 'the-prices-key' };
const run = (...args: readonly string[]) => numerai(['test', '--local', ...args], environment, { folder });

test('submits for all slots of the model, to an emulator, and shows the log', async () => {
  const { code, out, err } = await run('ensemble', `node ${SUBMISSION}`);
  expect(out).toMatch(/submission seen\s+one: at Numerai.*with this trigger id/);
  expect(out).toMatch(/submission seen\s+two: at Numerai/);
  expect(out).toMatch(/The last lines of its log:\n.*Done\./s);
  expect(err).toContain('as the container of ensemble, in a local environment of its own: nothing reaches Numerai');
  expect(err).toContain('It needs secrets that are not set here: OTHER_KEY.');
  expect(code, out + err).toBe(0);
});

test('gives it the variables and secrets of the model, in this folder, and says why it failed', async () => {
  const { code, out, err } = await run('ensemble', 'node', 'fails.mjs');
  expect(out).toContain('high true {"one":');
  expect(err).toContain('The container ended with exit code 7');
  expect(code).toBe(1);
});

test.each(['as-job', 'as-command'])('gives it those of a model on another platform: %s', async (name) => {
  const { code, out } = await run(name, 'node', 'fails.mjs');
  expect(out).toContain('low true {');
  expect(code).toBe(1);
});

test.each([75, 78, 127])('runs it once where the app would wait and start it again: exit code %i', async (exitCode) => {
  const { code, out, err } = await run('ensemble', `echo tried; exit ${exitCode}`);
  expect(out.match(/container started/g)).toHaveLength(1);
  expect(out).toMatch(/The last lines of its log:\n {2}tried\n/);
  expect(err).toContain(`The container ended with exit code ${exitCode}`);
  expect(code).toBe(1);
});

test('runs what the Dockerfile in a folder says, and is one document for a program', async () => {
  const { code, out } = await run('existing', './packed', '--json');
  const answer = JSON.parse(out);
  expect(answer).toMatchObject({
    ok: false,
    run: { model: 'existing', tournament: 'signals', attempts: [{ exitCode: 4 }] },
  });
  expect(answer.error).toContain('from the folder');
  expect(code).toBe(1);
});

test('says soon that nothing was submitted, where the program ends well', async () => {
  let waited = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => new Date(Date.now() + waited),
    sleep: async (milliseconds) => {
      waited += milliseconds;
      await systemClock.sleep(milliseconds / 10);
    },
  };
  const { code, err } = await numerai(['test', '--local', 'ensemble', 'echo done'], environment, { folder, clock });
  expect(err).toContain('The emulator shows at once what is submitted: that was not.');
  expect(code).toBe(1);
});

test.each([
  ['nothing', ''],
  ['blanks', '  '],
  ['a folder without a Dockerfile', '.'],
])('starts nothing for %s', async (_what, what) => {
  const { code, out, err } = await run('ensemble', what);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('to be run. Give a command, an image, or a folder with a Dockerfile');
});

test('needs the name of a model where there are several, and --local for what is none', async () => {
  const which = await run('node x.mjs');
  expect(which.err).toContain('Which model? models.json has: ensemble, existing, as-job, as-command.');
  expect(which.code).toBe(2);
  const remote = await numerai(['test', 'ensemble', 'node x.mjs'], environment, { folder });
  expect(remote.err).toContain('"node x.mjs" is no name of a model. To run it as one\'s container: test --local');
  expect(remote.code).toBe(2);
});

test('an image needs Docker, and says what to do without it', async () => {
  if (await dockerAnswers()) return;
  const { code, err } = await run('ensemble', 'docker.io/someone/other:2');
  expect(err).toContain('No Docker daemon answers on this machine, and the image docker.io/someone/other:2 needs one.');
  expect(err).toContain('give the command that the image runs');
  expect(code).toBe(1);
});

test.each([
  ['docker.io/me/x:1', 'image'],
  ['me/x', 'image'],
  ['x:1.4', 'image'],
  ['python predict.py', 'command'],
  ['./run.sh', 'command'],
  ['fails.mjs', 'command'],
  ['packed', 'folder'],
])('%s is meant as %s', (what, kind) => {
  expect(ownSubmission(what, folder).kind).toBe(kind);
});

test('the entry is valid for the app, whatever the container of the model is', () => {
  const { models } = parseModels(JSON.stringify(MODELS), {
    file: 'x',
    containerLocation: 'eastus',
    containerIdentityId: undefined,
  });
  const entries = models.map((model) => localModel(model, 'localhost/own-submission:1', {}).entry);
  const defaults = { file: 'x', containerLocation: 'eastus', containerIdentityId: undefined };
  expect(
    parseModels(JSON.stringify({ models: entries }), defaults).models.map(({ numeraiModels }) => numeraiModels),
  ).toEqual([['one', 'two'], ['existing'], ['as_job'], ['as_command']]);
});

test('never prints a key', () => {
  expectNeverPrinted(['the-prices-key']);
});
