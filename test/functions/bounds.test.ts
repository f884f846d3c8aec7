// What callers can start at most on a day: through the front door, in two host processes.

import { beforeAll, describe, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf, WITHIN } from './front-door.ts';

const BOUND = 6;
const MANY = Array.from({ length: 8 }, (_, index) => `many-${index}`);

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({
    models: [groupNamed('failing', { maxAttempts: 3 }), ...['tried', 'later', ...MANY].map((name) => groupNamed(name))],
    hosts: 2,
    alerts: true,
    settings: { MAX_STARTS_PER_DAY: String(BOUND), MAX_TEST_STARTS_PER_DAY: '2' },
    behaviour: ({ name }) => (name.startsWith('failing') ? { exitCode: 1 } : { steps: [{ after: 0, line: 'done' }] }),
  });
});

const webhook = (model: string, body: object, index = 0) =>
  door.call(`/api/webhook/${model}`, {
    method: 'POST',
    body,
    ...(door.environment.hosts[index] && { host: door.environment.hosts[index] }),
  });

const startsInAll = () => door.environment.resourceManager.groups.starts.length;

async function runsOf(model: string): Promise<unknown[]> {
  return JSON.parse((await door.call(`/api/runs?model=${model}`)).text).runs;
}

const alertsOf = (kind: string) =>
  door.environment.alertReceivers.received.filter(
    ({ format, body }) => format === 'json' && JSON.stringify(body).includes(`"type":"${kind}"`),
  );

test('more tests than the bound allows are refused, in each instance; rounds are not affected', async () => {
  for (const triggerId of ['a', 'b']) expect((await webhook('tried', { isTest: true, triggerId })).status).toBe(200);
  for (const host of [0, 1]) {
    const answer = await webhook('tried', { isTest: true, triggerId: 'c' }, host);
    expect(problemOf(answer, 429)).toMatch(/MAX_TEST_STARTS_PER_DAY allows \(2\)/);
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(24 * 3600);
  }
  problemOf(await door.call('/api/runs/tried', { method: 'POST', body: { test: true } }), 429);
  expect(await runsOf('tried')).toHaveLength(2);
  expect(startsInAll()).toBe(2);
});

test('more starts for rounds at once than the bound allows start no more, in whatever instance', async () => {
  const failing = await door.webhook('failing', { roundNumber: 1 });
  const answers = await Promise.all(MANY.map((model, index) => webhook(model, { roundNumber: 1 }, index % 2)));
  for (const { status, text } of answers) expect([200, 429], text).toContain(status);
  expect(startsInAll()).toBe(2 + BOUND);

  for (const host of [0, 1]) {
    const answer = await webhook('later', { roundNumber: 1 }, host);
    expect(problemOf(answer, 429)).toMatch(/MAX_STARTS_PER_DAY allows \(6\).*00:00 UTC/);
  }
  expect(await runsOf('later')).toEqual([]);

  // The next attempt of a run in flight waits, and says for what.
  const whyItWaits = async () => {
    await door.tick();
    const { state, reason, waitingFor, attempts } = await door.run(failing);
    return `${state} ${attempts.at(-1)?.failure}: ${reason} ${waitingFor}`;
  };
  await expect.poll(whyItWaits, WITHIN).toMatch(/^waiting starts-exceeded: .*MAX_STARTS_PER_DAY.*the day to end$/);
  expect(startsInAll()).toBe(2 + BOUND);
  expect(alertsOf('starts-exceeded')).toHaveLength(2);
});

describe('the settings', () => {
  test.each(['0', '-1', '2.5', 'many'])('refuse a bound of %s', async (bound) => {
    const host = await door.environment.addHost({
      environment: { ...door.environment.settings, MAX_STARTS_PER_DAY: bound },
    });
    expect(JSON.parse((await door.call('/api/health', { host })).text)).toMatchObject({ status: 'error' });
  });
});
