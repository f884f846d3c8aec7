// What the webhook answers, and what it starts: through the front door, in a host process.

import { beforeAll, describe, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf, WITHIN } from './front-door.ts';

let door: FrontDoor;
const MODELS = [
  'numerais-body',
  'number',
  'unknown-fields',
  'typed',
  'empty',
  'null-fields',
  'many-at-once',
  'next-round',
  'tested',
  'tested-twice',
  'unrecorded',
  'unreadable',
  'without-round',
  'hung',
];

beforeAll(async () => {
  door = await openFrontDoor({
    models: MODELS.map((name) => groupNamed(name)),
    hosts: 4,
    // Containers that are in flight until the test file ends.
    behaviour: () => ({ endsAfter: Number.POSITIVE_INFINITY }),
  });
});

const post = (model: string, body?: unknown) =>
  door.call(`/api/webhook/${model}`, { method: 'POST', ...(body === undefined ? {} : { body }) });

function numeraiThatHangs() {
  const numerai = door.environment.emulators.numerai;
  numerai?.faults.add({ kind: 'hang' });
  const calls = numerai?.callCount ?? 0;
  return {
    faults: numerai?.faults,
    waitForCall: () => expect.poll(() => numerai?.callCount, WITHIN).toBeGreaterThan(calls),
  };
}

