// What the contract of the compute port needs of an adapter's tests, and how it goes through an attempt as the
// domain does.

import { ulid } from 'ulid';
import { expect } from 'vitest';
import {
  type AttemptedRun,
  type Discarded,
  type Observation,
  type Platform,
  Refusal,
} from '../../../../src/lib/compute/platform.ts';
import type { PlatformName } from '../../../../src/lib/config/container-kinds.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import { type Attempt, newAttempt } from '../../../../src/lib/runs/attempt.ts';
import { newRun } from '../../../../src/lib/runs/new-run.ts';

/** A kind of container that the adapter takes. */
export interface ContainerKind {
  readonly name: string;
  /** Whether an execution of its own is made for each attempt, and removed after it. */
  readonly isMade: boolean;
  /** Whether all attempts have one place, in which nothing else is started while something runs. */
  readonly isShared: boolean;
  /** Whether its log is somewhere else: it stays when the execution is deleted, and is whole so many milliseconds after the end. */
  readonly logElsewhere: { readonly lateMs: number } | null;
  /** Whether an image that is not to be had is tried again and again, while its execution waits. */
  readonly retriesPull: boolean;
  /** Whether its size, and so its price, is known. */
  readonly isMeasured: boolean;
  /** Whether the app hands secrets to it. */
  readonly hasSecrets: boolean;
}

/** What an execution does once it runs. */
export interface Behaviour {
  /** Lines that it writes when it begins. */
  readonly lines?: readonly string[];
  /** Milliseconds; default a minute. */
  readonly runsFor?: number;
  readonly exitCode?: number;
}

/** How the platform refuses the next start. */
export type RefusedBy = 'full' | 'quota' | 'forbidden' | 'throttled';

/** How long a throttled start is asked to wait, in seconds. */
export const RETRY_AFTER_SECONDS = 120;

/** The adapter with its emulator, and a model that nobody else uses. */
export interface Stage {
  /** As attempts have it on record. */
  readonly name: PlatformName;
  readonly platform: Platform;
  readonly model: Model;
  /** The values of the secrets of the model. */
  readonly secrets: readonly string[];
  now(): Date;
  /** Time passes. */
  pass(milliseconds: number): Promise<void>;
  /** Waits for the app's work, and lets as much time pass as that needs. */
  live<T>(work: Promise<T>): Promise<T>;
  /** What the executions of the model do from now on. */
  behave(behaviour: Behaviour): void;
  /** How often the platform has accepted a start for the model. */
  starts(): number;
  /** Whether anything of the model runs, or is on its way to. */
  mayRun(): boolean;

  /** The next call that starts something is refused. */
  refuseStart(by: RefusedBy): void;
  /** The next call that starts something is carried out, and its answer is lost; or it does not get there. */
  breakStart(how: 'answer-lost' | 'not-sent'): void;
  /** The platform does not say what it has, until calls are broken or mended by `breakCalls`. */
  breakLooks(): void;
  /** The platform does not answer a number of calls, whatever they are. */
  breakCalls(times: number): void;
  /** The model's image cannot be pulled. */
  loseImage(): void;

  /** What befalls the execution of an attempt, by other means than the app's. */
  stopOutside(run: AttemptedRun): Promise<void>;
  deleteOutside(run: AttemptedRun): Promise<void>;
  failProvisioning(run: AttemptedRun): Promise<void>;
  killForMemory(run: AttemptedRun): Promise<void>;
  /** The platform starts what has ended again, right before it carries out the next removal. */
  restartBeforeRemoval(run: AttemptedRun): void;
  /** Something that is not the app's takes the place of the execution. Made kinds only. */
  putForeign(run: AttemptedRun): Promise<void>;
}

