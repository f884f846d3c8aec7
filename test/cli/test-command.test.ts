// `numerai test`, from the command through Numerai's emulator and the app to the submission.

import { beforeAll, expect, test } from 'vitest';
import type { Step } from '../../cli/steps.ts';
import type { SimulatedRun } from '../../local/containers/simulated.ts';
import { dailySchedule } from '../../local/emulators/numerai/schedules.ts';
import type { Clock } from '../../src/lib/util/clock.ts';
import { type FrontDoor, groupNamed, openFrontDoor } from '../functions/front-door.ts';
import { ACCOUNT_KEYS, type Ended, expectNeverPrinted, nowhere, numerai } from './command-line.ts';

const idOf = (id: number) => `00000000-0000-4000-a000-00000000000${id}`;
const COMMON = { tournament: 'classic', maxAttempts: 1, fallback: false };
const image = (name: string, id: number) => ({
  ...COMMON,
  name,
  numeraiModels: [idOf(id)],
  container: { image: 'example.org/submission:1' },
});
const MODELS = [
  image('good', 1),
  image('crashing', 2),
  image('slow', 3),
  { ...image('by-name', 4), numeraiModels: ['by_name'] },
  groupNamed('old-style', { ...COMMON, numeraiModels: [idOf(5)] }),
  { ...image('retrying', 6), maxAttempts: 2 },
  image('full', 7),
  { ...image('in-part', 8), numeraiModels: [idOf(8), idOf(9)], maxAttempts: 2 },
  { ...image('unused', 0), paused: true },
];

let door: FrontDoor;

/** Every wait of a command is a tick of the watcher instead. */
class TickingClock implements Clock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#aheadMs += milliseconds;
    await door.tick();
  }
}

beforeAll(async () => {
  const submitting = (modelId: string, triggerId: string | null): SimulatedRun => ({
    steps: [{ after: 0, effect: () => void numeraiEmulator().submit({ modelId, triggerId }) }],
  });
  door = await openFrontDoor({
    models: MODELS,
    host: { auth: true },
    numerai: { schedule: dailySchedule() },
    registerWebhooks: true,
    behaviour({ name, env }) {
      if (env.NUMERAI_IS_TEST === 'true') return { steps: [{ after: 0, line: 'Only a test.' }] };
      if (name.startsWith('crashing') || (name.startsWith('retrying') && starts('retrying') === 1))
        return { steps: [{ after: 0, line: 'No data for today.' }], exitCode: 5 };
      // As an image that knows one model only.
      if (name.startsWith('in-part'))
        return {
          ...submitting(env.MODEL_ID ?? '', env.TRIGGER_ID ?? null),
          exitCode: starts('in-part') === 1 ? 1 : 0,
        };
      if (name.startsWith('slow')) return { endsAfter: Number.POSITIVE_INFINITY };
      if (name.startsWith('old-style')) return submitting(idOf(5), null);
      return submitting(env.MODEL_ID ?? '', env.TRIGGER_ID ?? null);
    },
  });
});

const starts = (name: string) => door.starts.filter((start) => start.name.startsWith(name)).length;
const numeraiEmulator = () => door.environment.numerai;

function configured(): Record<string, string> {
  const { host, settings } = door.environment;
  return {
    ...ACCOUNT_KEYS,
    NUMERAI_API_URL: numeraiEmulator().url,
    MODELS_FILE: settings.MODELS_FILE ?? '',
    OPERATOR_KEY: host.keys.functionKeys.default ?? '',
  };
}

function registerAtNumerai(name: string, webhook: string | null): void {
  const model = numeraiEmulator().models.find((candidate) => candidate.name === name);
  if (model === undefined) throw new Error(`Numerai has no model ${name}.`);
  model.webhook = webhook;
}

/** As a participant runs it who has configured everything. */
const run = (...args: readonly string[]): Promise<Ended> =>
  numerai(['test', ...args, '--url', door.environment.host.url], configured(), {
    clock: new TickingClock(),
  });

test('follows a run from the call to the submission', async () => {
  const { code, out, err } = await run('good');
  expect(err).toBe('');
  const steps = out.split('\n').filter((line) => /^[✓✗!]/.test(line));
  expect(steps.map((line) => line.slice(9, 27).trim())).toEqual([
    'app answers',
    'round is open',
    'webhook called',
    'recorded',
    'container started',
    'running',
    'ended',
    'submission seen',
  ]);
  expect(steps.at(-1)).toContain('with this trigger id');
  expect(code).toBe(0);
});

test('prints the same as JSON for a program', async () => {
  const { code, out } = await run('by-name', '--json');
  const answer = JSON.parse(out);
  expect(answer).toMatchObject({ ok: true, exitCode: 0, run: { state: 'succeeded' } });
  expect(answer.steps.at(-1)).toMatchObject({ name: 'submission seen', mark: 'ok' });
  expect(code).toBe(0);
});

test('says that a round is done rather than doing it twice', async () => {
  await run('good');
  const { code, out } = await run('good');
  expect(out).toContain('not repeated');
  expect(code).toBe(0);
  expect(numeraiEmulator().submissionsOf(idOf(1))).toHaveLength(1);
});

test('fails with the reason and the last log lines where the container fails', async () => {
  const { code, out, err } = await run('crashing');
  expect(out).toContain('✗');
  expect(out).toContain('No data for today.');
  expect(err).toContain('The container ended with exit code 5');
  expect(code).toBe(1);
});

