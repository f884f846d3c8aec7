// `jobs` and `start`, against the app in the local environment.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SimulatedRuntime } from '../../local/containers/simulated.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { emptyFolder, numerai } from './command-line.ts';

const folder = emptyFolder();
let environment: Environment;
let ticking: NodeJS.Timeout;

beforeAll(async () => {
  environment = await startEnvironment({
    models: [{ name: 'm', tournament: 'classic', container: { image: 'example.org/m:1' } }],
    jobs: [
      { name: 'retrain', schedule: '0 0 6 * * SUN', container: { image: 'example.org/retrain:1' } },
      { name: 'breaks', container: { image: 'example.org/breaks:1' }, maxAttempts: 1 },
    ],
    runtime: new SimulatedRuntime({
      clock: systemClock,
      behaviour: ({ image }) => ({
        steps: [{ after: 10, line: 'no data today' }],
        exitCode: image.includes('breaks') ? 3 : 0,
      }),
    }),
  });
  ticking = setInterval(() => void environment.host.runTimer('watcher').catch(() => undefined), 300);
});
afterAll(async () => {
  clearInterval(ticking);
  await environment.close();
});

const run = (...args: string[]) => numerai([...args, '--url', environment.host.url], {}, { folder });

test('lists the jobs, when each runs next and how it went last', async () => {
  const { code, out } = await run('jobs');
  expect(code).toBe(0);
  expect(out).toMatch(/^JOB\s+SCHEDULE\s+NEXT\s+LAST RUN\s+LAST DONE\n/);
  expect(out).toMatch(/retrain\s+0 0 6 \* \* SUN\s+\d{4}-\d\d-\d\d 06:00 UTC\s+none\s+-/);
  expect(out).toMatch(/breaks\s+on request\s+-\s+none\s+-/);
});

test('starts a job and follows it to its end', async () => {
  const { code, out } = await run('start', 'retrain');
  expect(code, out).toBe(0);
  expect(out).toMatch(/container started\s+retrain-j\w+-a1 in westeurope/);
  expect(out).toMatch(/ended\s+exit code 0/);
  expect((await run('jobs')).out).toMatch(/retrain .*succeeded\s+\d{4}-/);
});

test('names it as a job in JSON, as the app does', async () => {
  const { code, out } = await run('start', 'retrain', '--json');
  expect(code, out).toBe(0);
  expect(JSON.parse(out).run).toMatchObject({ job: 'retrain', model: null, state: 'succeeded' });
});

test('says why one has failed, with the end of its log', async () => {
  const { code, err } = await run('start', 'breaks');
  expect(code).toBe(1);
  expect(err).toContain('no data today');
  expect(err).toContain('breaks failed: The container ended with exit code 3');
});

test('names what there is where there is neither a model nor a job of that name', async () => {
  const { code, err } = await run('start', 'n');
  expect(code).toBe(2);
  expect(err).toContain('The app has no model or job "n". It has: m, retrain, breaks.');
});

test.each(['register', 'unregister', 'test'])('%s is for models: a job has nothing at Numerai', async (command) => {
  const container = { image: 'example.org/m:1' };
  const file = { models: [{ name: 'm', tournament: 'classic', container }], jobs: [{ name: 'retrain', container }] };
  writeFileSync(join(folder, 'models.json'), JSON.stringify(file));
  const { code, err } = await run(command, 'retrain');
  expect(code).toBe(2);
  expect(err).toContain('retrain is a job, with nothing at Numerai. To run it: npm run numerai -- start retrain');
});
