// What reaches people: through the front door, with receivers as strict as the services they stand for.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ReceivedAlert } from '../../../local/emulators/alert-receivers/receiver.ts';
import { type FrontDoor, groupNamed, openFrontDoor, WITHIN } from '../../functions/front-door.ts';
import { messageIn } from '../../support/json-alert.ts';

const FORMATS = ['discord', 'json', 'slack', 'teams'] as const;
const FAILS_ONCE = { maxAttempts: 1 };

let door: FrontDoor;
/** Exit code of each model's next containers. */
const exitCodes = new Map<string, number>();

beforeAll(async () => {
  door = await openFrontDoor({
    models: [
      groupNamed('fails', FAILS_ONCE),
      groupNamed('retried', { maxAttempts: 2 }),
      groupNamed('recovers', FAILS_ONCE),
      groupNamed('unheard', FAILS_ONCE),
      groupNamed('half-heard', FAILS_ONCE),
      groupNamed('seen-twice', FAILS_ONCE),
      groupNamed('cancelled', FAILS_ONCE),
      groupNamed('tested', FAILS_ONCE),
      groupNamed('refused', FAILS_ONCE),
    ],
    alerts: true,
    hosts: 2,
    behaviour: ({ name }) => {
      const model = [...exitCodes.keys()].find((known) => name.includes(known)) ?? '';
      return name.includes('cancelled')
        ? { endsAfter: Number.POSITIVE_INFINITY }
        : { exitCode: exitCodes.get(model) ?? 0 };
    },
  });
});

beforeEach(() => {
  door.environment.alertReceivers.emulator.faults.clear();
});

const receivedOf = (model: string): ReceivedAlert[] =>
  door.environment.alertReceivers.received.filter(({ text }) => text.includes(model));
const formatsOf = (alerts: readonly ReceivedAlert[]) => alerts.map(({ format }) => format).sort();

/** Starts the model and ticks until its run has ended. */
async function runOnce(model: string, exitCode: number, body: object = {}) {
  exitCodes.set(model, exitCode);
  const run = await door.webhook(model, body);
  return door.ended(run);
}

describe('a run that failed for good', () => {
  test('is reported to every receiver, once, with its reason and the way to its page', async () => {
    const run = await runOnce('fails', 3);
    expect(run.state).toBe('failed');
    for (let tick = 0; tick < 3; tick += 1) await door.tick();

    const alerts = receivedOf('fails');
    expect(formatsOf(alerts)).toEqual(FORMATS);
    for (const { text } of alerts) {
      expect(text).toContain(`the run for round ${door.round} failed`);
      expect(text.replaceAll('\\', '')).toContain('exit code 3');
      expect(text).toContain(`${door.environment.host.url}/api/dashboard/fails/${run.id}`);
      expect(text).not.toContain('code=');
    }
    expect(messageIn(alerts.find(({ format }) => format === 'json')?.body)).toMatchObject({
      id: `run-failed:${run.id}:${run.attempt}`,
      kind: 'run-failed',
      severity: 'problem',
      model: 'fails',
      round: door.round,
      runId: run.id,
    });
  });

  test('is reported only when no attempt follows', async () => {
    exitCodes.set('retried', 1);
    const first = await door.webhook('retried');
    await door.ended(first);
    await expect
      .poll(async () => {
        await door.tick();
        return formatsOf(receivedOf('retried'));
      })
      .toEqual(FORMATS);
    const json = receivedOf('retried').find(({ format }) => format === 'json');
    expect(messageIn(json?.body)).toMatchObject({
      id: `run-failed:${first.runId}:2`,
      kind: 'run-failed',
      facts: expect.arrayContaining([{ name: 'Attempt', value: '2' }]),
      runId: first.runId,
    });
    expect(json?.text).toContain('the last one');
  });

  test('is reported once where two instances notice it at once', async () => {
    exitCodes.set('seen-twice', 4);
    await door.webhook('seen-twice');
    const { hosts } = door.environment;
    await expect
      .poll(async () => {
        await Promise.all(hosts.map((host) => host.runTimer('watcher')));
        return receivedOf('seen-twice').length;
      }, WITHIN)
      .toBeGreaterThanOrEqual(4);
    await Promise.all(hosts.map((host) => host.runTimer('watcher')));
    expect(formatsOf(receivedOf('seen-twice'))).toEqual(FORMATS);
  });

  test.each([
    ['an operator cancelled', 'cancelled'],
    ['was a test', 'tested'],
  ])('is not told where %s', async (_what, model) => {
    exitCodes.set(model, 5);
    const run = await door.webhook(model, model === 'tested' ? { isTest: true } : {});
    if (model === 'cancelled') await door.call(`/api/runs/${model}/${run.runId}/cancel`, { method: 'POST', body: {} });
    await door.ended(run);
    await door.tick();
    expect(receivedOf(model)).toEqual([]);
  });
});

