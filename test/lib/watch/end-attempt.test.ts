// The end of an attempt: Numerai is asked, the log is kept, and what follows is recorded.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { logRowKey } from '../../../src/lib/storage/rows.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { inTurn } from '../../support/containers.ts';

const MODEL = 'model';
const MODEL_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';

let app: TestApp;
beforeEach(async () => {
  app = await openApp([
    {
      name: MODEL,
      tournament: 'classic',
      numeraiModels: [MODEL_ID],
      container: { image: 'docker.io/someone/model:1' },
      maxAttempts: 2,
    },
  ]);
});
afterEach(() => app.close());

/** What the containers do, one after the other; the last one again and again. */
function behave(...plans: { submits: boolean; exitCode?: number }[]): void {
  const submit = () => void app.world.numerai.submit({ modelId: MODEL_ID, triggerId: 'a-trigger' });
  inTurn(app.world, ...plans.map(({ submits, ...plan }) => ({ ...plan, ...(submits && { effect: submit }) })));
}
const silence = () => app.world.numerai.emulator.faults.add({ kind: 'drop-before' });
const speak = () => app.world.numerai.emulator.faults.clear();
const isPending = ({ submission }: Run) => submission === 'pending';
/** How often the log of the first attempt was written. */
const logWrites = ({ id }: Run): number =>
  app.world.tables.emulator.calls.filter(
    ({ method, body }) => method === 'POST' && body.toString().includes(logRowKey(id, 1)),
  ).length;

describe('a container that ended well', () => {
  test('with its submission has succeeded, and the record says when it arrived', async () => {
    behave({ submits: true });
    const { run } = await app.start(MODEL);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({
      state: 'succeeded',
      failure: null,
      reason: null,
      submission: 'accepted',
      slots: [{ submission: 'accepted', submittedAt: expect.any(String) }],
      attempt: { outcome: 'succeeded', exitCode: 0, logKept: true },
    });
    expect(ended.finishedAt).toBe(ended.attempt?.finishedAt);
  });

  test('waits for Numerai to show it, with its end on record and its log kept once', async () => {
    behave({ submits: true });
    silence();
    const { run } = await app.start(MODEL);
    const { run: pending } = await app.until(run, isPending);
    expect(pending).toMatchObject({
      state: 'running',
      reason: expect.stringMatching(
        /^The container ended with exit code 0\. Numerai cannot be asked for the submission at the moment; the app keeps asking\. Could not list the submissions/,
      ),
      slots: [{ submission: 'pending' }],
      attempt: { exitCode: 0, outcome: null, logKept: true, finishedAt: expect.any(String) },
    });
    const stored = await app.live(app.services.runs.get(MODEL, run.id));
    expect(stored).toMatchObject({ value: pending, etag: expect.stringMatching(/./) });
    await app.ticks(7);
    expect((await app.record(run)).run).toEqual(pending);
    // It was not even written.
    expect(await app.live(app.services.runs.get(MODEL, run.id))).toEqual(stored);
    speak();
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', submission: 'accepted', reason: null });
    expect(logWrites(run)).toBe(1);
  });

  test('waits for a submission that Numerai does not show yet', async () => {
    behave({ submits: false });
    const { run } = await app.start(MODEL);
    expect((await app.until(run, isPending)).run).toMatchObject({
      state: 'running',
      reason: 'The container ended with exit code 0; waiting for Numerai to show the submission.',
    });
  });

  test('has its end on record, should its group go while Numerai is awaited', async () => {
    behave({ submits: true });
    silence();
    const { run } = await app.start(MODEL);
    const { run: pending } = await app.until(run, isPending);
    await app.world.resourceManager.groups.deleteByHand(pending.attempt?.execution ?? '');
    speak();
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', submission: 'accepted' });
  });

  test('without a submission has failed, and is tried again', async () => {
    behave({ submits: false }, { submits: true });
    const { run } = await app.start(MODEL);
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(earlier).toMatchObject([
      {
        outcome: 'failed',
        failure: 'missing-submission',
        exitCode: 0,
        reason: expect.stringMatching(/brought no submission of model for round 1\. The end of its log: start 1/),
      },
    ]);
    expect(ended).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      attempt: { number: 2 },
    });
  });

  test('delays its end for no log that cannot be read, and keeps that later', async () => {
    behave({ submits: true });
    app.world.resourceManager.emulator.faults.add({
      kind: 'status',
      status: 500,
      match: { path: '/logs' },
    });
    const { run } = await app.start(MODEL);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({ state: 'succeeded', attempt: { logKept: false } });
    app.world.resourceManager.emulator.faults.clear();
    await app.tick();
    expect(await app.services.logs.load(MODEL, run.id, 1)).toBe('start 1\n');
    expect((await app.record(run)).run.attempt).toMatchObject({ logKept: true });
  });
});

describe('a container that failed', () => {
  test('after it had submitted is not tried again', async () => {
    behave({ submits: true, exitCode: 1 });
    const { run } = await app.start(MODEL);
    const { run: ended } = await app.until(run, hasEnded);
    expect(ended).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      attempt: { number: 1, exitCode: 1, outcome: 'succeeded' },
    });
  });

  test('is tried as often as the model says, and the last end is that of the run', async () => {
    behave({ submits: false, exitCode: 3 });
    const { run } = await app.start(MODEL);
    const { run: ended, earlier } = await app.until(run, hasEnded);
    expect(earlier).toHaveLength(1);
    expect(ended).toMatchObject({
      state: 'failed',
      failure: 'exit-code',
      submission: 'unknown',
      countedFailures: 2,
      attempt: { number: 2, exitCode: 3 },
      reason: 'The container ended with exit code 3. Its log says: start 2. This was attempt 2, the last one.',
    });
  });
});

describe('an attempt that an operator forces after a good one', () => {
  const forced = async (): Promise<Run> => {
    const { run } = await app.start(MODEL);
    await app.until(run, hasEnded);
    const again = await app.start(MODEL, { force: true, trigger: 'operator' });
    expect(again).toMatchObject({ duplicate: false, run: { id: run.id } });
    return again.run;
  };
  const STANDS = {
    state: 'succeeded',
    failure: null,
    submission: 'accepted',
    slots: [{ submission: 'accepted' }],
    attempt: { number: 2 },
  };

  test('leaves the submission that there is, where it fails', async () => {
    behave({ submits: true }, { submits: false, exitCode: 1 });
    const run = await forced();
    expect((await app.until(run, hasEnded)).run).toMatchObject(STANDS);
  });

  test('leaves the submission that there is, where Numerai cannot be asked', async () => {
    behave({ submits: true }, { submits: true });
    const run = await forced();
    silence();
    await app.tick();
    await app.tick();
    expect((await app.record(run)).run).toMatchObject({
      submission: 'accepted',
      reason: expect.stringContaining('Numerai cannot be asked for the submission'),
    });
    expect((await app.until(run, hasEnded)).run).toMatchObject(STANDS);
  });

  test('leaves the submission that there is, where it cannot be started', async () => {
    behave({ submits: true });
    const { run } = await app.start(MODEL);
    await app.until(run, hasEnded);
    app.world.resourceManager.setCapacity('westeurope', 'refuses');
    await app.start(MODEL, { force: true, trigger: 'operator' });
    expect((await app.until(run, hasEnded)).run).toMatchObject(STANDS);
  });
});
