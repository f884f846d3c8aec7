// Pausing and resuming, through the front door.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { imageModel, openFrontDoor, problemOf } from './front-door.ts';

const app = await openFrontDoor({
  models: [imageModel('mine'), imageModel('other'), imageModel('filed', {}, { paused: true })],
  jobs: [{ name: 'retrain', container: { image: 'example.org/retrain:1' } }],
});
const post = (path: string, body?: unknown) =>
  app.call(path, { method: 'POST', ...(body === undefined ? {} : { body }) });
const pausedSchema = z.object({
  paused: z.object({ since: z.iso.datetime().nullable(), by: z.string(), reason: z.string().nullable() }).nullable(),
});
const pausedOf = (text: string) => pausedSchema.parse(JSON.parse(text)).paused;

describe('what an operator has paused', () => {
  test('starts nothing by its webhook, which is answered 200 and told since when and by whom', async () => {
    const answer = await post('/api/pause/mine', { by: 'Ada', reason: 'no stake this month' });
    expect(answer.status).toBe(200);
    expect(pausedOf(answer.text)).toMatchObject({ by: 'Ada', reason: 'no stake this month' });
    const starts = app.starts.length;
    const called = await post('/api/webhook/mine', { roundNumber: app.round, triggerId: 'a' });
    expect(called.status).toBe(200);
    expect(JSON.parse(called.text)).toEqual({
      runId: null,
      model: 'mine',
      job: null,
      paused: { since: expect.any(String), by: 'Ada', reason: 'no stake this month' },
      statusUrl: expect.stringMatching(/\/api\/status\/mine$/),
    });
    // Neither does a round that is not open matter.
    expect((await post('/api/webhook/mine', { roundNumber: '999999', triggerId: 'b' })).status).toBe(200);
    expect(app.starts).toHaveLength(starts);
    expect(await app.call('/api/runs?model=mine').then(({ text }) => JSON.parse(text).runs)).toEqual([]);
  });

  test('is said to be so by the status, the metrics and the pages', async () => {
    const { text } = await app.call('/api/status/mine');
    expect(z.object({ models: z.array(pausedSchema) }).parse(JSON.parse(text)).models[0]?.paused?.by).toBe('Ada');
    expect((await app.call('/api/metrics')).text).toMatch(/numerai_paused\{name="mine"\} 1/);
    for (const page of ['/api/dashboard', '/api/dashboard/mine'])
      expect((await app.call(page)).text).toMatch(/Paused since \d\d:\d\d UTC by Ada: no stake this month\./);
  });

  test('stays paused as it is where it is paused again', async () => {
    const again = await post('/api/pause/mine', { by: 'Bob' });
    expect(pausedOf(again.text)).toMatchObject({ by: 'Ada' });
  });

  test('is still started by an operator', async () => {
    const started = await app.start('mine');
    expect(await app.ended(started)).toMatchObject({ state: 'succeeded', trigger: 'operator' });
  });

  test('starts again once it is resumed', async () => {
    expect(pausedOf((await post('/api/resume/mine')).text)).toBeNull();
    expect(await app.webhook('mine', { roundNumber: app.round, triggerId: 'c' })).toMatchObject({ duplicate: true });
    const lines = app.environment.host.output.filter(
      (line) => /(paused|resumed) by an operator/.test(line) && line.includes('"model":"mine"'),
    );
    expect(lines).toHaveLength(2);
  });

  test('may be a job', async () => {
    await post('/api/pause/retrain');
    expect(JSON.parse((await post('/api/webhook/retrain')).text)).toMatchObject({
      job: 'retrain',
      paused: { by: 'an operator', reason: null },
    });
    await post('/api/resume/retrain');
    expect(await app.webhook('retrain')).toMatchObject({ job: 'retrain', duplicate: false });
  });
});

test('what models.json pauses is not resumed but there', async () => {
  expect(JSON.parse((await post('/api/webhook/filed')).text)).toMatchObject({
    paused: { since: null, by: 'models.json', reason: null },
  });
  expect(problemOf(await post('/api/resume/filed'), 409)).toBe(
    'models.json pauses filed: take "paused": true out of it, and deploy again.',
  );
  expect((await app.call('/api/dashboard/filed')).text).toContain('Paused in models.json.');
});

test('what models.json and an operator have paused is resumed by the operator, and stays paused by the file', async () => {
  expect(pausedOf((await post('/api/pause/filed', { by: 'Ada' })).text)).toMatchObject({ by: 'Ada' });
  const resumed = await post('/api/resume/filed', { by: 'Ada' });
  expect(resumed.status).toBe(200);
  expect(pausedOf(resumed.text)).toEqual({ since: null, by: 'models.json', reason: null });
  expect((await post('/api/resume/filed')).status).toBe(409);
});

test.each([
  ['/api/pause/nothing', {}, 404, 'There is no model or job "nothing"'],
  ['/api/pause/other', { by: 'x'.repeat(201) }, 400, 'by must be a text of at most 200 characters'],
  ['/api/resume/other', { reason: 5 }, 400, 'reason must be a text of at most 200 characters'],
  ['/api/pause/other', 'text', 400, 'The body is not JSON'],
])('a request that makes no sense is refused: %s %j', async (path, body, status, says) => {
  expect(problemOf(await post(path, body), status)).toContain(says);
});

test.each(['pause', 'resume'])('%s takes no field that there is not', async (action) => {
  const answer = await post(`/api/${action}/other`, { reasn: 'no stake this month' });
  expect(problemOf(answer, 400)).toBe(
    'There is no field "reasn"; did you mean "reason"? Nothing was done. The fields are by and reason.',
  );
  expect((await app.call('/api/status/other')).text).toContain(`"paused":null`);
});

test('pages of others cannot pause anything', async () => {
  const answer = await app.call('/api/pause/other', {
    method: 'POST',
    body: {},
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  expect(answer.status).toBe(403);
});

test('who paused something, and why, stands on one line, without what cannot be seen', async () => {
  const said = { by: ' \u001b[31mEve\u0000\r\n', reason: 'see\u202e\n\n the \ud800 notes' };
  const { text } = await post('/api/pause/other', said);
  expect(pausedOf(text)).toMatchObject({ by: '[31mEve', reason: 'see the notes' });
  await post('/api/resume/other');
});