test('follows a run through its attempts', async () => {
  const { code, out } = await run('retrying', '--json');
  const { steps, run: ended } = JSON.parse(out);
  expect(steps.slice(4).map(({ mark, name }: Step) => `${mark} ${name}`)).toEqual([
    'ok container started',
    'ok running',
    'failed ended',
    'note tried again',
    'ok container started',
    'ok running',
    'ok ended',
    'ok submission seen',
  ]);
  // Why, as soon as that is known, and not only where the whole run has failed.
  expect(steps[6].detail).toMatch(/^failed, exit code 5 .*\. The container ended with exit code 5/);
  expect(ended).toMatchObject({ state: 'succeeded', attempts: [{ exitCode: 5 }, { exitCode: 0 }] });
  expect(code).toBe(0);
});

test('says for which models another attempt is', async () => {
  const { code, out } = await run('in-part');
  expect(out).toContain('attempt 2, for in_part_2');
  for (const id of [idOf(8), idOf(9)]) expect(out).toMatch(new RegExp(`submission seen\\s+${id}: at Numerai`));
  expect(code).toBe(0);
});

test('says who has paused the model, and has nobody call it', async () => {
  const { host } = door.environment;
  const operator = async (path: string, body: object) =>
    fetch(`${host.url}/api/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-functions-key': host.keys.functionKeys.default ?? '' },
    });
  await operator('pause/good', { by: 'Ada', reason: 'holiday' });
  const { code, out, err } = await run('good');
  await operator('resume/good', {});
  expect(err).toContain('good is paused by Ada (holiday): its webhook starts nothing. Resume it first: on http');
  expect(out).not.toContain('webhook called');
  expect(code).toBe(1);

  const file = await run('unused');
  expect(file.err).toContain('unused is paused by models.json: its webhook starts nothing. Take "paused": true out');
  expect(file.code).toBe(1);
});

test('gives up after the time that it was given, and says where the run is', async () => {
  const { code, err } = await run('slow', '--timeout', '0.05');
  expect(err).toMatch(/Not finished after \d+ s: run \w+ is (starting|running), and continues/);
  expect(code).toBe(5);
});

test('says why a run waits, and when it goes on', async () => {
  const { resourceManager } = door.environment;
  resourceManager.setCapacity('westeurope', 'refuses');
  const { code, out } = await run('full', '--timeout', '0.05').finally(() =>
    resourceManager.setCapacity('westeurope', 'ample'),
  );
  expect(out).toMatch(/for a region that has room for the container; next attempt at .* UTC\. Azure has no capacity/);
  expect(code).toBe(5);
});

test('explains a submission that comes without the trigger id of a group', async () => {
  const { code, out } = await run('old-style');
  expect(out).toContain('but not with this trigger id');
  expect(out).toContain('docs/numerai.md, "The trigger id"');
  expect(code).toBe(0);
});

test('finds what stands in the way before it calls', async () => {
  const unknown = await run('nobody');
  expect([unknown.code, unknown.err]).toEqual([
    2,
    'There is no model or job "nobody". models.json has: good, crashing, slow, by-name, old-style, retrying, full, in-part, unused.\n',
  ]);
  const which = await run();
  expect([which.code, which.err]).toEqual([2, expect.stringContaining('Which model?')]);
  const url = await nowhere();
  const gone = await numerai(['test', 'good', '--url', url], configured());
  expect(gone.err).toContain(`The app at ${url} does not answer`);
  expect(gone.code).toBe(3);
  const locked = await numerai(['test', 'good', '--url', door.environment.host.url], {
    ...configured(),
    OPERATOR_KEY: '',
  });
  expect(locked.err).toContain('OPERATOR_KEY is not set');
  expect(locked.code).toBe(2);
});

test('calls no webhook that is not this app’s, and none where there is none', async () => {
  const calls = numeraiEmulator().webhookCalls.length;
  registerAtNumerai('crashing', null);
  const none = await run('crashing');
  expect(none.err).toContain('Numerai has no webhook for crashing');
  expect(none.code).toBe(1);
  registerAtNumerai('crashing', 'https://elsewhere.example/api/webhook/crashing?code=x');
  const other = await run('crashing');
  expect(other.err).toContain('https://elsewhere.example/api/webhook/crashing?code=…, which is not');
  expect(other.code).toBe(1);
  expect(numeraiEmulator().webhookCalls).toHaveLength(calls);
});

test('says what to do where the app refuses the key in the webhook', async () => {
  registerAtNumerai('crashing', `${door.environment.host.url}/api/webhook/crashing?code=old`);
  const { code, out, err } = await run('crashing');
  expect(out).toContain('webhook failed');
  expect(err).toContain('register the webhook again');
  expect(code).toBe(1);
});

test('calls no webhook while no round is open', async () => {
  const { rounds, webhookCalls } = numeraiEmulator();
  const past = new Date(Date.now() - 60_000);
  rounds.change(8, rounds.open(8).number, { closeStakingTime: past, closeTime: past });
  const calls = webhookCalls.length;
  const { code, err } = await run('crashing');
  expect(err).toContain('No round of classic is open');
  expect(code).toBe(4);
  expect(webhookCalls).toHaveLength(calls);
});

test('has the app start a test instead, where that is wanted while no round is open', async () => {
  const { webhookCalls } = numeraiEmulator();
  const calls = webhookCalls.length;
  const { code, out } = await run('good', '--anyway');
  expect(out).toMatch(/test started .*run \w{26}/);
  expect(out).toContain('it was a test');
  expect(code).toBe(0);
  expect(webhookCalls).toHaveLength(calls);
});

test('never prints a key', () => {
  const { keys, masterKey } = door.environment.host;
  expectNeverPrinted([
    ...Object.values(ACCOUNT_KEYS),
    masterKey,
    ...Object.values(keys.functionKeys),
    ...Object.values(keys.functions).flatMap((own) => Object.values(own)),
  ]);
});
