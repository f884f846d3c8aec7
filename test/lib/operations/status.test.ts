// GET /api/status: its shape, and when it is news.

import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { alertJsonSchema, statusJsonSchema } from '../../../scripts/schema.ts';
import { weakEtag } from '../../../src/functions/http/etag.ts';
import { PASSING } from '../../../src/functions/http/status-json.ts';
import { type FrontDoor, groupNamed, openFrontDoor } from '../../functions/front-door.ts';

const docs = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

let door: FrontDoor;
let schema: z.ZodType;

beforeAll(async () => {
  schema = z.fromJSONSchema(JSON.parse(await docs('status.schema.json')));
  door = await openFrontDoor({
    models: [
      groupNamed('good'),
      groupNamed('bad', { maxAttempts: 1 }),
      groupNamed('never'),
      groupNamed('busy'),
      { name: 'made', tournament: 'signals', container: { image: 'example.org/made:1' } },
    ].map((model) => ({ ...model, fallback: false })),
    behaviour: ({ name }) =>
      name.includes('busy')
        ? { endsAfter: Number.POSITIVE_INFINITY }
        : { exitCode: name.includes('bad') ? 3 : 0 },
  });
});

/** Asks for the status, and holds the answer against docs/status.schema.json. */
async function ask(path = '/api/status', headers: Record<string, string> = {}) {
  const answer = await door.call(path, { headers });
  if (answer.status === 200) {
    const checked = schema.safeParse(JSON.parse(answer.text));
    expect(checked.success, checked.error && z.prettifyError(checked.error)).toBe(true);
  }
  return { ...answer, etag: answer.headers.get('etag') ?? '' };
}

describe('the status', () => {
  test('is as its schema says: before the first run', async () => {
    const { text } = await ask();
    expect(JSON.parse(text)).toMatchObject({
      timers: { watcher: { lastTickAt: null, recent: false } },
      models: [{ model: 'good', currentRun: null, rounds: [] }, {}, {}, {}, {}],
    });
  });

  test('is as its schema says: with runs in every state', async () => {
    const models = ['good', 'bad', 'made'];
    await Promise.all(models.map(async (model) => door.ended(await door.webhook(model))));
    await door.until(await door.webhook('busy'), 'running');
    await door.environment.host.runTimer('fallback');
    const { text } = await ask();
    expect(JSON.parse(text)).toMatchObject({
      timers: { watcher: { recent: true }, fallback: { recent: true } },
      models: [
        { model: 'good', currentRun: { state: 'succeeded' }, rounds: [{ state: 'succeeded' }] },
        { model: 'bad', currentRun: { state: 'failed', exitCode: 3 } },
        { model: 'never' },
        { model: 'busy', inFlight: { state: 'running' } },
        { model: 'made', containerKind: 'image', currentRun: { state: 'succeeded' } },
      ],
    });
    await ask('/api/status/bad');
  });

  test('is as its schema says: where Numerai does not answer', async () => {
    const { faults } = door.environment.numerai.emulator;
    faults.add({ kind: 'status', status: 400 });
    const fresh = await door.environment.addHost();
    const answer = await door.call('/api/status', { host: fresh });
    faults.clear();
    expect(answer.status, answer.text).toBe(200);
    const checked = schema.safeParse(JSON.parse(answer.text));
    expect(checked.success, checked.error && z.prettifyError(checked.error)).toBe(true);
    expect(answer.text).toContain('"roundsUnknown":"');
  });

  test('is not sent again to who has it, though time passes and the timers tick', async () => {
    const first = await ask();
    expect(first.etag).toMatch(/^W\/".{27}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    await expect
      .poll(async () => JSON.parse((await ask()).text).models[0].openRound.secondsLeft)
      .toBeLessThan(JSON.parse(first.text).models[0].openRound.secondsLeft);
    await door.tick();

    for (const tag of [first.etag, first.etag.slice(2), `"other", ${first.etag}`, '*']) {
      const again = await ask('/api/status', { 'if-none-match': tag });
      expect(again.status, tag).toBe(304);
      expect(again.text).toBe('');
      expect(again.etag).toBe(first.etag);
      expect(again.headers.get('x-request-id')).toBeTruthy();
    }
    expect((await ask('/api/status', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('is sent again when something has happened', async () => {
    const before = await ask();
    await door.ended(await door.start('bad', { force: true }));
    const after = await ask('/api/status', { 'if-none-match': before.etag });
    expect(after.status).toBe(200);
    expect(after.etag).not.toBe(before.etag);
  });
});

test('the ETag follows all members but those that pass', () => {
  const tag = (body: unknown) => weakEtag(body, PASSING);
  const body = { at: '1', models: [{ openRound: { number: 1, secondsLeft: 60 }, state: 'a' }] };
  expect(tag({ ...body, at: '2' })).toBe(tag(body));
  expect(tag({ ...body, models: [{ openRound: { number: 1, secondsLeft: 5 }, state: 'a' }] })).toBe(
    tag(body),
  );
  expect(tag({ ...body, models: [] })).not.toBe(tag(body));
});

test('the schemas in docs are those of the code', async () => {
  expect(await docs('status.schema.json')).toBe(statusJsonSchema());
  expect(await docs('alert.schema.json')).toBe(alertJsonSchema());
});
