// The day's starts, counted in the table by one process and by several.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/lib/compute/platform.ts';
import { parseSchedule } from '../../../src/lib/config/schedule.ts';
import { boundsOf, keptForRounds } from '../../../src/lib/start/start-bounds.ts';
import { TooManyStartsError } from '../../../src/lib/util/errors.ts';
import { openApp, type TestApp } from '../../support/app.ts';

/** Of one model, where nothing is set. */
const BOUND = 50;
const DAY_MINUTES = 24 * 60;
/** A start waits no longer for the counter. */
const COUNTER_MS = 2_000;

let app: TestApp;
beforeEach(async () => {
  app = await openApp([{ name: 'model', tournament: 'classic', container: { image: 'example.org/some:1' } }]);
});
afterEach(() => app.close());

const send = (isTest = false, start = async () => 'sent') => app.live(app.services.bounds.within(isTest, start));
const counted = () => app.row('starts', 'today', 'state');

async function sendAll(count = BOUND): Promise<void> {
  await app.live(
    Promise.all(Array.from({ length: count }, () => app.services.bounds.within(false, async () => 'sent'))),
  );
}

describe('of the starts of a day', () => {
  test('those at the same time are counted together, up to the bound', async () => {
    const { emulator } = app.world.tables;
    const before = emulator.callCount;
    await sendAll();
    expect(emulator.callCount - before).toBeLessThan(8);
    expect(counted()).toMatchObject({ day: '2026-04-01', starts: BOUND, testStarts: 0 });
    await expect(send()).rejects.toMatchObject({
      failure: 'starts-exceeded',
      elsewhere: false,
      retryAfterMs: 12 * 3_600_000,
      message: `As many containers for rounds as MAX_STARTS_PER_DAY allows (${BOUND}) were started on 2026-04-01: nothing more is started before the day ends, at 00:00 UTC. Raise MAX_STARTS_PER_DAY in the app's settings if that is too few; else rounds may be missed.`,
    });
    await expect(send(true)).resolves.toBe('sent');
  });

  test('one that was refused leaves its place to another; one whose end is unclear does not', async () => {
    await sendAll(BOUND - 1);
    const refused = new Refusal({ failure: 'no-capacity', reason: 'It is full.' }, { elsewhere: false });
    for (let again = 0; again < 3; again += 1)
      await expect(send(false, () => Promise.reject(refused))).rejects.toBe(refused);
    const unclear = new Error('No answer.');
    await expect(send(false, () => Promise.reject(unclear))).rejects.toBe(unclear);
    await expect(send()).rejects.toBeInstanceOf(Refusal);
  });

  test('one that was held and not needed is there for other processes', async () => {
    const holding = () =>
      app.services.bounds.holding(
        false,
        async () => 'a duplicate',
        async () => null,
      );
    await app.live(Promise.all(Array.from({ length: BOUND }, holding)));
    // The queue of this process is empty; what it returns in the answers' shadow is on its way.
    await app.live(app.services.bounds.within(false, async () => 'sent'));
    await app.live(holding());
    await app.pass(1);
    // One that was sent, and one for the next call.
    expect(counted()).toMatchObject({ starts: 2 });
  });

  test('the next day has its own', async () => {
    await sendAll();
    await app.pass(DAY_MINUTES / 2);
    await expect(send()).resolves.toBe('sent');
    expect(counted()).toMatchObject({ day: '2026-04-02', starts: 1 });
  });

  test.each([
    ['a year ahead, by a clock that was wrong', '2027-04-01'],
    ['no day', 'zzz'],
  ])('a count of what is %s holds up nothing, and gives way to that of today', async (_what, day) => {
    await app.put({ partitionKey: 'starts', rowKey: 'today', day, starts: BOUND, testStarts: 0 }, 'state');
    await expect(send()).resolves.toBe('sent');
    expect(counted()).toMatchObject({ day: '2026-04-01', starts: 1 });
  });

  test('another instance, whose clock is ahead, may count the next day already', async () => {
    await app.pass(DAY_MINUTES / 2 - 5);
    await app.put({ partitionKey: 'starts', rowKey: 'today', day: '2026-04-02', starts: 7, testStarts: 0 }, 'state');
    await expect(send()).resolves.toBe('sent');
    expect(counted()).toMatchObject({ day: '2026-04-02', starts: 8 });
  });

  test('one that is refused after midnight leaves no place to the next day', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    const refused = new Refusal({ failure: 'no-capacity', reason: 'It is full.' }, { elsewhere: false });
    const late = app.services.bounds.within(false, () => promise);
    await send();
    await app.pass(DAY_MINUTES / 2);
    await expect(send()).resolves.toBe('sent');
    reject(refused);
    await expect(late).rejects.toBe(refused);
    await sendAll(BOUND - 1);
    await expect(send()).rejects.toBeInstanceOf(Refusal);
    expect(counted()).toMatchObject({ day: '2026-04-02', starts: BOUND });
  });

  test('those that could not be counted were made all the same, and are counted later', async () => {
    const { faults } = app.world.tables.emulator;
    faults.add({ kind: 'hang' });
    await sendAll(BOUND);
    await expect(send()).rejects.toBeInstanceOf(Refusal);
    faults.clear();
    await app.pass(1);
    await expect(send()).rejects.toBeInstanceOf(Refusal);
    expect(counted()).toMatchObject({ starts: BOUND });
  });

  test('the first waits for a counter that hangs, and the others do not', async () => {
    const { emulator } = app.world.tables;
    emulator.faults.add({ kind: 'hang' });
    const before = { calls: emulator.callCount, time: app.world.clock.now().getTime() };
    await sendAll(BOUND - 1);
    await expect(send()).resolves.toBe('sent');
    expect(app.world.clock.now().getTime() - before.time).toBeLessThanOrEqual(COUNTER_MS);
    expect(emulator.callCount - before.calls).toBe(1);
  });
});

