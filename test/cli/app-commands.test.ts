// `status`, `start`, `cancel`, `runs`, `logs` and `dashboard`, against the app in the local environment.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { addedTo } from '../../cli/follow-log.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { type FrontDoor, openFrontDoor } from '../functions/front-door.ts';
import { emptyFolder, nowhere, numerai, type Options } from './command-line.ts';

const folder = emptyFolder();
const image = (name: string, more: object = {}) => ({
  name,
  tournament: 'classic',
  maxAttempts: 1,
  fallback: false,
  container: { image: `example.org/${name}:1` },
  ...more,
});

let door: FrontDoor;
let ticking: NodeJS.Timeout;

beforeAll(async () => {
  door = await openFrontDoor({
    models: [image('good'), image('breaks'), image('endless'), image('talks'), image('idle', { paused: true })],
    jobs: [{ name: 'retrain', schedule: '0 0 6 * * SUN', container: { image: 'example.org/retrain:1' } }],
    behaviour: ({ image: name }) => ({
      steps: [
        { after: 10, line: 'first line' },
        { after: name.includes('talks') ? 1500 : 0, line: 'last line' },
      ],
      exitCode: name.includes('breaks') ? 3 : 0,
      endsAfter: name.includes('endless') ? Number.POSITIVE_INFINITY : 0,
    }),
  });
  ticking = setInterval(() => void door.tick().catch(() => undefined), 300);
});
afterAll(() => clearInterval(ticking));

const runWith = (options: Options, ...args: string[]) =>
  numerai([...args, '--url', door.environment.host.url], {}, { folder, ...options });
const run = (...args: string[]) => runWith({}, ...args);

/** A clock whose so-many-th wait is the last: as Ctrl-C. */
function endingAfter(waits: number) {
  let left = waits;
  return {
    now: () => new Date(),
    async sleep() {
      left -= 1;
      if (left === 0) throw new Error('stopped');
      await systemClock.sleep(50);
    },
  };
}

test('start starts a model for its open round, and follows it to its end', async () => {
  const { code, out } = await run('start', 'good');
  expect(out).toMatch(/recorded\s+run \w{26}, round \d+\n/);
  expect(out).toMatch(/ended\s+exit code 0/);
  expect(out).toContain('good is done: the submission is unknown.');
  expect(code).toBe(0);

  const again = await run('start', 'good', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ ok: true, duplicate: true, run: { model: 'good', attempt: 1 } });
  const forced = await run('start', 'good', '--force', '--json');
  expect(JSON.parse(forced.out)).toMatchObject({ ok: true, duplicate: false, run: { attempt: 2 } });
});

test('start says why it failed, once that is known, and with the end of the log', async () => {
  const { code, err } = await run('start', 'breaks');
  expect(err).toContain('last line');
  expect(err).toContain('breaks failed: The container ended with exit code 3');
  expect(code).toBe(1);
});

test('start names what there is where the name is another', async () => {
  const { code, err } = await run('start', 'nobody');
  expect(err).toContain('The app has no model or job "nobody". It has: good, breaks, endless, talks, idle, retrain.');
  expect(code).toBe(2);
});

test('cancel stops the run that is under way, and says so where there is none', async () => {
  const started = JSON.parse((await run('start', 'endless', '--no-follow', '--json')).out);
  expect(started.run.state).not.toBe('succeeded');
  const { code, out } = await run('cancel', 'endless');
  expect(out).toMatch(new RegExp(`^Run ${started.run.id} of endless is (cancelled\\.|being cancelled)`));
  expect(code).toBe(0);
  await expect
    .poll(async () => JSON.parse((await run('runs', 'endless', '--json')).out).runs[0].state)
    .toBe('cancelled');
  const none = await run('cancel', 'endless');
  expect(none.err).toContain('No run of endless is under way.');
  expect(none.code).toBe(1);
});

