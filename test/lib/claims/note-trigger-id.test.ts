// The trigger ids of many calls for one round, at once.

import { expect, test } from 'vitest';
import { createNoteTriggerId } from '../../../src/lib/claims/note-trigger-id.ts';
import { randomFrom } from '../../simulation/world/random.ts';
import { openApp } from '../../support/app.ts';
import { open, recordOf } from '../../support/one-model.ts';
import { inTurn, model } from '../../support/three-slots.ts';

const IDS = Array.from({ length: 100 }, (_, index) => `of-${index}`);

test('a hundred webhooks at once find one run, which keeps all of their ids', async () => {
  const app = await open(model(), { settings: { MAX_STARTS_PER_DAY: '200' } });
  const given = inTurn(app, {});
  const runs = await Promise.all(IDS.map((id) => app.start('m', id)));
  expect(new Set(runs).size).toBe(1);
  expect([...(await recordOf(app)).triggerIds].sort()).toEqual([...IDS].sort());
  await app.pass(3);
  expect(given).toHaveLength(1);
});

test('those that come to several instances at once are kept as well', async () => {
  const app = await openApp([model()]);
  const { runs } = app.services;
  const { run } = await app.start('m');
  const holder = await app.live(runs.get('m', run.id));
  if (holder === null || holder === 'unreadable') throw new Error('There is such a run.');
  const random = randomFrom(1);
  const instances = Array.from({ length: 5 }, () => createNoteTriggerId({ runs, clock: app.world.clock, random }));
  const noting = instances.flatMap((note, index) =>
    IDS.slice(20 * index, 20 * index + 20).map((triggerId) =>
      note(app.services.log, { triggerId, isTest: false }, holder),
    ),
  );
  await app.live(Promise.all(noting));
  expect([...(await app.record(run)).run.triggerIds].sort()).toEqual([...IDS, 'a-trigger'].sort());
  await app.close();
});
