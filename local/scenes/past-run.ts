// Invented runs, in the form in which the app records them.

import { ulid } from 'ulid';
import { priceOf } from '../../src/lib/compute/container-instances/price.ts';
import { aboutOf } from '../../src/lib/config/container-kinds.ts';
import type { Entry } from '../../src/lib/config/models.ts';
import { type Attempt, newAttempt, type Outcome } from '../../src/lib/runs/attempt.ts';
import { type FailureReason, waitsFor } from '../../src/lib/runs/failure.ts';
import { newRun } from '../../src/lib/runs/new-run.ts';
import { hasEnded, type Run, type RunState, roundedUsd } from '../../src/lib/runs/run.ts';
import { type Slot, withSlots } from '../../src/lib/runs/slots.ts';
import type { RunRecord } from '../../src/lib/runs/stores.ts';

export interface PastRun {
  readonly model: Entry;
  readonly round: number | null;
  readonly at: Date;
  readonly state?: RunState;
  /** How long the container of each attempt ran; default 61. */
  readonly seconds?: number;
  /** Attempts that failed before the last one; default 0. */
  readonly failedBefore?: number;
  /** Why the last attempt failed; default, and for those before it: the container's exit code. */
  readonly why?: FailureReason;
  /** What else is different in the run, and in its last attempt. */
  readonly more?: Partial<Run>;
  readonly attempt?: Partial<Attempt>;
  /** What Numerai says of its slots, by their names, where the run is not good. */
  readonly slots?: Readonly<Record<string, Partial<Slot>>>;
}

/** Between the starts of two attempts. */
const BETWEEN_ATTEMPTS_SECONDS = 300;

const EXIT_CODE: FailureReason = {
  failure: 'exit-code',
  reason: 'The container ended with exit code 1; its log says why.',
};

/** A run with its last attempt: succeeded and accepted by default. */
export function pastRun(past: PastRun): Run {
  return pastRecord(past).run;
}

/** A run with all its attempts. */
export function pastRecord(past: PastRun): RunRecord {
  const { model, round, at, state = 'succeeded', seconds = 61, failedBefore = 0 } = past;
  const { why = EXIT_CODE, more } = past;
  const attempts = Array.from({ length: failedBefore + 1 }, (_, index) =>
    index < failedBefore
      ? attemptOf(past, index + 1, 'failed', EXIT_CODE)
      : attemptOf(past, index + 1, outcomeOf(state), why),
  );
  const earlier = attempts.slice(0, -1);
  const attempt = attempts.at(-1) ?? null;
  const run = newRun({
    id: ulid(at.getTime()),
    model,
    round,
    trigger: 'webhook',
    triggerId: 'b6f0a6f2-6c1b-4a43-9a0e-0d9f5a1c7e11',
    isTest: false,
    reason: null,
    claim: `claim_round_${round ?? 'unknown'}`,
    now: at,
  });
  const isOver = hasEnded({ state });
  const isGood = state === 'succeeded';
  const submittedAt = new Date(at.getTime() + startOf(failedBefore + 1) + (18 + seconds) * 1000);
  const accepted = { submission: 'accepted', submittedAt: submittedAt.toISOString() } as const;
  const isBad = isOver && !isGood;
  return {
    earlier,
    run: {
      ...run,
      attempt,
      ...withSlots(run.slots.map((slot) => ({ ...slot, ...(isGood ? accepted : past.slots?.[slot.model]) }))),
      state,
      failure: isBad ? why.failure : null,
      reason: isBad || state === 'waiting' ? why.reason : null,
      finishedAt: isOver ? (attempt?.finishedAt ?? null) : null,
      countedFailures: failedBefore + (isBad || state === 'waiting' ? 1 : 0),
      earlierCostUsd: failedBefore === 0 ? null : costOf(earlier),
      ...(state === 'waiting' ? { waitingFor: waitsFor(why.failure) } : {}),
      ...more,
    },
  };
}

/** Milliseconds after the request of the run. */
function startOf(attempt: number): number {
  return (attempt - 1) * BETWEEN_ATTEMPTS_SECONDS * 1000;
}

function outcomeOf(state: RunState): Outcome | null {
  switch (state) {
    case 'requested':
    case 'starting':
    case 'running':
      return null;
    case 'waiting':
      return 'failed';
    default:
      return state;
  }
}

function attemptOf(
  { model, round, at, state = 'succeeded', seconds = 61, attempt: changes, failedBefore = 0 }: PastRun,
  number: number,
  outcome: Outcome | null,
  { failure, reason }: FailureReason,
): Attempt {
  const after = (s: number) => new Date(at.getTime() + startOf(number) + s * 1000).toISOString();
  const { container } = model;
  const isImage = container.kind === 'image';
  const isBad = outcome !== null && outcome !== 'succeeded';
  const attempt: Attempt = {
    ...newAttempt({ number, platform: aboutOf(container).platform, prepared: null, now: at }),
    leaseUntil: null,
    execution: isImage
      ? `${model.name}-${round === null ? 'unknown' : `r${round}`}-a${number}`
      : container.kind === 'group'
        ? container.group
        : `${model.name}-a${number}`,
    location: isImage ? (container.locations[0] ?? null) : null,
    acceptedAt: state === 'requested' ? null : after(2),
    startedAt: outcome !== null || state === 'running' ? after(20) : null,
    finishedAt: outcome === null ? null : after(20 + seconds),
    endSeenAt: outcome === null ? null : after(20 + seconds),
    exitCode: outcome === 'succeeded' ? 0 : outcome === 'failed' ? 1 : null,
    outcome,
    failure: isBad ? failure : null,
    reason: isBad ? reason : null,
    cpu: isImage ? container.cpu : null,
    memoryGB: isImage ? container.memoryGB : null,
    logKept: outcome !== null,
    ...(number > failedBefore ? changes : {}),
  };
  return { ...attempt, costUsd: outcome === null ? null : priceOf(attempt) };
}

function costOf(attempts: readonly Attempt[]): number | null {
  return roundedUsd(attempts.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0));
}
