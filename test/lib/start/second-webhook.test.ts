// A second webhook of the round notes its trigger id while the start of the first is on its way: that costs it nothing.

import { expect, test } from 'vitest';
import { behave, groupModel, modelOf, open, recordOf } from '../../support/one-model.ts';

test('the next region is tried at once all the same', async () => {
  const app = await open(modelOf({ locations: ['westeurope', 'northeurope'] }), {
    plan: ({ dependency, method }) =>
      dependency === 'resource-manager' && method === 'PUT' ? { do: 'slow-there', by: 2_000 } : { do: 'pass' },
  });
  app.world.resourceManager.setCapacity('westeurope', 'refuses');
  behave(app);
  await Promise.all(['one', 'another'].map((triggerId) => app.start('m', triggerId)));
  const run = await recordOf(app);
  expect(run).toMatchObject({ state: 'starting', attempt: { number: 1, location: 'northeurope' } });
  expect([...run.triggerIds].sort()).toEqual(['another', 'one']);
});

test('what is noted before a start of an existing group is noted all the same', async () => {
  let looks = 0;
  const app = await open(groupModel(), {
    plan: ({ dependency, method }) => {
      if (dependency === 'resource-manager' && method === 'GET') looks += 1;
      return looks === 1 && dependency === 'resource-manager' ? { do: 'slow-there', by: 3_500 } : { do: 'pass' };
    },
  });
  behave(app);
  await Promise.all(['one', 'another'].map((triggerId) => app.start('m', triggerId)));
  await app.pass(1);
  expect((await recordOf(app)).attempt).toMatchObject({ number: 1, acceptedAt: expect.stringMatching(/T12:00:/) });
});