describe('back to normal', () => {
  test('is reported once, when a later run of the model is good', async () => {
    await runOnce('recovers', 6);
    await expect.poll(() => receivedOf('recovers').length).toBe(4);
    const mended = await runOnce('recovers', 0);
    expect(mended).toMatchObject({ state: 'succeeded', attempt: 2 });
    for (let tick = 0; tick < 3; tick += 1) await door.tick();

    const normal = receivedOf('recovers').slice(4);
    expect(formatsOf(normal)).toEqual(FORMATS);
    for (const { text } of normal) expect(text).toMatch(/recovers.*: back to normal/s);
    expect(messageIn(normal.find(({ format }) => format === 'json')?.body)).toMatchObject({
      kind: 'back-to-normal',
      severity: 'normal',
      model: 'recovers',
      round: door.round,
      runId: mended.id,
    });
  });
});

describe('a receiver that does not take it', () => {
  test('is tried again later, and the others have it already', async () => {
    const { urls, emulator } = door.environment.alertReceivers;
    emulator.faults.add({ kind: 'status', status: 503, match: { path: pathOf(urls.discord) } });
    const run = await runOnce('half-heard', 7);
    await expect.poll(() => receivedOf('half-heard').length).toBe(3);
    expect(formatsOf(receivedOf('half-heard'))).toEqual(['json', 'slack', 'teams']);
    const line = await logLine('alert not sent', run.id);
    expect(line).toMatchObject({ webhook: 'discord:alert-discord', failures: 1, level: 'warn' });
  });

  test.each([
    ['refuses it, and quotes its URL', 'refused', 'HTTP 404'],
    ['is gone', 'unheard', 'could not be reached'],
  ])('and %s, is named by its secret, and its URL is in no log line', async (_what, model, said) => {
    const { urls, emulator } = door.environment.alertReceivers;
    if (model === 'refused') {
      for (const url of Object.values(urls))
        emulator.faults.add({
          kind: 'status',
          status: 404,
          message: `No such webhook: ${url}`,
          match: { path: pathOf(url) },
        });
    } else emulator.faults.add({ kind: 'drop-before' });
    const run = await runOnce(model, 8);
    expect(JSON.stringify(await logLine('alert not sent', run.id))).toContain(said);
    for (const url of Object.values(urls)) {
      const { pathname, searchParams } = new URL(url);
      const token = searchParams.get('sig') ?? pathname.split('/').at(-1) ?? '';
      expect(token.length).toBeGreaterThan(20);
      expect(output()).not.toContain(token);
    }
  });
});

const output = () => door.environment.hosts.flatMap((host) => host.output).join('\n');
const pathOf = (url: string) => new URL(url).pathname.replaceAll('.', '\\.');

/** The first log line with this message about a run, once it has been written. */
async function logLine(message: string, runId: string): Promise<unknown> {
  const find = () =>
    output()
      .split('\n')
      .find((line) => line.includes(`"msg":"${message}"`) && line.includes(runId));
  await expect.poll(find, { timeout: 60_000 }).toBeDefined();
  const line = find() ?? '';
  return JSON.parse(line.slice(line.indexOf('{')));
}

test('nothing is sent, and nobody asked, where no webhook is configured', async () => {
  const quiet = await openFrontDoor({
    models: [groupNamed('alone', FAILS_ONCE)],
    behaviour: () => ({ exitCode: 1 }),
  });
  const run = await quiet.webhook('alone');
  await quiet.ended(run);
  await quiet.tick();
  await quiet.environment.host.runTimer('fallback');
  const { tables, alertReceivers } = quiet.environment;
  expect(alertReceivers.emulator.calls).toEqual([]);
  expect(tables.emulator.calls.filter(({ url }) => url.href.includes('alerts'))).toEqual([]);
});
