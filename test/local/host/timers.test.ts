import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timer } from '@azure/functions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../local/host/host.ts';
import { parseSchedule } from '../../../local/host/schedule.ts';
import { hostsForTests } from './setup.ts';

const hosts = hostsForTests();
/** Its timers run only when they are called. */
let host: Host;

beforeAll(async () => {
  host = await hosts.start();
});

interface Ticks {
  readonly ticks: readonly Timer[];
  readonly most: number;
}

const ticksOf = async (host: Host): Promise<Ticks> => {
  const response = await fetch(`${host.url}/api/ticks`);
  // The test app's own function answers this.
  return (await response.json()) as Ticks;
};

describe.concurrent('a timer', () => {
  test('runs when it is called, one invocation at a time', async () => {
    const outcomes = await Promise.all([
      host.runTimer('tick'),
      host.runTimer('tick', { isPastDue: true }),
      host.runTimer('tick'),
    ]);
    expect(outcomes.map(({ succeeded }) => succeeded)).toEqual([true, true, true]);
    const { ticks, most } = await ticksOf(host);
    expect(most).toBe(1);
    expect(ticks.map(({ isPastDue }) => isPastDue)).toEqual([false, true, false]);
    expect(ticks[0]).toMatchObject({
      schedule: { adjustForDST: true },
      scheduleStatus: { next: expect.stringMatching(/-01-01T00:00:00/) },
    });
    await expect(host.runTimer('echo')).rejects.toThrow("no timer function 'echo'");
  });

  test('is retried after a failure as often as it is configured', async () => {
    const outcome = await host.runTimer('failing');
    expect(outcome).toMatchObject({
      succeeded: false,
      error: expect.stringContaining('failure 3'),
    });
    expect(host.output.filter((line) => / try \d/.test(line)).map((line) => line.slice(-1))).toEqual(['0', '1', '2']);
  });

  test('without its setting is reported as by the real host; the others run', async () => {
    expect(host.output.join('\n')).toContain(
      "The 'unscheduled' function is in error: Error indexing method 'Functions.unscheduled'. '%NOT_THERE%' does not resolve to a value.",
    );
    await expect(host.runTimer('unscheduled')).rejects.toThrow('no timer function');
  });

  test.each(['0 99 * * * *', '0 */5 * * * 7'])('with the schedule %s is disabled; the others run', async (schedule) => {
    const disabled = await hosts.start({ environment: { EVERY_SECOND: schedule } });
    expect(disabled.timers).toEqual(['tick', 'failing']);
    expect(disabled.output.join('\n')).toContain(
      `The 'second' function is in error: Error indexing method 'Functions.second'. The schedule expression '${schedule}' was not recognized`,
    );
    expect(await ticksOf(disabled)).toMatchObject({ ticks: [] });
  });

  test('fires by its schedule, which can be in a setting', async ({ expect }) => {
    const scheduled = await hosts.start({ timers: true });
    await expect.poll(async () => (await ticksOf(scheduled)).ticks.length, { timeout: 10_000 }).toBeGreaterThan(1);
    const { ticks } = await ticksOf(scheduled);
    // No status is kept for schedules of less than a minute.
    expect(ticks[0]).toMatchObject({ isPastDue: false, scheduleStatus: null });
  });

  test('fires once, past due, after occurrences were missed', async ({ expect }) => {
    const stateFolder = join(hosts.appFolder, 'state');
    const file = join(stateFolder, 'schedules.json');
    const options = { stateFolder, timers: true, environment: { EVERY_SECOND: '0 0 0 * * *' } };
    const first = await hosts.start(options);
    await first.stop();
    const kept = JSON.parse(await readFile(file, 'utf8'));
    expect(kept.second.last).toBe('0001-01-01T00:00:00');

    // As if the app had been stopped for days.
    const past = {
      last: '2026-01-01T00:00:00.000Z',
      next: '2026-01-02T00:00:00.000Z',
      lastUpdated: '2026-01-01T00:00:00.000Z',
    };
    await writeFile(file, JSON.stringify({ ...kept, second: past }));
    const second = await hosts.start(options);
    await expect.poll(async () => (await ticksOf(second)).ticks.length).toBe(1);
    const { ticks } = await ticksOf(second);
    expect(ticks[0]).toMatchObject({ isPastDue: true, scheduleStatus: { next: past.next } });
    expect(second.output.join('\n')).toContain(
      'Trigger Details: UnscheduledInvocationReason: IsPastDue, OriginalSchedule: 2026-01-02T00:00:00.000Z',
    );
  });
});

describe('a schedule', () => {
  const firstAfter = (expression: string, time: string) => parseSchedule(expression).next(new Date(time)).toISOString();

  test('has six fields, or five from the minute on, in UTC', () => {
    expect(firstAfter('0 */5 * * * *', '2026-11-20T23:57:00Z')).toBe('2026-11-21T00:00:00.000Z');
    expect(firstAfter('*/5 * * * *', '2026-11-20T23:57:00Z')).toBe('2026-11-21T00:00:00.000Z');
    expect(firstAfter('30 0 12 * * Tue-Fri', '2026-11-20T13:00:00Z')).toBe('2026-11-24T12:00:30.000Z');
    expect(firstAfter('0 5/20 * * * *', '2026-11-20T12:06:00Z')).toBe('2026-11-20T12:25:00.000Z');
  });

  test('requires both the day of the month and the day of the week to match', () => {
    expect(firstAfter('0 0 0 13 * Fri', '2026-03-14T00:00:00Z')).toBe('2026-11-13T00:00:00.000Z');
  });

  test('may be a time span', () => {
    expect(firstAfter('00:10:00', '2026-11-20T12:00:00Z')).toBe('2026-11-20T12:10:00.000Z');
  });

  test('is read as the real host does, also where it is odd', () => {
    expect(firstAfter('0 50-10/20 * * * *', '2026-11-20T12:11:00Z')).toBe('2026-11-20T12:30:00.000Z');
    expect(firstAfter('0 */90 * * * *', '2026-11-20T12:11:00Z')).toBe('2026-11-20T13:00:00.000Z');
    expect(firstAfter('0 */0 * * * *', '2026-11-20T12:11:00Z')).toBe('2026-11-20T12:12:00.000Z');
    expect(firstAfter('0 0 0 * D w', '2026-11-20T12:11:00Z')).toBe('2026-12-02T00:00:00.000Z');
  });

  test.each([
    ...['', 'hourly', '@daily', '0 0 0 L * *', '0 60 * * * *', '0 0 0 * * 7', '* * * *', '0 0 12 ? * MON'],
    ...['0 99 * * * *', '0 */5 * * * 7', '0 1,,2 * * * *', '0 -5 * * * *', '0\t0 * * * *', '0 0 0 * * * *'],
  ])('is refused when it reads %j', (expression) => {
    expect(() => parseSchedule(expression)).toThrow('was not recognized as a valid cron expression or timespan string');
  });
});
