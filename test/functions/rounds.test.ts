// Which rounds a trigger starts, waits for or refuses: through the front door, in a host process.

import { beforeAll, describe, expect, test } from 'vitest';
import { listedRounds, TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import { utcMinute } from '../../src/lib/util/clock.ts';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf } from './front-door.ts';

const HOUR_MS = 3_600_000;
/** Numerai gives whole seconds. */
const hours = (count: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + count * HOUR_MS);
const OPENS = hours(2);
const CLOSES = hours(30);

let door: FrontDoor;

beforeAll(async () => {
  const { classic, signals } = TOURNAMENTS;
  door = await openFrontDoor({
    models: [
      ...['early', 'closed', 'by-hand'].map((name) => groupNamed(name)),
      ...['open', 'unlisted', 'beyond'].map((name) => groupNamed(name, { tournament: 'signals' })),
    ],
    numerai: {
      schedule: listedRounds([
        // Between two rounds; Numerai lists the next.
        { tournament: classic, number: 99, openTime: hours(-49), closeStakingTime: hours(-48) },
        { tournament: classic, number: 100, openTime: hours(-25), closeStakingTime: hours(-24) },
        { tournament: classic, number: 101, openTime: OPENS, closeStakingTime: hours(3) },
        { tournament: classic, number: 102, openTime: hours(26), closeStakingTime: hours(27) },
        // Within a round; Numerai does not list the next.
        { tournament: signals, number: 50, openTime: hours(-1), closeStakingTime: CLOSES },
      ]),
    },
  });
});

const webhook = (model: string, body?: unknown) => door.call(`/api/webhook/${model}`, { method: 'POST', body });

async function runsOf(model: string): Promise<unknown[]> {
  return JSON.parse((await door.call(`/api/runs?model=${model}`)).text).runs;
}

describe('a webhook before its round opens', () => {
  test('has its run recorded at once, which waits for the opening', async () => {
    const early = await door.webhook('early', { roundNumber: '101', triggerId: 'a' });
    expect(early).toMatchObject({ round: 101, state: 'waiting', duplicate: false });
    await door.tick();
    const at = utcMinute(OPENS);
    const run = await door.run(early);
    expect(run).toMatchObject({ state: 'waiting', nextAttemptAt: OPENS.toISOString(), attempt: 0, attempts: [] });
    expect(at).toContain(run.waitingFor?.replace('round 101 to open at ', ''));
    expect(await door.webhook('early', { roundNumber: 101 })).toMatchObject({ runId: early.runId, duplicate: true });
    expect(door.startsOf('early')).toBe(0);
    expect((await door.call('/api/dashboard-page/early')).text).toContain('round 101 to open');
  });

  test('can be cancelled while it waits', async () => {
    const started = await door.webhook('unlisted', { roundNumber: 51 });
    expect(await door.run(started)).toMatchObject({
      state: 'waiting',
      waitingFor: 'round 51 to open',
      nextAttemptAt: null,
    });
    const answer = await door.call(`/api/runs/unlisted/${started.runId}/cancel`, { method: 'POST' });
    expect(JSON.parse(answer.text)).toMatchObject({ state: 'cancelled' });
  });
});

describe('nothing is started or claimed', () => {
  test.each([
    ['for a round that has closed', 'closed', { roundNumber: 100 }, /round 100 of classic .* round 101 opens at /],
    ['for one that is older than what Numerai lists', 'closed', { roundNumber: 3 }, /round 3 .* round 101 opens/],
    ['for one after the next', 'closed', { roundNumber: 102 }, /round 102 of classic is not open\. No round is open/],
    ['for one that does not exist', 'closed', { roundNumber: 9_999_999 }, /round 101 opens at/],
    ['without a round, while none is open', 'closed', undefined, /no round of classic is open.* round 101 opens at /],
    ['for one that cannot exist yet', 'beyond', { roundNumber: 52 }, /Round 50 is open, until/],
    ['for the one before', 'beyond', { roundNumber: 49 }, /Round 50 is open, until/],
  ])('%s', async (_what, model, body, says) => {
    const { tables } = door.environment.emulators;
    const before = tables?.callCount ?? 0;
    const answer = await webhook(model, body);
    expect(problemOf(answer, 409)).toMatch(says);
    // One look at whether it is paused; nothing was written, in the in-flight index neither.
    expect(tables?.callCount).toBe(before + 1);
    const when = model === 'closed' ? OPENS : CLOSES;
    expect(answer.text).toContain(utcMinute(when));
    expect(await runsOf(model)).toEqual([]);
    expect(door.startsOf(model)).toBe(0);
  });
});

describe('an operator', () => {
  test('starts nothing while no round is open, and learns that a test would start', async () => {
    const answer = await door.call('/api/runs/by-hand', { method: 'POST', body: {} });
    expect(problemOf(answer, 409)).toMatch(/no round of classic is open.*round 101 opens.*"test": true/);
    const page = await door.call('/api/dashboard-page/by-hand/start');
    expect(page.text).toMatch(/No round is open.*only a test/s);
    expect(page.text).toContain('<input type="hidden" name="test" value="1">');
  });

  test('starts a test all the same', async () => {
    const started = await door.start('by-hand', { test: true });
    expect(started).toMatchObject({ round: null, state: 'starting' });
    expect(await door.run(started)).toMatchObject({ isTest: true });
  });
});

test('a webhook of the open round starts its container', async () => {
  expect(await door.webhook('open', { roundNumber: 50 })).toMatchObject({ round: 50, state: 'starting' });
});
