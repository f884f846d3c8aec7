// The contract of a discard: it says `gone` or `inert` only where nothing can run any more, so that the next
// attempt never runs beside this one.

import { describe, expect, test } from 'vitest';
import type { AttemptedRun, Discarded } from '../../../../src/lib/compute/platform.ts';
import {
  type ContainerKind,
  discardAll,
  errorOfStart,
  expectUnreachable,
  find,
  MINUTE,
  prepared,
  reached,
  SECOND,
  type Stage,
  started,
} from './subject.ts';

/**
 * Discards for ten minutes, or until all is gone; fails where something may run although an answer says
 * otherwise. @returns the last answer.
 */
async function discardSafely(stage: Stage, run: AttemptedRun): Promise<Discarded> {
  const until = stage.now().getTime() + 10 * MINUTE;
  let answer: Discarded = 'going';
  while (answer !== 'gone' && stage.now().getTime() < until) {
    answer = await stage.live(stage.platform.discard(run));
    if (answer !== 'going') expect(stage.mayRun(), `something may run, but it is ${answer}`).toBe(false);
    await stage.pass(answer === 'inert' ? SECOND : 5 * SECOND);
  }
  await stage.pass(30 * MINUTE);
  expect(stage.mayRun()).toBe(false);
  return answer;
}

export function describeDiscarding(kind: ContainerKind, open: () => Promise<Stage>): void {
  describe('a discard', () => {
    test('of what was never started has nothing to do', async () => {
      const stage = await open();
      const run = await prepared(stage);
      expect(await stage.live(stage.platform.discard(run))).toBe('gone');
    });

    test('of what runs ends it, and says so once it has ended', async () => {
      const stage = await open();
      stage.behave({ runsFor: 120 * MINUTE });
      const { run } = await reached(stage, await started(stage), 'running');
      // The watcher has no end on record: it gave up.
      const answers = await discardAll(stage, run);
      expect(answers[0]).toBe('going');
      expect(stage.mayRun()).toBe(false);
    });

    test('of what runs is safe at every moment', async () => {
      const stage = await open();
      stage.behave({ runsFor: 120 * MINUTE });
      const { run } = await reached(stage, await started(stage), 'running');
      expect(await discardSafely(stage, run)).toBe('gone');
    });

    test('of what waits is safe at every moment', async () => {
      const stage = await open();
      stage.behave({ runsFor: 120 * MINUTE });
      const run = await started(stage);
      expect((await find(stage, run)).phase).toBe('waiting');
      expect(await discardSafely(stage, run)).toBe('gone');
    });

    test('of what waits in vain for its image is safe at every moment', async () => {
      const stage = await open();
      stage.loseImage();
      const run = await started(stage);
      await stage.pass(MINUTE);
      await discardSafely(stage, run);
    });

    test.each([0, 1])('of what has ended with %d lets the next attempt start at once', async (exitCode) => {
      const stage = await open();
      stage.behave({ runsFor: SECOND, exitCode });
      const { run } = await reached(stage, await started(stage), 'ended');
      expect(await stage.live(stage.platform.discard(run))).not.toBe('going');
      expect(stage.mayRun()).toBe(false);
      await discardSafely(stage, run);
    });

    test('of what was deleted by somebody else has nothing to do', async () => {
      const stage = await open();
      const { run } = await reached(stage, await started(stage), 'running');
      await stage.deleteOutside(run);
      expect(await stage.live(stage.platform.discard(run))).toBe('gone');
    });

    test('may be repeated', async () => {
      const stage = await open();
      stage.behave({ runsFor: SECOND });
      const { run } = await reached(stage, await started(stage), 'ended');
      await discardAll(stage, run);
      expect(await stage.live(stage.platform.discard(run))).toBe('gone');
    });

    test('that cannot be asked for says nothing', async () => {
      const stage = await open();
      const { run } = await reached(stage, await started(stage), 'running');
      await expectUnreachable(stage, () => stage.live(stage.platform.discard(run)));
      await discardSafely(stage, run);
    });

    if (kind.isMade)
      test('leaves nothing', async () => {
        const stage = await open();
        stage.behave({ runsFor: SECOND });
        const { run } = await reached(stage, await started(stage), 'ended');
        await discardAll(stage, run);
        expect((await find(stage, run)).phase).toBe('absent');
      });

    if (kind.isMade)
      test('of what the platform starts again meanwhile is safe', async () => {
        const stage = await open();
        stage.behave({ runsFor: SECOND, exitCode: 1 });
        const { run } = await reached(stage, await started(stage), 'ended');
        stage.behave({ runsFor: 120 * MINUTE });
        stage.restartBeforeRemoval(run);
        expect(await stage.live(stage.platform.discard(run))).toBe('going');
        expect(await discardSafely(stage, run)).toBe('gone');
      });

    if (kind.isShared)
      test('leaves the place, in which nothing else is started while something runs', async () => {
        const stage = await open();
        stage.behave({ runsFor: 120 * MINUTE });
        const first = await reached(stage, await started(stage), 'running');
        // Somebody else’s attempt, which finds the place busy.
        const other = await prepared(stage);
        expect(await find(stage, other)).toMatchObject({
          phase: 'absent',
          progress: expect.stringMatching(/ to end\b/),
        });
        expect(await errorOfStart(stage, other)).toMatchObject({
          failure: 'not-started',
        });
        expect(stage.starts()).toBe(1);
        await discardSafely(stage, first.run);
        expect(await find(stage, await prepared(stage))).toMatchObject({
          phase: 'absent',
          progress: null,
        });
      });
  });
}