export interface PlatformUnderTest {
  readonly name: string;
  readonly kinds: readonly ContainerKind[];
  /** Opens the adapter once for all tests. @returns how to get a stage, and how to close all. */
  open(): Promise<{
    stage(kind: ContainerKind): Promise<Stage>;
    close(): Promise<void>;
  }>;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** An attempt as it is recorded before anything is sent: the first of a run, or the one after `previous`. */
export async function prepared(stage: Stage, previous?: AttemptedRun): Promise<AttemptedRun> {
  const { platform, model } = stage;
  const now = stage.now();
  const attempt = newAttempt({
    number: (previous?.attempt.number ?? 0) + 1,
    platform: stage.name,
    prepared: null,
    now,
  });
  const run =
    previous ??
    newRun({
      id: ulid(now.getTime()),
      model,
      round: 1234,
      trigger: 'webhook',
      triggerId: 'a-trigger',
      isTest: false,
      reason: null,
      claim: 'claim_round_classic_1234',
      now,
    });
  const begun = { ...run, attempt };
  const note = await stage.live(platform.prepare(begun, model, previous?.attempt ?? null));
  return withAttempt(begun, { prepared: note });
}

export function withAttempt(run: AttemptedRun, changes: Partial<Attempt>): AttemptedRun {
  return { ...run, attempt: { ...run.attempt, ...changes } };
}

/** Sends the start; the caller holds the lease. */
export async function send(stage: Stage, run: AttemptedRun): Promise<AttemptedRun> {
  const { platform, model } = stage;
  const accepted = await stage.live(platform.start(run, model, { checkLease: () => {} }));
  return withAttempt(run, {
    ...accepted,
    acceptedAt: stage.now().toISOString(),
    leaseUntil: null,
  });
}

/** An attempt whose start was accepted. */
export async function started(stage: Stage, previous?: AttemptedRun): Promise<AttemptedRun> {
  return send(stage, await prepared(stage, previous));
}

/** What the start throws. */
export async function errorOfStart(stage: Stage, run: AttemptedRun): Promise<unknown> {
  try {
    await send(stage, run);
  } catch (error) {
    return error;
  }
  throw new Error('The start was accepted.');
}

export async function refusalOf(stage: Stage, run: AttemptedRun): Promise<Refusal> {
  const error = await errorOfStart(stage, run);
  if (error instanceof Refusal) return error;
  throw error;
}

export const find = (stage: Stage, run: AttemptedRun): Promise<Observation> =>
  stage.live(stage.platform.find(run, stage.model));

/** Looks every second until the attempt is in this phase. @returns all that was seen, in order. */
export async function until(
  stage: Stage,
  run: AttemptedRun,
  is: (seen: Observation) => boolean,
): Promise<Observation[]> {
  const all: Observation[] = [];
  for (let second = 0; second < 3_600; second += 1) {
    const seen = await find(stage, run);
    all.push(seen);
    if (is(seen)) return all;
    await stage.pass(SECOND);
  }
  throw new Error(`Not within an hour; last seen: ${JSON.stringify(all.at(-1))}`);
}

/** The attempt once it is in this phase, with what the watcher has on record by then. */
export async function reached(
  stage: Stage,
  run: AttemptedRun,
  phase: Observation['phase'],
): Promise<{ run: AttemptedRun; seen: Observation }> {
  const all = await until(stage, run, (seen) => seen.phase === phase);
  const seen = all.at(-1);
  if (seen === undefined) throw new Error('Something was seen.');
  const { startedAt, finishedAt, exitCode, cpu, memoryGB } = seen;
  return { run: withAttempt(run, { startedAt, finishedAt, exitCode, cpu, memoryGB }), seen };
}

/** Discards every second until nothing may run any more. @returns the answers. */
export async function discardAll(stage: Stage, run: AttemptedRun): Promise<Discarded[]> {
  const answers: Discarded[] = [];
  for (let second = 0; second < 600; second += 1) {
    const answer = await stage.live(stage.platform.discard(run));
    answers.push(answer);
    if (answer === 'gone') return answers;
    await stage.pass(SECOND);
  }
  throw new Error(`Not gone within ten minutes: ${answers.join(' ')}`);
}

/** All that an error says, with its causes. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name} ${error.message} ${error.cause === undefined ? '' : wordsOf(error.cause)}`;
}

/** While the platform cannot be reached, the work fails with that, and with nothing else. */
export async function expectUnreachable(stage: Stage, work: () => Promise<unknown>): Promise<void> {
  stage.breakCalls(10);
  await expect(work()).rejects.toMatchObject({ code: 'external-unavailable' });
  stage.breakCalls(0);
}
