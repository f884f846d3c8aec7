// The table of schedules in docs/migrating.md: what it puts beside each other means the same time.

import { readFileSync } from 'node:fs';
import { Cron } from 'croner';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseSchedule } from '../../local/host/schedule.ts';

const page = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8');
const AFTER = new Date('2026-11-26T00:00:00Z');
const ZONES: Readonly<Record<string, string>> = { 'W. Europe Standard Time': 'Europe/Berlin' };

interface Row {
  readonly from: string;
  readonly theirs: string;
  readonly zone: string;
  readonly ours: string;
  readonly next: string;
}

const rows: readonly Row[] = [
  ...page.matchAll(
    /^\| ([\w ]+?) +\| `([^|]+)` +\| ([\w/. ]+?) +\| `([^|]+)` +\| (\w{3} \d{4}-\d\d-\d\d \d\d:\d\d) +\|$/gm,
  ),
].map(([, from = '', theirs = '', zone = '', ours = '', next = '']) => ({ from, theirs, zone, ours, next }));

/** A recurrence of Logic Apps and of Data Factory's schedule trigger. */
const recurrence = z.strictObject({
  frequency: z.enum(['Hour', 'Day', 'Week', 'Month']),
  interval: z.number(),
  startTime: z.string().optional(),
  schedule: z
    .strictObject({
      minutes: z.array(z.number()),
      hours: z.array(z.number()),
      weekDays: z.array(z.string()).optional(),
      monthDays: z.array(z.number()).optional(),
    })
    .optional(),
});

/** Of the start time, a recurrence without a schedule takes what is finer than its frequency. */
function cronOfRecurrence(text: string): string {
  const { frequency, interval, startTime = '', schedule } = recurrence.parse(JSON.parse(text));
  const start = new Date(startTime);
  const minutes = schedule?.minutes.join(',') ?? start.getUTCMinutes();
  const hours = schedule?.hours.join(',') ?? (frequency === 'Hour' ? `*/${interval}` : start.getUTCHours());
  const weekDays = schedule?.weekDays?.map((name) => name.slice(0, 3).toUpperCase()).join(',') ?? '*';
  expect(frequency === 'Hour' || interval === 1).toBe(true);
  return `${minutes} ${hours} ${schedule?.monthDays?.join(',') ?? '*'} * ${weekDays}`;
}

/** EventBridge: the day of the week is 1 to 7 from Sunday, and a year stands at the end. */
function cronOfEventBridge(text: string): string {
  const [minute, hour, day, month, weekDay] = text.replaceAll('?', '*').split(' ');
  return `${minute} ${hour} ${day} ${month} ${Number(weekDay) - 1}`;
}

function theirNext({ from, theirs, zone }: Row): Date | null {
  if (from === 'timer function') return parseSchedule(theirs).next(AFTER);
  const byFrom: Readonly<Record<string, (text: string) => string>> = {
    cron: (text) => text,
    'Data Factory': cronOfRecurrence,
    'Logic App': cronOfRecurrence,
    EventBridge: cronOfEventBridge,
  };
  const cron = byFrom[from]?.(theirs) ?? '';
  return new Cron(cron, { paused: true, timezone: ZONES[zone] ?? zone, mode: '5-part' }).nextRun(AFTER);
}

test('the table has a row for each of the services that the page names', () => {
  expect([...new Set(rows.map(({ from }) => from))]).toEqual([
    'cron',
    'Data Factory',
    'Logic App',
    'timer function',
    'EventBridge',
  ]);
});

test.each(rows)('$from $theirs ($zone) is $ours', (row) => {
  const next = parseSchedule(row.ours).next(AFTER);
  const [weekDay, day, time] = row.next.split(' ');
  expect(next.toISOString()).toBe(`${day}T${time}:00.000Z`);
  expect(next.toUTCString().slice(0, 3)).toBe(weekDay);
  expect(theirNext(row)?.toISOString()).toBe(next.toISOString());
  // Six fields here, whatever stands there.
  expect(row.ours.split(' ')).toHaveLength(6);
});

test('the schedules outside the table are NCRONTAB', () => {
  const quoted = [...page.matchAll(/`(0 [^`|]*)`(?! +\|)/g)].map(([, text = '']) => text);
  const ours = quoted.filter((text) => text.split(' ').length === 6);
  expect(ours).toEqual(['0 0 6 1 * *', '0 0 6 * * MON']);
  for (const text of [...ours, /"schedule": "([^"]+)"/.exec(page)?.[1] ?? ''])
    expect(() => parseSchedule(text)).not.toThrow();
});
