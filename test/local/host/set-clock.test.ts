// Timers over a clock that is set: they go on, by the new time.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Invocations } from '../../../local/host/invocations.ts';
import { parseSchedule } from '../../../local/host/schedule.ts';
import { ScheduleStatusStore, Timer } from '../../../local/host/timers.ts';
import { Worker } from '../../../local/host/worker.ts';

const MINUTE = 60_000;
/** When it ran, by the clock. */
let ticks: string[];
let timer: Timer | undefined;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: new Date('2026-04-07T12:02:00Z') });
  ticks = [];
});
afterEach(() => {
  timer?.stop();
  vi.useRealTimers();
});

/** A timer of every five minutes; it has no app, so each of its invocations fails at once, which it does not mind. */
function start(store = new ScheduleStatusStore(undefined), onTick: () => void = () => undefined): void {
  const log = ({ message }: { readonly message: string }): void => {
    if (!message.startsWith('Executing ')) return;
    ticks.push(new Date().toISOString().slice(11, 19));
    onTick();
  };
  const invocations = new Invocations({
    worker: new Worker(log),
    log,
    timeoutMs: Number.POSITIVE_INFINITY,
    onTimeout: () => undefined,
  });
  const registered = { id: 'tick', metadata: { name: 'tick', bindings: {} }, callback: () => undefined };
  timer = new Timer({ registered, binding: {}, schedule: parseSchedule('0 */5 * * * *'), store, invocations, log });
  timer.start();
}

const pass = (minutes: number) => vi.advanceTimersByTimeAsync(minutes * MINUTE);
const setClock = (time: string) => vi.setSystemTime(new Date(`2026-04-07T${time}Z`));

test('a clock that nobody sets', async () => {
  start();
  await pass(13);
  expect(ticks).toEqual(['12:05:00', '12:10:00', '12:15:00']);
});

test('a clock set back by an hour: the timer goes on by the new time', async () => {
  start();
  await pass(6);
  setClock('11:08:00');
  await pass(13);
  expect(ticks).toEqual(['12:05:00', '11:10:00', '11:15:00', '11:20:00']);
});

test('a clock set back by a moment: no occurrence comes twice', async () => {
  start();
  await pass(3);
  setClock('12:04:50');
  await pass(6);
  expect(ticks).toEqual(['12:05:00', '12:10:00']);
});

test('a clock set back while the timer waits for a moment', async () => {
  start();
  await pass(2.9);
  setClock('12:03:00');
  await pass(8);
  expect(ticks).toEqual(['12:05:00', '12:10:00']);
});

test('a clock set back while the timer runs', async () => {
  start(undefined, () => ticks.length === 1 && setClock('11:04:00'));
  await pass(10);
  expect(ticks).toEqual(['12:05:00', '11:05:00', '11:10:00']);
});

test('a clock set forward: the timer runs once for what it missed, within a minute', async () => {
  start();
  await pass(1);
  setClock('15:33:20');
  await pass(4);
  expect(ticks).toEqual(['15:34:20', '15:35:00']);
});

test('a clock set back between two starts: what the last one planned for later does not keep the timer', async () => {
  const store = new ScheduleStatusStore(undefined);
  const last = '2030-01-01T00:00:00.000Z';
  store.set('tick', { last, next: '2030-01-01T00:05:00.000Z', lastUpdated: last });
  start(store);
  await pass(13);
  expect(ticks).toEqual(['12:05:00', '12:10:00', '12:15:00']);
  expect(store.get('tick')).toMatchObject({ last: '2026-04-07T12:15:00.000Z', next: '2026-04-07T12:20:00.000Z' });
});

test('a clock set back between two starts, before the timer ever ran', async () => {
  const store = new ScheduleStatusStore(undefined);
  const never = '0001-01-01T00:00:00';
  store.set('tick', { last: never, next: '2030-01-01T00:05:00.000Z', lastUpdated: '2030-01-01T00:01:00.000Z' });
  start(store);
  await pass(4);
  expect(ticks).toEqual(['12:05:00']);
});
