// How far the times of a job have come, as the in-flight index keeps it.

import { beforeEach, expect, test } from 'vitest';
import type { ScheduleMark, StoredMark } from '../../../src/lib/runs/stores.ts';
import { openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});

const markAt = (time: string, skipped: ScheduleMark['skipped'] = null): ScheduleMark => ({
  job: 'retrain',
  schedule: '0 * * * * *',
  since: new Date(`2026-04-01T${time}Z`),
  skipped,
});

async function stored(): Promise<StoredMark> {
  const [mark] = (await stores.inFlight.read()).schedules;
  if (mark === undefined) throw new Error('There is a mark.');
  return mark;
}

test('a mark is read as it was written', async () => {
  await stores.inFlight.putSchedule(markAt('12:01:00'), null);
  expect(await stored()).toMatchObject(markAt('12:01:00'));
  const skipped = { count: 2, last: new Date('2026-04-01T12:02:00Z') };
  await stores.inFlight.putSchedule(markAt('12:02:00', skipped), await stored());
  expect(await stored()).toMatchObject(markAt('12:02:00', skipped));
});

test('an instance that is slower than another does not take the times back', async () => {
  await stores.inFlight.putSchedule(markAt('12:01:00'), null);
  const before = await stored();
  await stores.inFlight.putSchedule(markAt('12:03:00'), before);
  await stores.inFlight.putSchedule(markAt('12:02:00'), before);
  await stores.inFlight.putSchedule(markAt('12:02:00'), null);
  expect(await stored()).toMatchObject(markAt('12:03:00'));
});

test('what another instance has forgotten meanwhile is not written again', async () => {
  await stores.inFlight.putSchedule(markAt('12:01:00'), null);
  const before = await stored();
  await stores.inFlight.removeSchedule('retrain');
  await stores.inFlight.putSchedule(markAt('12:02:00'), before);
  expect((await stores.inFlight.read()).schedules).toEqual([]);
});
