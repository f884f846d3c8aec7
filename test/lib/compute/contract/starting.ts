// The contract of a start: what is on record before, what is found after, and what a refusal means.

import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../../src/lib/compute/platform.ts';
import type { Failure } from '../../../../src/lib/runs/failure.ts';
import { ExternalCallError } from '../../../../src/lib/util/external-call.ts';
import {
  type ContainerKind,
  errorOfStart,
  find,
  prepared,
  RETRY_AFTER_SECONDS,
  type RefusedBy,
  reached,
  refusalOf,
  type Stage,
  send,
  started,
  withAttempt,
  wordsOf,
} from './subject.ts';

export function describeStarting(kind: ContainerKind, open: () => Promise<Stage>): void {
  describe('before a start', () => {
    test('what is prepared is plain JSON, and starts nothing', async () => {
      const stage = await open();
      const run = await prepared(stage);
      const note = run.attempt.prepared;
      expect(note).not.toBeNull();
      expect(JSON.parse(JSON.stringify(note))).toEqual(note);
      expect(stage.starts()).toBe(0);
      expect(await find(stage, run)).toMatchObject({ phase: 'absent', progress: null });
    });

    test('an attempt that is not prepared is absent, has nothing to discard, and is not started', async () => {
      const stage = await open();
      const run = withAttempt(await prepared(stage), { prepared: null });
      expect(await find(stage, run)).toMatchObject({ phase: 'absent', progress: null });
      expect(await stage.live(stage.platform.discard(run))).toBe('gone');
      expect(await stage.live(stage.platform.log(run))).toBeNull();
      await stage.live(stage.platform.stop(run));
      expect(await errorOfStart(stage, run)).toBeInstanceOf(Error);
      expect(stage.starts()).toBe(0);
    });

    test('the lease is checked: without it nothing is sent', async () => {
      const stage = await open();
      const run = await prepared(stage);
      const over = new Error('The lease is over.');
      const starting = stage.platform.start(run, stage.model, {
        checkLease() {
          throw over;
        },
      });
      await expect(stage.live(starting)).rejects.toBe(over);
      expect(stage.starts()).toBe(0);
    });

    test('a trigger that has stopped waiting sends nothing', async () => {
      const stage = await open();
      const run = await prepared(stage);
      const signal = AbortSignal.abort();
      const starting = stage.platform.start(run, stage.model, { signal, checkLease: () => {} });
      await expect(stage.live(starting)).rejects.toBeInstanceOf(Error);
      expect(stage.starts()).toBe(0);
    });
  });

  describe('a start', () => {
    test('that was accepted names its execution, and is found', async () => {
      const stage = await open();
      const run = await started(stage);
      expect(run.attempt.execution).toEqual(expect.any(String));
      expect(stage.starts()).toBe(1);
      const { seen } = await reached(stage, run, 'running');
      expect(seen.execution).toBe(run.attempt.execution);
      if (run.attempt.location !== null) expect(seen.location).toBe(run.attempt.location);
    });

    test('whose answer was lost is accepted: it shows', async () => {
      const stage = await open();
      stage.breakStart('answer-lost');
      const run = await started(stage);
      expect(stage.starts()).toBe(1);
      const { seen } = await reached(stage, run, 'running');
      expect(seen.execution).toBe(run.attempt.execution);
      expect(stage.starts()).toBe(1);
    });

    test('whose answer was lost, and that cannot be looked for, is found later by what was prepared alone', async () => {
      const stage = await open();
      const run = await prepared(stage);
      stage.breakStart('answer-lost');
      stage.breakLooks();
      // It may have happened: that is no refusal, and nothing is repeated.
      expect(await errorOfStart(stage, run)).not.toBeInstanceOf(Refusal);
      stage.breakCalls(0);
      expect(stage.starts()).toBe(1);
      const { seen } = await reached(stage, run, 'running');
      expect(seen.execution).toEqual(expect.any(String));
      expect(stage.starts()).toBe(1);
    });

    test('that did not get there leaves nothing, and can be sent again', async () => {
      const stage = await open();
      const run = await prepared(stage);
      stage.breakStart('not-sent');
      expect(await refusalOf(stage, run)).toMatchObject({ failure: 'not-started', elsewhere: false });
      expect(stage.starts()).toBe(0);
      expect(await find(stage, run)).toMatchObject({ phase: 'absent' });
      await reached(stage, await send(stage, run), 'running');
      expect(stage.starts()).toBe(1);
    });

    test('of the next attempt is another one', async () => {
      const stage = await open();
      stage.behave({ runsFor: 1_000, exitCode: 1 });
      const first = await reached(stage, await started(stage), 'ended');
      while ((await stage.live(stage.platform.discard(first.run))) !== 'gone') await stage.pass(1_000);
      const second = await prepared(stage, first.run);
      expect(await find(stage, second)).toMatchObject({ phase: 'absent' });
      const { seen } = await reached(stage, await send(stage, second), 'running');
      expect(seen.startedAt).not.toBe(first.seen.startedAt);
      expect(stage.starts()).toBe(2);
    });
  });

  describe('a refused start', () => {
    const rows: [by: RefusedBy, failure: Failure][] = [
      ['full', 'no-capacity'],
      ['quota', 'quota'],
      ['forbidden', 'permission'],
      ['throttled', 'not-started'],
    ];
    test.each(rows)('because it is %s: %s', async (by, failure) => {
      const stage = await open();
      const run = await prepared(stage);
      stage.refuseStart(by);
      const refusal = await refusalOf(stage, run);
      expect(refusal).toMatchObject({
        failure,
        retryAfterMs: by === 'throttled' ? RETRY_AFTER_SECONDS * 1_000 : 0,
      });
      expect(refusal.message).toMatch(/[.!?]$/);
      expect(stage.starts()).toBe(0);
      expect(stage.mayRun()).toBe(false);
      expect((await find(stage, run)).phase).toBe('absent');
      for (const secret of stage.secrets) expect(wordsOf(refusal)).not.toContain(secret);
    });

    test('can be sent again', async () => {
      const stage = await open();
      const run = await prepared(stage);
      stage.refuseStart('throttled');
      await refusalOf(stage, run);
      await reached(stage, await send(stage, run), 'running');
      expect(stage.starts()).toBe(1);
    });
  });

  if (kind.hasSecrets)
    test('no secret is in what is noted, found or said', async () => {
      const stage = await open();
      const run = await started(stage);
      const { seen } = await reached(stage, run, 'ended');
      expect(stage.secrets.length).toBeGreaterThan(0);
      const text = JSON.stringify([run, seen]);
      for (const secret of stage.secrets) expect(text).not.toContain(secret);
    });

  test('the platform says how patient one has to be', async () => {
    const stage = await open();
    const { appearMs, startMs } = stage.platform.patience(await prepared(stage));
    expect(appearMs).toBeGreaterThan(0);
    expect(Number.isFinite(appearMs)).toBe(true);
    expect(startMs).toBeGreaterThan(0);
  });

  test('the platform says what to do about a call that failed, by what it ended with', async () => {
    const stage = await open();
    const run = await prepared(stage);
    stage.refuseStart('forbidden');
    const { cause: refused } = await refusalOf(stage, run);
    stage.breakCalls(10);
    const unanswered = await find(stage, run).catch((error: unknown) => error);
    stage.breakCalls(0);
    const remedies = [refused, unanswered].map((error) => {
      if (!(error instanceof ExternalCallError)) throw new Error('The call failed.');
      return stage.platform.remedy(error);
    });
    for (const remedy of remedies) expect(remedy).toMatch(/^[A-Z].{10,}[.!]$/);
    expect(new Set(remedies).size).toBe(2);
  });

  test('a model that can be started has nothing wrong', async () => {
    const stage = await open();
    expect(await stage.live(stage.platform.check(stage.model))).toBeNull();
    expect(stage.starts()).toBe(0);
  });
}
