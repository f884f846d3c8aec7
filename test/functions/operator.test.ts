// An operator's start and cancellation: through the front door.

import { beforeAll, describe, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf } from './front-door.ts';

let door: FrontDoor;
const NOT_THERE = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

beforeAll(async () => {
  door = await openFrontDoor({
    models: ['operated', 'endless', 'endless-too', 'full', 'full-too', 'idle'].map((name) => groupNamed(name)),
    behaviour: ({ image }) => ({
      steps: [{ after: 0, line: 'hello' }],
      endsAfter: image.includes('endless') ? Number.POSITIVE_INFINITY : 0,
    }),
  });
});

describe("an operator's start", () => {
  test('answers as the webhook does, and finds the round by itself', async () => {
    const first = await door.start('operated');
    expect(first).toMatchObject({ round: door.round, duplicate: false });
    expect(await door.run(first)).toMatchObject({ trigger: 'operator', triggerId: null });
    expect(await door.start('operated')).toMatchObject({ runId: first.runId, duplicate: true });

    await door.ended(first);
    expect(await door.start('operated')).toMatchObject({ runId: first.runId, duplicate: true });
    const forced = await door.start('operated', { force: true });
    expect(forced).toMatchObject({ runId: first.runId, round: door.round, duplicate: false });
    expect(await door.ended(forced)).toMatchObject({
      attempt: 2,
      attempts: [{ number: 1 }, { number: 2 }],
      trigger: 'operator',
    });
    expect(door.startsOf('operated')).toBe(2);

    const trial = await door.start('operated', { test: true });
    expect(await door.ended(trial)).toMatchObject({ isTest: true, attempt: 1 });
    expect(await door.start('operated', { force: false })).toMatchObject({
      runId: forced.runId,
      duplicate: true,
    });
  });

  test.each([
    ['', 'full', {}],
    [', also by force', 'full-too', { force: true }],
  ])('tries at once what waits%s, which a webhook does not', async (_, model, options) => {
    const { resourceManager } = door.environment;
    resourceManager.setCapacity('eastus', 'refuses');
    const waiting = await door.webhook(model, { roundNumber: door.round });
    expect(waiting).toMatchObject({ state: 'waiting', duplicate: false });
    const again = { runId: waiting.runId, state: 'waiting', duplicate: true };
    expect(await door.webhook(model, { roundNumber: door.round, triggerId: 'again' })).toMatchObject(again);
    const page = await door.call(`/api/dashboard-page/${model}/${waiting.runId}`);
    expect(page.text).toContain(`/${model}/start"`);
    expect(page.text).toContain('There is no log: the start was refused.');
    // It is still refused, and waits on.
    expect(await door.start(model, options)).toMatchObject({ ...again, duplicate: false });
    resourceManager.setCapacity('eastus', 'ample');
    expect(await door.start(model, options)).toMatchObject({
      runId: waiting.runId,
      state: 'starting',
      duplicate: false,
    });
    expect(await door.ended(waiting)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(door.startsOf(model)).toBe(1);
  });

  test('cannot be forced while an attempt is under way', async () => {
    const run = await door.start('endless-too');
    const answer = await door.call('/api/runs/endless-too', {
      method: 'POST',
      body: { force: true },
    });
    expect(problemOf(answer, 409)).toContain(run.runId);
    expect(door.startsOf('endless-too')).toBe(1);
  });

  test.each([
    ['no JSON', 'force', /not JSON/],
    ['a list', [], /JSON object/],
    ['a force that is text', { force: 'yes' }, /true or false/],
    ['a test that is a number', { test: 1 }, /true or false/],
  ])('is refused with 400: %s', async (_what, body, says) => {
    const answer = await door.call('/api/runs/idle', { method: 'POST', body });
    expect(problemOf(answer, 400)).toMatch(says);
    expect(door.startsOf('idle')).toBe(0);
  });

  test.each([
    [{ Test: true }, 'There is no field "Test"; did you mean "test"? Nothing was done. The fields are force and test.'],
    [{ forse: true }, 'There is no field "forse"; did you mean "force"?'],
    [{ dryRun: true, test: true }, 'There is no field "dryRun". Nothing was done.'],
    [{ isTest: true, force: 1 }, 'There is no field "isTest"; did you mean "test"?'],
    [[], 'The body must be a JSON object; got [].'],
  ])('starts nothing where the body has a field that there is not: %j', async (body, says) => {
    const answer = await door.call('/api/runs/idle', { method: 'POST', body });
    expect(problemOf(answer, 400)).toContain(says);
    expect(door.startsOf('idle')).toBe(0);
  });

  test('is refused with 404 for a model that there is not, and 413 for too much', async () => {
    problemOf(await door.call('/api/runs/nobody', { method: 'POST' }), 404);
    const body = { padding: 'x'.repeat(17 * 1024) };
    problemOf(await door.call('/api/runs/idle', { method: 'POST', body }), 413);
  });

  test('is refused where the page of another site asks for it', async () => {
    const from = (headers: Record<string, string>) =>
      door.call('/api/runs/idle', { method: 'POST', headers, body: '{}' });
    problemOf(await from({ 'sec-fetch-site': 'cross-site' }), 403);
    problemOf(await from({ origin: 'https://evil.example', 'content-type': 'text/plain' }), 403);
    expect(door.startsOf('idle')).toBe(0);
  });
});

describe('a cancellation', () => {
  test('stops the container and ends the run as cancelled; after that it is a conflict', async () => {
    const started = await door.webhook('endless', { roundNumber: door.round });
    await door.until(started, 'running');
    const cancel = `/api/runs/endless/${started.runId}/cancel`;
    const answer = await door.call(cancel, { method: 'POST' });
    expect([answer.status, answer.headers.get('x-run-id')]).toEqual([200, started.runId]);
    const run = await door.ended(started);
    expect(run).toMatchObject({ state: 'cancelled', id: started.runId });
    expect(run.reason).toMatch(/operator/i);
    expect(problemOf(await door.call(cancel, { method: 'POST' }), 409)).toContain('cancelled');
    // Numerai may call again for what nobody submitted. It was an operator's wish, and an operator may change it.
    const again = { runId: started.runId, state: 'cancelled', duplicate: true };
    expect(await door.webhook('endless', { roundNumber: door.round, triggerId: 'again' })).toMatchObject(again);
    expect(door.startsOf('endless')).toBe(1);
    expect(await door.start('endless')).toMatchObject({ runId: started.runId, duplicate: false });
  });

  test('is refused where there is no such run', async () => {
    problemOf(await door.call(`/api/runs/idle/${NOT_THERE}/cancel`, { method: 'POST' }), 404);
  });
});