test('runs lists the history, a page at a time, and as the app has it for programs', async () => {
  const { code, out } = await run('runs');
  expect(out).toMatch(/^RUN\s+NAME\s+ROUND\s+REQUESTED\s+BY\s+STATE\s+SUBMISSION\s+ATTEMPTS\s+COST\n/);
  expect(out).toMatch(/^\w{26}\s+good\s+\d+\s+.* UTC\s+operator\s+succeeded\s+unknown\s+2\s+\$0\.0\d$/m);
  expect(code).toBe(0);
  const first = await run('runs', '--limit', '1');
  const [, after = ''] = /There are more: --after (\w+)/.exec(first.out) ?? [];
  expect((await run('runs', '--limit', '1', '--after', after)).out).not.toContain(after);
  const { runs } = JSON.parse((await run('runs', '--only', 'failed', '--json')).out);
  // All that the API has of a run, and not only what the commands need.
  expect(runs).toMatchObject([
    { model: 'breaks', links: { self: expect.any(String) }, attempts: [{ platform: expect.any(String) }] },
  ]);
  expect((await run('runs', 'good', '--only', 'failed')).out).toBe('There are none.\n');
  const wrong = await run('runs', '--only', 'lost');
  expect(wrong.err).toMatch(
    /^Option '--only <state>' argument 'lost' is invalid\. Allowed choices are requested, .*\n$/,
  );
  expect(wrong.code).toBe(2);
});

test('logs shows the log of the newest run, or of one, or of one attempt', async () => {
  expect(await run('logs', 'breaks')).toEqual({ code: 0, out: 'first line\nlast line\n', err: '' });
  const { run: id, attempt, log } = JSON.parse((await run('logs', 'good', '--attempt', '1', '--json')).out);
  expect({ attempt, log }).toEqual({ attempt: 1, log: 'first line\nlast line\n' });
  expect((await run('logs', 'good', id)).out).toContain('last line');
  const none = await run('logs', 'idle');
  expect(none.err).toContain('idle has no run yet.');
  expect(none.code).toBe(1);
});

test('logs --follow prints what is added, each line once, until the run has ended', async () => {
  await run('start', 'talks', '--no-follow');
  const { code, out, err } = await run('logs', 'talks', '--follow');
  expect(out).toBe('first line\nlast line\n');
  expect(err).toContain('talks succeeded');
  expect(code).toBe(0);
  // One that has ended is shown as it is.
  expect((await run('logs', 'talks', '-f')).out).toBe('first line\nlast line\n');
});

test.each([
  ['', 'a\n', 'a\n'],
  ['a\n', 'a\nb\n', 'b\n'],
  ['a\nb\n', 'b\nc\n', 'c\n'],
  ['a\n', 'x\n', 'x\n'],
])('of a log that was %j and is %j, %j is new', (before, now, added) => {
  expect(addedTo(before, now)).toBe(added);
});

test('status shows how it stands, and as the app has it for programs', async () => {
  const { code, out } = await run('status');
  expect(out).toMatch(/^classic: round \d+ closes in .*, at .* UTC\. 2 of 5 done$/m);
  expect(out).toMatch(/^breaks\s+\d+\s+failed\s+unknown\s+1\s+The container ended with exit code 3/m);
  expect(out).toMatch(/^idle\s+\d+\s+not started, paused by models\.json/m);
  expect(out).toMatch(/^retrain\s+job\s+not started\s+-\s+-\s+next at/m);
  expect(code).toBe(0);
  const json = JSON.parse((await run('status', '--json')).out);
  expect(json).toMatchObject({ at: expect.any(String), timers: {}, models: { length: 5 }, jobs: [{ job: 'retrain' }] });
  expect((await run('status', 'good')).out).not.toContain('breaks');
});

test('status --watch shows what has changed: in a pipe below, in a terminal in its place, for programs a line each', async () => {
  const piped = await runWith({ clock: endingAfter(2) }, 'status', '--watch', '1');
  expect(piped.out.match(/^As of/gm)?.length).toBeLessThanOrEqual(2);
  expect(piped.out).not.toContain('\u001b');
  const terminal = await runWith({ clock: endingAfter(2), columns: 100 }, 'status', '--watch');
  expect(terminal.out).toMatch(/^As of/);
  const json = await runWith({ clock: endingAfter(2) }, 'status', '--watch', '--json');
  const [first = '', second = ''] = json.out.split('\n');
  expect([first, second].map((line) => JSON.parse(line).models.length)).toEqual([5, 5]);
});

test('status --watch goes on while the app does not answer', async () => {
  const url = await nowhere();
  const { err } = await numerai(['status', '--watch', '--url', url], {}, { folder, clock: endingAfter(2) });
  expect(err.match(/does not answer/g)).toHaveLength(2);
});

test('dashboard prints the address, of a model and of a run as well', async () => {
  const { url } = door.environment.host;
  expect((await run('dashboard')).out).toBe(`${url}/api/dashboard\n`);
  expect((await run('dashboard', 'good', '01KA')).out).toBe(`${url}/api/dashboard/good/01KA\n`);
  expect(JSON.parse((await run('dashboard', '--json')).out)).toEqual({ url: `${url}/api/dashboard` });
});
