// A caller with the webhook's key who lies about the round: what it can start, and that Numerai's own call has its run all
// the same. Through the front door, in three host processes.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listedRounds, TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import type { Host } from '../../local/host/host.ts';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf } from './front-door.ts';

const HOUR_MS = 3_600_000;
const hours = (count: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + count * HOUR_MS);
const OPEN = 500;
const TEST_BOUND = 5;
const INVENTED = [499, 502, 503, 999_999, 9_999_999, 1, 50];

let door: FrontDoor;
let cold: Host;

beforeAll(async () => {
  const { classic, signals } = TOURNAMENTS;
  const models = ['asked', 'away', 'known', 'recorded', 'crowd', 'crowd-away', 'flood', 'failing'];
  door = await openFrontDoor({
    models: models.map((name) => groupNamed(name, { fallback: false, maxAttempts: 1 })),
    hosts: 3,
    settings: { MAX_TEST_STARTS_PER_DAY: String(TEST_BOUND), MAX_STARTS_PER_DAY: '60' },
    behaviour: ({ name }) => (name.startsWith('failing') ? { exitCode: 3 } : { endsAfter: Number.POSITIVE_INFINITY }),
    numerai: {
      schedule: listedRounds([
        { tournament: classic, number: OPEN - 1, openTime: hours(-25), closeStakingTime: hours(-24) },
        { tournament: classic, number: OPEN, openTime: hours(-1), closeStakingTime: hours(20) },
        { tournament: classic, number: OPEN + 1, openTime: hours(23), closeStakingTime: hours(24) },
        { tournament: signals, number: 50, openTime: hours(-1), closeStakingTime: hours(20) },
      ]),
    },
  });
  cold = await door.environment.addHost();
});

const faults = () => door.environment.emulators.numerai?.faults;
afterEach(() => faults()?.clear());

const post = (model: string, body: object, host?: Host) =>
  door.call(`/api/webhook/${model}`, { method: 'POST', body, ...(host && { host }) });

async function runsOf(model: string): Promise<unknown[]> {
  return JSON.parse((await door.call(`/api/runs?model=${model}`)).text).runs;
}

/** None of the invented rounds has a run, and that of Numerai's own call is its own. */
async function expectNothingBelieved(model: string, host?: Host): Promise<void> {
  for (const roundNumber of INVENTED) {
    const detail = problemOf(await post(model, { roundNumber, triggerId: `lie-${roundNumber}` }, host), 409);
    expect(detail).toMatch(
      new RegExp(`^Nothing was started: round ${roundNumber} of classic (is not|cannot be) open\\.`),
    );
  }
  expect(await runsOf(model)).toEqual([]);
  expect(door.startsOf(model)).toBe(0);
  const own = await door.webhook(model, { roundNumber: String(OPEN), triggerId: 'numerai' }, host);
  expect(own).toMatchObject({ round: OPEN, duplicate: false });
  expect(door.startsOf(model)).toBe(1);
}

describe('nothing that cannot exist is claimed', () => {
  test('while Numerai can be asked; a round of another tournament neither', () => expectNothingBelieved('asked'));

  test('while Numerai cannot be asked, by what the fallback has put on record', async () => {
    expect(await door.environment.host.runTimer('fallback')).toMatchObject({ succeeded: true });
    faults()?.add({ kind: 'status', status: 503 });
    await expectNothingBelieved('recorded', cold);
  });
});

/** Many calls at once, Numerai's own among them; @returns what that one was answered. */
async function ownAmong(model: string, hosts: readonly Host[]): Promise<{ status: number; text: string }> {
  const [first, second = first] = hosts;
  const lie = (index: number) =>
    post(model, { roundNumber: 100_000 + index, triggerId: `lie-${index}` }, index % 2 === 0 ? first : second);
  const own = () => post(model, { roundNumber: String(OPEN), triggerId: 'numerai' }, second);
  const calls = [...Array.from({ length: 30 }, (_, index) => () => lie(index)), own];
  const answers = await Promise.all([
    ...calls.map((call) => call()),
    ...Array.from({ length: 30 }, (_, index) => lie(30 + index)),
  ]);
  for (const { status, text } of answers) expect(status, text).toBeLessThan(500);
  return answers[30] ?? { status: 0, text: '' };
}

describe('Numerai’s own call among sixty lies', () => {
  test('has its run while Numerai can be asked, and the lies have none', async () => {
    const own = await ownAmong('crowd', door.environment.hosts.slice(0, 2));
    expect(own.status, own.text).toBe(200);
    expect(JSON.parse(own.text)).toMatchObject({ round: OPEN, duplicate: false });
    expect(await runsOf('crowd')).toHaveLength(1);
    expect(door.startsOf('crowd')).toBe(1);
  });

  test('has a container while nobody knows any round, and it is the one that all of them get', async () => {
    faults()?.add({ kind: 'status', status: 503 });
    // What the fallback has on record is out of reach as well.
    const record = { method: 'GET', path: 'inflight\\(\\)' } as const;
    door.environment.emulators.tables?.faults.add({ kind: 'status', status: 503, match: record });
    const unknowing = await Promise.all([door.environment.addHost(), door.environment.addHost()]);
    const own = await ownAmong('crowd-away', unknowing);
    door.environment.emulators.tables?.faults.clear();
    expect(own.status, own.text).toBe(200);
    expect(JSON.parse(own.text)).toMatchObject({ round: null });
    expect(await runsOf('crowd-away')).toHaveLength(1);
    expect(door.startsOf('crowd-away')).toBe(1);
  });
});

test('a flood of tests starts as many as the bound allows, and takes nothing from the round', async () => {
  const calls = Array.from({ length: 40 }, (_, index) =>
    post('flood', { isTest: true, triggerId: `test-${index}`, roundNumber: index }, door.environment.hosts[index % 3]),
  );
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(TEST_BOUND);
  expect(statuses.filter((status) => ![200, 400, 429].includes(status))).toEqual([]);
  expect(await runsOf('flood')).toHaveLength(TEST_BOUND);
  expect(await door.webhook('flood', { roundNumber: OPEN })).toMatchObject({ round: OPEN, duplicate: false });
});

test('a model that always fails has no more attempts than its bound, however often it is called', async () => {
  const first = await door.webhook('failing', { roundNumber: OPEN });
  for (let call = 0; call < 12; call += 1) {
    await door.tick();
    const again = await door.webhook('failing', { roundNumber: OPEN, triggerId: `again-${call}` });
    expect(again.runId).toBe(first.runId);
  }
  expect(await door.run(first)).toMatchObject({ state: 'failed', attempt: 2 });
  expect(door.startsOf('failing')).toBe(2);
});