test.each([
  [undefined, 1, 50],
  [undefined, 40, 800],
  [7, 40, 7],
])('the bound that is set to %s, with %i models, is %i', (maxStartsPerDay, models, starts) => {
  expect(boundsOf({ maxStartsPerDay, maxTestStartsPerDay: 3 }, models)).toEqual({ starts, testStarts: 3 });
});

test.each([
  [null, 60],
  ['0 0 6 * * SUN', 62],
  // On the one day of the week on which it runs, its starts must fit.
  ['0 * * * * SUN', 2940],
  ['0 */10 9-16 * * *', 156],
])('the bound that is not set, with two models and a job at `%s`, is %i', (schedule, starts) => {
  const jobs = [{ schedule: schedule === null ? null : parseSchedule(schedule) }];
  expect(boundsOf({ maxStartsPerDay: undefined, maxTestStartsPerDay: 3 }, 2, jobs).starts).toBe(starts);
});

describe('a webhook that comes again at the bound', () => {
  const call = (seconds = 600) => {
    app.world.runtime.behaviour = () => ({ endsAfter: seconds * 1000 });
    return app.start('model');
  };

  test('finds the run that there is', async () => {
    await sendAll(BOUND - 1);
    const { run } = await call();
    expect(await call()).toMatchObject({ duplicate: true, run: { id: run.id } });
    await expect(app.start('model', { isTest: false, force: true })).rejects.toBeInstanceOf(TooManyStartsError);
  });

  test('does not take the start from the one that came first', async () => {
    await sendAll(BOUND - 2);
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => call()));
    const answered = all.flatMap((call) => (call.status === 'fulfilled' ? call.value : []));
    expect(new Set(answered.map(({ run }) => run.id)).size).toBe(1);
    expect(answered.filter(({ duplicate }) => !duplicate)).toMatchObject([{ run: { state: 'starting' } }]);
  });
});

describe('jobs that a webhook asks for', () => {
  let withJob: TestApp;
  beforeEach(async () => {
    withJob = await openApp(
      [{ name: 'model', tournament: 'classic', container: { image: 'example.org/some:1' } }],
      {},
      () => {},
      [{ name: 'on-call', container: { image: 'example.org/job:1' }, overlap: 'allow', maxAttempts: 1 }],
    );
  });
  afterEach(() => withJob.close());

  const call = (request = {}) => withJob.start('on-call', { triggerId: null, round: null, ...request });

  test('leave to the rounds what they need, however often somebody calls', async () => {
    const started = async (): Promise<number> => {
      let count = 0;
      for (; count < BOUND; count += 1)
        if ((await call().catch((error: unknown) => error)) instanceof TooManyStartsError) break;
      return count;
    };
    expect(await started()).toBe(BOUND - 20);
    await expect(call()).rejects.toMatchObject({ bound: BOUND - 20 });
    expect(await withJob.start('model')).toMatchObject({ duplicate: false, run: { state: 'starting' } });
    // An operator's are not bounded by that.
    expect(await call({ trigger: 'operator' })).toMatchObject({ duplicate: false, run: { state: 'starting' } });
  });
});

test.each([
  [50, 1, 20],
  [800, 40, 400],
  [6, 8, 6],
  [12, 10, 10],
  [5, 1, 3],
  [1, 1, 1],
  [50, 0, 0],
  [1000, 1, 20],
])('of a bound of %i with %i models, %i are kept for rounds', (starts, models, kept) => {
  expect(keptForRounds({ starts }, models)).toBe(kept);
});
