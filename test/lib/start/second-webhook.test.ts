// A second webhook of the round: it notes its trigger id while the start of the first is on its way, which costs that one
// nothing; and it is answered with the run also where its time ends before it has read it.

import { describe, expect, onTestFinished, test } from 'vitest';
import { findEntry } from '../../../src/lib/config/models.ts';
import { requestRun } from '../../../src/lib/operations/request-run.ts';
import type { RunRequest } from '../../../src/lib/start/request.ts';
import { withTimeLimit } from '../../../src/lib/util/clock.ts';
import { ExternalCallError } from '../../../src/lib/util/external-call.ts';
import { openApp, ROUND } from '../../support/app.ts';
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

describe('whose time ends while it reads the run that it has found', () => {
  const afterTheFirst = async (request: Partial<RunRequest>) => {
    const app = await openApp([{ name: 'm', tournament: 'classic', container: { image: 'example.org/m:1' } }]);
    onTestFinished(() => app.close());
    const { run } = await app.start('m', request);
    app.world.tables.emulator.faults.add({ kind: 'hang', match: { method: 'GET', path: 'runs\\(.*run_' } });
    const again = (trigger: RunRequest['trigger']) =>
      app.live(
        withTimeLimit(app.world.clock, 5_000, undefined, (signal) =>
          requestRun(app.services, {
            model: findEntry(app.services.entries, 'm'),
            trigger,
            triggerId: 'another',
            isTest: false,
            force: false,
            round: ROUND,
            ...request,
            signal,
          }),
        ),
      );
    return { run, again };
  };

  test.each([
    ['a round', {}],
    ['a test', { isTest: true, triggerId: 'test' }],
    ['whatever round is open', { round: null }],
  ])('is answered with the id of that run: for %s', async (_, request) => {
    const { run, again } = await afterTheFirst(request);
    expect(await again('webhook')).toMatchObject({ duplicate: true, run: { id: run.id, round: run.round } });
  });

  test('an operator is told that nothing was started', async () => {
    const { again } = await afterTheFirst({});
    await expect(again('operator')).rejects.toBeInstanceOf(ExternalCallError);
  });
});
