// The last resort: when it takes the place of the ordinary container, and when that one has its turn again.

import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { run as runFunction } from '../../../src/functions/run.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import {
  behave,
  groupModel,
  MINUTE,
  minutesOf,
  modelOf,
  open,
  type Plan,
  ROUND,
  recordOf,
  WON,
} from '../../support/one-model.ts';

describe('the last resort', () => {
  const QUICK = 'docker.io/someone/quick:1';
  const lastResort = { image: QUICK, minutes: 4 };
  const attemptsOf = z.object({
    attempts: z.array(z.object({ number: z.number(), lastResort: z.boolean(), outcome: z.string().nullable() })),
  });

  test.each<[string, Plan, (app: SimulatedApp) => void]>([
    ['hangs', { hangs: true }, () => {}],
    ['is pulled for too long', {}, ({ world }) => world.resourceManager.groups.stickNew(/-a[12]$/, 'pulling')],
    ['fails each time', { exitCode: 1 }, () => {}],
    ['finds no room all the time', {}, ({ world }) => world.resourceManager.setCapacity('westus', 'refuses')],
  ])('submits before the close where the ordinary container %s', async (_, plan, arrange) => {
    const elsewhere = { ...lastResort, locations: ['westeurope'] };
    const app = await open(modelOf({ locations: ['westus'] }, { lastResort: elsewhere }));
    arrange(app);
    behave(app, (__, image) => (image === QUICK ? { seconds: 90 } : plan));
    const id = await app.start('m');
    await app.pass(62);
    expect(await recordOf(app)).toMatchObject(WON);
    const { body } = await app.call(runFunction, { params: { model: 'm', runId: id } });
    const { attempts } = attemptsOf.parse(body);
    expect(attempts.map((attempt) => attempt.lastResort)).toEqual([...attempts.slice(1).map(() => false), true]);
    expect(attempts.at(-1)?.outcome).toBe('succeeded');
    expect(app.world.runtime.starts.at(-1)?.image).toBe(QUICK);
  });

  test.each([
    ['exits with 78', () => undefined],
    [
      'has an image that does not exist',
      (app: SimulatedApp) => app.world.runtime.missingImages.add('docker.io/someone/m:1'),
    ],
  ])('is started at once where the ordinary container %s', async (_, arrange) => {
    const app = await open(modelOf({}, { lastResort }));
    arrange(app);
    behave(app, (__, image) => (image === QUICK ? {} : { exitCode: 78 }));
    await app.start('m');
    await app.pass(10);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, lastResort: true } });
    expect((await minutesOf(app))[1]).toBeLessThanOrEqual(6);
    expect(app.titles()).toContain(`m: the run for round ${ROUND} has no submission yet`);
  });

  test.each<[string, number]>([
    ['another', 0],
    ['the same typo', 1],
  ])('has failed for %s: the ordinary container follows once somebody has fixed it', async (_, isTypo) => {
    const typo = 'docker.io/someone/typo:1';
    const app = await open(
      modelOf({ image: typo }, { lastResort: isTypo ? { ...lastResort, image: typo } : lastResort }),
    );
    app.world.runtime.missingImages.add(typo);
    behave(app, (__, image) => ({ exitCode: image === QUICK ? 1 : 0 }));
    await app.start('m');
    await app.pass(15);
    expect(await recordOf(app)).toMatchObject({
      state: 'waiting',
      waitingFor: 'somebody to fix the ordinary container',
      attempt: { number: 2, lastResort: true },
    });
    app.deploy([modelOf({}, { lastResort })]);
    await app.pass(3);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 3, lastResort: false } });
  });

  test('is tried again at once when somebody has fixed nothing else', async () => {
    const typo = 'docker.io/someone/typo:1';
    const app = await open(modelOf({}, { lastResort: { ...lastResort, image: typo } }));
    app.world.runtime.missingImages.add(typo);
    behave(app, (__, image) => (image === QUICK ? {} : { exitCode: 78 }));
    await app.start('m');
    await app.pass(15);
    expect(await recordOf(app)).toMatchObject({ state: 'waiting', attempt: { number: 2, lastResort: true } });
    app.deploy([modelOf({}, { lastResort })]);
    await app.pass(6);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 4, lastResort: true } });
  });

  test('submits although the ordinary container takes minutes to stop', async () => {
    const delays = { stopping: 3 * MINUTE };
    const app = await open(modelOf({}, { lastResort }), { resourceManager: { delays } });
    behave(app, (_, image) => (image === QUICK ? { seconds: 90 } : { hangs: true }));
    await app.start('m');
    await app.pass(62);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, lastResort: true } });
  });

  test('begins beside no repair of the group whose container it replaces', async () => {
    const app = await open(groupModel({ lastResort, maxAttempts: 1 }));
    const { groups } = app.world.resourceManager;
    behave(app, (start, image) => (image === QUICK ? {} : { submits: false, seconds: start === 1 ? 20 : 30 * 60 }));
    await app.start('m');
    await app.pass(4);
    // Azure moves it to another host, minutes after its end.
    groups.repair('own');
    await app.pass(6);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 2, lastResort: true } });
    const repair = groups.startsOf('own').at(-1);
    const quick = groups.starts.find(({ image }) => image === QUICK);
    expect(repair?.kind).toBe('repair');
    expect(repair?.endedAt?.getTime()).toBeLessThanOrEqual(quick?.at.getTime() ?? 0);
  });
});
