// The demo's models.json, whole: the job writes a model to the share, and the next round's container predicts with it. The
// processes are real, and so are the files that they hand to each other.

import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startEnvironment } from '../../local/environment/environment.ts';
import { roundsAtOnce } from '../../local/environment/rounds.ts';
import { FrontDoor, WITHIN } from './front-door.ts';

const entry = z.looseObject({
  name: z.string(),
  schedule: z.string().optional(),
  container: z.looseObject({ image: z.string() }),
});
const FILE = z
  .object({ models: z.tuple([entry]), jobs: z.tuple([entry]) })
  .parse(JSON.parse(readFileSync(new URL('../../models.json', import.meta.url), 'utf8')));
const [DEMO] = FILE.models;
// On request only: no other run of it comes in between.
const [{ schedule: _schedule, ...RETRAIN }] = FILE.jobs;

let door: FrontDoor;

beforeAll(async () => {
  const { volumes: _, ...withoutShare } = DEMO.container;
  const quick = { ...RETRAIN.container, env: { DEMO_TRAINING_SECONDS: '0' } };
  const environment = await startEnvironment({
    models: [DEMO, { ...DEMO, name: 'alone', numeraiModels: ['alone'], container: withoutShare }],
    jobs: [
      { ...RETRAIN, container: quick },
      { ...RETRAIN, name: 'nowhere', container: { ...quick, volumes: [] } },
    ],
    numerai: { schedule: roundsAtOnce(1, 5, new Date()) },
  });
  afterAll(() => environment.close());
  door = new FrontDoor(environment);
});

const share = () => door.environment.resourceManager.shares.folderOf('numeraidemo', 'models');

/** All rounds take submissions; the one that opened last is the current one. */
function openRound(number: number): void {
  door.environment.numerai.rounds.change(8, number, { openTime: new Date() });
}

/** Numerai calls for the open round. @returns each file that is uploaded: its ids in the order of the predictions. */
async function predicted(model: string) {
  const { emulator } = door.environment.numerai;
  const before = emulator.calls.length;
  const run = await door.ended(await door.webhook(model, { roundNumber: door.round }));
  const uploads = emulator.calls.slice(before).filter(({ method }) => method === 'PUT');
  const files = uploads.map(({ body }) => body.toString('utf8').trim().split('\n').slice(1));
  const log = (await door.call(run.links.logs)).text;
  return { run, log, orders: files.map((lines) => lines.map((line) => line.split(',')[0])) };
}

async function trained(job: string) {
  const run = await door.ended(await door.webhook(job));
  return { run, log: (await door.call(run.links.logs)).text };
}

test('the demo predicts with the model of its image while there is nothing on the share', async () => {
  openRound(1);
  const { run, log, orders } = await predicted('demo');
  expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted', round: 1 });
  expect(log).toMatch(/Predicted \d+ rows with the image's own model\./);
  expect(orders).toEqual([orders[0], orders[0], orders[0]]);
  // As does one that has no share at all.
  expect((await predicted('alone')).orders).toEqual([orders[0]]);
});

test('its job trains a model, and the container of the next round predicts with that', async () => {
  const { run: training, log: itsLog } = await trained('retrain');
  expect(training).toMatchObject({ state: 'succeeded', job: 'retrain', exitCode: 0 });
  expect(itsLog).toContain('Wrote /models/model.json');
  expect(await readdir(share())).toEqual(['model.json']);

  openRound(2);
  const { run, log, orders } = await predicted('demo');
  expect(run).toMatchObject({ state: 'succeeded', submission: 'accepted', round: 2 });
  expect(log).toContain(`/models/model.json, trained at `);
  expect(log).toContain(`by run ${training.id}.`);
  const own = await predicted('alone');
  expect(own.log).toContain("with the image's own model.");
  expect(own.orders[0]?.toSorted()).toEqual(orders[0]?.toSorted());
  expect(own.orders[0]).not.toEqual(orders[0]);
});

test('another training takes the place of the first, and the next round knows it', async () => {
  const { run: training } = await trained('retrain');
  expect(await readdir(share())).toEqual(['model.json']);
  openRound(3);
  expect((await predicted('demo')).log).toContain(`by run ${training.id}.`);
});

test('what is on the share and is no model is not submitted with, and not passed over', async () => {
  await writeFile(join(share(), 'model.json'), '{"weights": [0.1, ');
  openRound(4);
  const started = await door.webhook('demo', { roundNumber: 4 });
  await expect
    .poll(async () => {
      await door.tick();
      return (await door.run(started)).attempts[0]?.reason ?? '';
    }, WITHIN)
    .toContain('/models/model.json is no model. Run the job again, or remove the file.');
  expect((await door.run(started)).submission).not.toBe('accepted');
  // The next training repairs it.
  await trained('retrain');
  openRound(5);
  expect((await predicted('demo')).run).toMatchObject({ state: 'succeeded', submission: 'accepted' });
});

test('a training that has nowhere to write says so before it trains', async () => {
  const run = await door.until(await door.webhook('nowhere'), 'waiting');
  expect(run.attempts).toMatchObject([{ exitCode: 78, reason: expect.stringContaining('/models is not there.') }]);
  expect((await door.call(run.links.logs)).text).toBe(
    '/models is not there. Mount a share there (volumes in models.json).\n',
  );
});
