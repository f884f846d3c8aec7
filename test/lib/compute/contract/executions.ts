// The contract of an execution: its phases, its end, its log and its price.

import { describe, expect, test } from 'vitest';
import {
  type ContainerKind,
  expectUnreachable,
  find,
  MINUTE,
  prepared,
  reached,
  SECOND,
  type Stage,
  started,
  until,
  withAttempt,
} from './subject.ts';

const PHASES = ['absent', 'waiting', 'running', 'ended'];

export function describeExecutions(kind: ContainerKind, open: () => Promise<Stage>): void {
  describe('an execution', () => {
    test('goes through its phases in order, each with what is known by then', async () => {
      const stage = await open();
      stage.behave({ runsFor: 90 * SECOND });
      const run = await started(stage);
      const all = await until(stage, run, ({ phase }) => phase === 'ended');
      const ranks = all.map(({ phase }) => PHASES.indexOf(phase));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(new Set(ranks)).toContain(PHASES.indexOf('running'));

      const running = all.find(({ phase }) => phase === 'running');
      expect(running).toMatchObject({
        startedAt: expect.any(String),
        finishedAt: null,
        exitCode: null,
        outcome: null,
        isClear: true,
        trouble: null,
        cpu: kind.isMeasured ? expect.any(Number) : null,
        memoryGB: kind.isMeasured ? expect.any(Number) : null,
      });
      const ended = all.at(-1);
      expect(ended).toMatchObject({
        startedAt: running?.startedAt,
        finishedAt: expect.any(String),
        exitCode: 0,
        outcome: 'ok',
        isClear: true,
        trouble: null,
      });
      const ranMs = Date.parse(ended?.finishedAt ?? '') - Date.parse(ended?.startedAt ?? '');
      expect(ranMs).toBe(90 * SECOND);
    });

    test('is found without the model, should models.json no longer have it', async () => {
      const stage = await open();
      const { run } = await reached(stage, await started(stage), 'running');
      const seen = await stage.live(stage.platform.find(run, undefined));
      expect(seen.phase).toBe('running');
    });

    test('that cannot be asked for is not reported as anything', async () => {
      const stage = await open();
      const { run } = await reached(stage, await started(stage), 'running');
      await expectUnreachable(stage, () => find(stage, run));
      expect((await find(stage, run)).phase).toBe('running');
    });
  });

  describe('an end', () => {
    test.each([1, 3, 75, 78])('with exit code %d is a failure of the container', async (exitCode) => {
      const stage = await open();
      stage.behave({ runsFor: SECOND, exitCode });
      const { seen } = await reached(stage, await started(stage), 'ended');
      expect(seen).toMatchObject({ outcome: 'failed', exitCode, trouble: null, isClear: true });
    });

    test('for its memory says so', async () => {
      const stage = await open();
      const run = await started(stage);
      await reached(stage, run, 'running');
      await stage.killForMemory(run);
      const { seen } = await reached(stage, run, 'ended');
      expect(seen).toMatchObject({ outcome: 'failed', trouble: { failure: 'out-of-memory' } });
      expect(seen.trouble?.reason).toMatch(/\.$/);
    });

    test('by somebody else’s stop is a stop', async () => {
      const stage = await open();
      stage.behave({ runsFor: 60 * MINUTE });
      const run = await started(stage);
      await reached(stage, run, 'running');
      await stage.stopOutside(run);
      const all = await until(stage, run, ({ phase, isClear }) => phase === 'ended' && isClear);
      expect(all.at(-1)).toMatchObject({ outcome: 'stopped' });
    });

    test('by the app’s stop is a stop, and the stop may be repeated', async () => {
      const stage = await open();
      stage.behave({ runsFor: 60 * MINUTE });
      const run = await started(stage);
      await reached(stage, run, 'running');
      await stage.live(stage.platform.stop(run));
      const all = await until(stage, run, ({ phase, isClear }) => phase === 'ended' && isClear);
      expect(all.at(-1)).toMatchObject({ outcome: 'stopped' });
      expect(stage.mayRun()).toBe(false);
      await stage.live(stage.platform.stop(run));
      expect((await find(stage, run)).outcome).toBe('stopped');
    });

    test('by a deletion is an absence that says what it means', async () => {
      const stage = await open();
      const run = await started(stage);
      await reached(stage, run, 'running');
      await stage.deleteOutside(run);
      const all = await until(stage, run, ({ phase }) => phase === 'absent');
      expect(all.at(-1)?.trouble).toMatchObject({ reason: expect.stringMatching(/\.$/) });
      // Nothing is left to be stopped.
      await stage.live(stage.platform.stop(run));
      if (kind.logElsewhere === null) expect(await stage.live(stage.platform.log(run))).toBeNull();
    });

    test('before it ran is a failure of the platform', async () => {
      const stage = await open();
      const run = await started(stage);
      await reached(stage, run, 'running');
      await stage.failProvisioning(run);
      const { seen } = await reached(stage, run, 'ended');
      expect(seen.outcome).toBe('failed');
    });
  });

  test('an image that cannot be pulled is reported', async () => {
    const stage = await open();
    stage.loseImage();
    const run = await started(stage);
    const all = await until(stage, run, ({ trouble }) => trouble !== null);
    expect(all.at(-1)).toMatchObject({ phase: kind.retriesPull ? 'waiting' : 'ended', trouble: { failure: 'image' } });
  });

  if (kind.isMade)
    test('what stands in its place is foreign, and stays', async () => {
      const stage = await open();
      const run = await prepared(stage);
      await stage.putForeign(run);
      const seen = await find(stage, run);
      expect(seen).toMatchObject({ phase: 'foreign', trouble: { failure: 'provisioning' } });
      expect(await stage.live(stage.platform.discard(run))).toBe('gone');
      await stage.pass(MINUTE);
      expect((await find(stage, run)).phase).toBe('foreign');
    });

  describe('a log', () => {
    test('is what the container has written so far, and in the end', async () => {
      const stage = await open();
      stage.behave({ lines: ['hello', 'world'], runsFor: MINUTE });
      const before = await prepared(stage);
      expect((await stage.live(stage.platform.log(before))) ?? '').toBe('');
      const { run } = await reached(stage, await started(stage), 'running');
      await stage.pass(SECOND);
      expect(await stage.live(stage.platform.log(run))).toBe('hello\nworld\n');
      const { run: ended } = await reached(stage, run, 'ended');
      if (kind.logElsewhere !== null) {
        // Nothing is taken for the whole log before it can be.
        await expect(stage.live(stage.platform.log(ended))).rejects.toMatchObject({ code: 'log-elsewhere' });
        await stage.pass(kind.logElsewhere.lateMs);
      }
      expect(await stage.live(stage.platform.log(ended))).toBe('hello\nworld\n');
    });

    test('that cannot be asked for now is not taken for none', async () => {
      const stage = await open();
      const { run } = await reached(stage, await started(stage), 'running');
      await expectUnreachable(stage, () => stage.live(stage.platform.log(run)));
    });
  });

  describe('a price', () => {
    test.skipIf(!kind.isMeasured)('is known once it has ended, and grows with the time', async () => {
      const stage = await open();
      stage.behave({ runsFor: 2 * MINUTE });
      const run = await started(stage);
      expect(stage.platform.price(run.attempt)).toBeNull();
      const { run: ended, seen } = await reached(stage, run, 'ended');
      const price = stage.platform.price(ended.attempt);
      expect(price).toBeGreaterThan(0);
      const finishedAt = new Date(Date.parse(seen.finishedAt ?? '') + 30 * MINUTE).toISOString();
      const longer = withAttempt(ended, { finishedAt });
      expect(stage.platform.price(longer.attempt)).toBeGreaterThan(price ?? 0);
    });
  });
}
