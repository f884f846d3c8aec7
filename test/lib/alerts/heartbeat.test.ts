// The sign of life to somebody outside: after each good round, and after each hour that went well.

import { expect, test } from 'vitest';
import { type SimulatedApp, type SimulatedAppOptions, startSimulatedApp } from '../../simulation/app/simulated-app.ts';
import type { Plan } from '../../simulation/world/external-calls.ts';
import { openApp } from '../../support/app.ts';
import { roundsAtNoon } from '../../support/schedules.ts';

const SCHEDULE = roundsAtNoon([1001, '2026-04-07']);
const MODEL = { name: 'mine', tournament: 'classic', container: { image: 'example.org/mine:1' }, fallback: false };
const HEARTBEAT = { ALERT_WEBHOOKS: '', HEARTBEAT_URL: 'heartbeat-url' };

const open = (start: string, more: Partial<SimulatedAppOptions> = {}): Promise<SimulatedApp> =>
  startSimulatedApp(start, { models: [MODEL], schedule: SCHEDULE, settings: HEARTBEAT, ...more });

const beats = (app: SimulatedApp): string[] =>
  app.world.alertReceivers.heartbeats.map((time) => time.toISOString().slice(11, 16));

test('comes about once an hour while the watcher runs', async () => {
  const app = await open('2026-04-07T00:00:00Z');
  await app.pass(3 * 60 + 10);
  expect(beats(app)).toEqual(['01:01', '02:01', '03:01']);
});

test('comes once an hour with two instances that tick at the same moments', async () => {
  const app = await open('2026-04-07T00:00:00Z');
  for (let minute = 0; minute < 65; minute += 1) {
    await app.world.clock.advance(60_000);
    // Now the one, now the other, as a restart would have it: no memory of theirs counts the hour.
    await app.watch(1 + (minute % 2));
  }
  expect(new Set(beats(app)).size).toBe(1);
});

test('does not come for an hour in which the watcher missed ticks', async () => {
  const app = await open('2026-04-07T00:00:00Z');
  await app.pass(40);
  await app.pass(20, { watcher: false });
  await app.pass(59);
  expect(beats(app)).toEqual([]);
  await app.pass(3);
  expect(beats(app)).toEqual(['02:01']);
});

test('does not come for an hour in which a run could not be moved on', async () => {
  let isDown = false;
  const plan: Plan = ({ dependency }) =>
    isDown && dependency === 'resource-manager' ? { do: 'status', status: 500 } : { do: 'pass' };
  const app = await open('2026-04-07T11:58:00Z', { plan });
  app.world.runtime.behaviour = () => ({ steps: [{ after: 50 * 60_000 }] });
  await app.pass(3);
  await app.start('mine');
  await app.pass(10);
  isDown = true;
  await app.pass(2);
  isDown = false;
  expect(app.lines.join()).toContain('attempt out of sight');
  await app.pass(58);
  // The good round has its own.
  const ofRound = beats(app);
  expect(ofRound.every((time) => time > '12:50')).toBe(true);
  expect(app.lines.filter((line) => line.includes('"occasion":"hour'))).toEqual([]);
});

test('comes after a good round, once, and not after a bad one or a test', async () => {
  const app = await open('2026-04-07T12:00:00Z');
  await app.start('mine');
  await app.pass(10);
  expect(beats(app)).toHaveLength(1);
  const bad = await open('2026-04-07T12:00:00Z', { models: [{ ...MODEL, maxAttempts: 1 }] });
  bad.world.runtime.behaviour = () => ({ exitCode: 3 });
  await bad.start('mine');
  await bad.pass(10);
  expect(beats(bad)).toEqual([]);
});

test('that is not taken is repeated a few minutes later, and no word of the URL gets out', async () => {
  const app = await open('2026-04-07T00:00:00Z');
  const { emulator, heartbeatUrl } = app.world.alertReceivers;
  emulator.faults.add({ kind: 'status', status: 404, message: `no check at ${heartbeatUrl}`, times: 1 });
  await app.pass(70);
  expect(beats(app)).toEqual(['01:06']);
  const lines = app.lines.join();
  expect(lines).toContain('heartbeat not sent');
  expect(lines).not.toContain(new URL(heartbeatUrl).pathname.slice('/ping/'.length));
});

test('a secret that holds no https URL is told by name, and stops nothing', async () => {
  const app = await open('2026-04-07T00:00:00Z', {
    secrets: { 'heartbeat-url': 'hc-ping.example/a-token-of-some-length' },
  });
  await app.pass(62);
  const lines = app.lines.join();
  expect(lines).toContain('The secret heartbeat-url is not an https URL');
  expect(lines).not.toContain('a-token-of-some-length');
});

test('without HEARTBEAT_URL no hour is counted, and the end of one that was is not written down at each tick', async () => {
  const app = await openApp([MODEL]);
  const { inFlight } = app.services;
  const at = app.world.clock.now();
  await app.live(inFlight.recordTick('watcher', { at, note: `cleanSince=${at.toISOString()}` }));
  await app.ticks(6);
  const { ticks } = await app.live(inFlight.read());
  expect(ticks.watcher?.note).not.toContain('cleanSince');
  await app.close();
});