describe('the webhook', () => {
  test("starts the model's container group and tells its run, with Numerai's own body", async () => {
    const body = { roundNumber: '1234', triggerId: 'abc-1', isTest: false, dataVersion: 5 };
    const answer = await door.webhook('numerais-body', body);
    expect(answer).toEqual({
      runId: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      model: 'numerais-body',
      job: null,
      round: 1234,
      state: 'starting',
      duplicate: false,
      statusUrl: `${door.environment.host.url}/api/runs/numerais-body/${answer.runId}`,
    });
    expect(door.startsOf('numerais-body')).toBe(1);
    expect(await door.run(answer)).toMatchObject({
      id: answer.runId,
      round: 1234,
      trigger: 'webhook',
      triggerId: 'abc-1',
      isTest: false,
      attempt: 1,
      attempts: [{ number: 1, execution: 'numerais-body' }],
    });
    const page = await door.call(answer.statusUrl);
    expect(page.status).toBe(200);
  });

  test.each([
    ['a round number that is a number', 'number', { roundNumber: 77, triggerId: 'n' }, 77],
    ['fields that nobody knows yet', 'unknown-fields', { roundNumber: '78', more: [1], x: {} }, 78],
    ['fields that are null', 'null-fields', { roundNumber: 79, triggerId: null, isTest: null }, 79],
  ])('takes %s', async (_what, model, body, round) => {
    expect(await door.webhook(model, body)).toMatchObject({ model, round, duplicate: false });
  });

  test('takes no body at all, and asks Numerai for the round', async () => {
    expect(await door.webhook('empty')).toMatchObject({ round: door.round, duplicate: false });
  });

  test('takes a body without a round, and asks Numerai for it', async () => {
    const answer = await door.webhook('without-round', { triggerId: 't' });
    expect(answer.round).toBe(door.round);
    expect(await door.run(answer)).toMatchObject({ triggerId: 't' });
  });

  test.each([
    ['Numerai’s own', 'application/json'],
    ['axios', 'application/json;charset=utf-8'],
    ['a program that is not strict about case', 'Application/JSON; charset="UTF-8"'],
    ['a sender of cloud events', 'application/cloudevents+json'],
  ])('takes JSON as it is sent by %s', async (_who, type) => {
    const answer = await door.call('/api/webhook/typed', {
      method: 'POST',
      headers: { 'content-type': type },
      body: { roundNumber: '40' },
    });
    expect(answer.status, answer.text).toBe(200);
  });

  test('starts one run for many calls at once, in two instances, and tells all of them that run', async () => {
    const { hosts } = door.environment;
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        door.webhook('many-at-once', { roundNumber: 5, triggerId: `t${index}` }, hosts[index % 2]),
      ),
    );
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(door.startsOf('many-at-once')).toBe(1);
  });

  test('starts another run for the next round', async () => {
    const first = await door.webhook('next-round', { roundNumber: 10 });
    const again = await door.webhook('next-round', { roundNumber: '10' });
    const next = await door.webhook('next-round', { roundNumber: 11 });
    expect(again).toMatchObject({ runId: first.runId, duplicate: true });
    expect(next).toMatchObject({ round: 11, duplicate: false });
    expect(next.runId).not.toBe(first.runId);
    // The first one's container runs on: the watcher asks again, and not this call.
    const asked = door.environment.resourceManager.emulator.calls.filter(({ url }) =>
      url.pathname.endsWith('/next-round/start'),
    );
    expect(asked).toHaveLength(2);
  });

  test('takes a test trigger, which does not use up the round', async () => {
    const body = { roundNumber: 20, triggerId: 'trial', isTest: true };
    const trial = await door.webhook('tested', body);
    expect(await door.run(trial)).toMatchObject({ isTest: true, round: 20 });
    const real = await door.webhook('tested', { roundNumber: 20, triggerId: 'real' });
    expect(real).toMatchObject({ duplicate: false, round: 20 });
    expect(real.runId).not.toBe(trial.runId);
  });

  test('knows a test trigger that is repeated by its id', async () => {
    const body = { roundNumber: 21, triggerId: 'same', isTest: true };
    const first = await door.webhook('tested-twice', body);
    const again = await door.webhook('tested-twice', body);
    expect(again).toMatchObject({ runId: first.runId, duplicate: true });
  });

  test('tells test triggers apart by any letter of their ids', async () => {
    const ids = [
      'a/b',
      'a?b',
      'a#b',
      'a b'.replace(' ', '%'),
      'ab',
      'a~2f~b',
      'A/b',
      `${'x'.repeat(199)}/`,
      `${'x'.repeat(199)}?`,
    ];
    const runs = [];
    for (const triggerId of ids) runs.push(await door.webhook('tested', { roundNumber: 22, triggerId, isTest: true }));
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(ids.length);
    const again = await door.webhook('tested', { roundNumber: 22, triggerId: 'a/b', isTest: true });
    expect(again).toMatchObject({ runId: runs[0]?.runId, duplicate: true });
    expect(await door.run(again)).toMatchObject({ triggerId: 'a/b' });
  });

  test('answers 503 with Retry-After where the run could not be recorded, and has started nothing', async () => {
    const { faults } = door.environment.emulators.tables ?? {};
    faults?.add({ kind: 'status', status: 500 });
    const answer = await post('unrecorded', { roundNumber: 30 });
    faults?.clear();
    expect(problemOf(answer, 503)).toMatch(/Could not index run .* 500/);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(door.startsOf('unrecorded')).toBe(0);
    expect(await door.webhook('unrecorded', { roundNumber: 30 })).toMatchObject({
      duplicate: false,
    });
  });

  test('goes on without Numerai: the round is then not known, and the day is claimed', async () => {
    const { faults } = door.environment.emulators.numerai ?? {};
    faults?.add({ kind: 'status', status: 500 });
    const [, , , other] = door.environment.hosts;
    const first = await door.webhook('unreadable', { triggerId: 'x' }, other);
    const again = await door.webhook('unreadable', { triggerId: 'y' }, other);
    faults?.clear();
    expect(first).toMatchObject({ round: null, duplicate: false });
    expect(again).toMatchObject({ runId: first.runId, duplicate: true });
    const named = await door.webhook('unreadable', { roundNumber: door.round });
    expect(named).toMatchObject({ runId: first.runId, round: door.round, duplicate: true });
  });

  test('does not wait with others for a Numerai that hangs', async () => {
    const { faults, waitForCall } = numeraiThatHangs();
    const [, , third] = door.environment.hosts;
    let fallbackGoesOn = true;
    const fallback = third?.runTimer('fallback').finally(() => {
      fallbackGoesOn = false;
    });
    await waitForCall();
    const [status, run] = await Promise.all([
      door.call('/api/status', { ...(third === undefined ? {} : { host: third }) }),
      door.webhook('hung', undefined, third),
    ]);
    const answeredMeanwhile = fallbackGoesOn;
    faults?.clear();
    expect(JSON.parse(status.text).models[0].roundsUnknown).toMatch(/did not answer in time/);
    expect(run).toMatchObject({ round: null, duplicate: false });
    expect(answeredMeanwhile).toBe(true);
    await fallback;
  });

  test('is answered under its own address, also where a proxy has another', async () => {
    const answer = await door.call('/api/webhook/typed', { method: 'POST', headers: { host: 'evil.example' } });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toContain(`${door.environment.host.url}/api/runs/typed/`);
    expect(answer.text).not.toContain('evil');
  });
});
