// GET /api/status: its shape.

import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { alertJsonSchema, statusJsonSchema } from '../../../scripts/schema.ts';
import { type FrontDoor, groupNamed, openFrontDoor } from '../../functions/front-door.ts';

const docs = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

let door: FrontDoor;
let schema: z.ZodType;

beforeAll(async () => {
  schema = z.fromJSONSchema(JSON.parse(await docs('status.schema.json')));
  door = await openFrontDoor({
    models: [
      groupNamed('good'),
      groupNamed('bad', { maxAttempts: 2 }),
      groupNamed('never'),
      groupNamed('busy'),
      { name: 'made', tournament: 'signals', container: { image: 'example.org/made:1' } },
      { name: 'waits', tournament: 'classic', container: { image: 'example.org/waits:1' } },
    ].map((model) => ({ ...model, fallback: false })),
    behaviour: ({ name }) =>
      name.includes('busy') ? { endsAfter: Number.POSITIVE_INFINITY } : { exitCode: name.includes('bad') ? 3 : 0 },
  });
});

/** Asks for the status, and holds the answer against docs/status.schema.json. */
async function ask(path = '/api/status') {
  const answer = await door.call(path);
  if (answer.status === 200) {
    const checked = schema.safeParse(JSON.parse(answer.text));
    expect(checked.success, checked.error && z.prettifyError(checked.error)).toBe(true);
  }
  return answer;
}

describe('the status', () => {
  test('is as its schema says: before the first run', async () => {
    const { text } = await ask();
    expect(JSON.parse(text)).toMatchObject({
      timers: { watcher: { lastTickAt: null, recent: false } },
      models: [{ model: 'good', currentRun: null, rounds: [] }, {}, {}, {}, {}, {}],
    });
  });

  test('is as its schema says: with runs in every state', async () => {
    const models = ['good', 'bad', 'made'];
    await Promise.all(models.map(async (model) => door.ended(await door.webhook(model))));
    await door.until(await door.webhook('busy'), 'running');
    const { faults } = door.environment.resourceManager.emulator;
    faults.add({ kind: 'status', status: 409, times: 1, match: { method: 'PUT' } });
    await door.webhook('waits');
    await door.environment.host.runTimer('fallback');
    const { text } = await ask();
    expect(JSON.parse(text)).toMatchObject({
      timers: { watcher: { recent: true }, fallback: { recent: true } },
      models: [
        { model: 'good', currentRun: { state: 'succeeded' }, rounds: [{ state: 'succeeded' }] },
        {
          model: 'bad',
          currentRun: {
            state: 'failed',
            exitCode: 3,
            attempt: 2,
            attempts: [{ outcome: 'failed' }, { outcome: 'failed' }],
          },
          rounds: [{ attempts: 2 }],
        },
        { model: 'never' },
        { model: 'busy', inFlight: { state: 'running' } },
        { model: 'made', containerKind: 'image', currentRun: { state: 'succeeded' } },
        {
          model: 'waits',
          inFlight: {
            state: 'waiting',
            waitingFor: 'the platform to provision the container',
            nextAttemptAt: expect.any(String),
          },
        },
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
});

test('the schemas in docs are those of the code', async () => {
  expect(await docs('status.schema.json')).toBe(statusJsonSchema());
  expect(await docs('alert.schema.json')).toBe(alertJsonSchema());
});
