// How does a model stand: with the open round while one is open, else with the last one? The one answer to
// "submitted? good? overdue? what next?", for pages, metrics, status and alerts.

import { isKnownToNumerai } from '../config/models.ts';
import { newestClosed, type Round } from '../rounds/round.ts';
import { isGood, type Run } from '../runs/run.ts';
import { usualSeconds } from '../runs/usual-duration.ts';
import type { ModelStatus } from './status.ts';

export type Condition =
  /** Numerai has the submission, on time. */
  | 'submitted'
  /** The container ended well; whether Numerai has the submission is not known. */
  | 'unconfirmed'
  /** The container ended well; the model names nothing at Numerai, so nobody is asked. */
  | 'unchecked'
  | 'late'
  /** An attempt is in flight. */
  | 'running'
  /** The next attempt is planned. */
  | 'retrying'
  /** The round is open, and it is early for a run. */
  | 'expected'
  /** The round is open, and a run should have come by now. */
  | 'overdue'
  /** The run ended without a submission, and no attempt follows by itself. */
  | 'failed'
  /** The round closed without a run on record. */
  | 'missed'
  /** No run so far. */
  | 'new';

export interface ModelHealth {
  readonly condition: Condition;
  /** The round that this is about; null where none is known. */
  readonly round: number | null;
  /** The run that tells; null where there is none. */
  readonly run: Run | null;
  /** Whether the round is open now. */
  readonly isOpen: boolean;
  /** Whether the round that is open has a good submission. */
  readonly hasSubmitted: boolean;
  /** The newest run that brought a good submission in; null where none of the newest runs did. */
  readonly lastGood: Run | null;
  /** How long the model usually takes; null where that is not known. */
  readonly usualSeconds: number | null;
}

/** After the fallback's grace, a tick of it may be this late before a missing run is overdue. */
const FALLBACK_SLACK_MS = 6 * 60_000;

/** How a model stands at `now`. */
export function healthOf(
  status: ModelStatus,
  now: Date,
  fallbackGraceMinutes: number,
): ModelHealth {
  const { openRound } = status;
  const runs = status.records.map(({ run }) => run).filter((run) => !run.isTest);
  const target = openRound ?? lastClosed(status, now);
  const decided =
    target === null
      ? (runs.find((run) => run.round !== null) ?? null)
      : (runs.find((run) => run.round === target.number) ?? null);
  const inFlight = status.inFlight !== null && !status.inFlight.isTest ? status.inFlight : null;
  const run = decided ?? inFlight;
  return {
    condition: conditionOf({ status, now, fallbackGraceMinutes, target, decided, inFlight }),
    round: target?.number ?? decided?.round ?? null,
    run,
    isOpen: openRound !== null,
    hasSubmitted: openRound !== null && decided !== null && isGood(decided),
    lastGood: runs.find(isGood) ?? null,
    usualSeconds: usualSeconds(runs),
  };
}

interface ConditionInput {
  readonly status: ModelStatus;
  readonly now: Date;
  readonly fallbackGraceMinutes: number;
  /** The round that counts now. */
  readonly target: Round | null;
  /** Its run. */
  readonly decided: Run | null;
  readonly inFlight: Run | null;
}

function conditionOf(input: ConditionInput): Condition {
  const { status, now, target, decided, inFlight } = input;
  if (decided?.state === 'succeeded') return ofSuccess(status, decided);
  if (inFlight !== null) return inFlight.state === 'waiting' ? 'retrying' : 'running';
  if (decided !== null) return 'failed';
  if (status.openRound !== null) {
    const openMs = now.getTime() - status.openRound.openTime.getTime();
    const graceMs = input.fallbackGraceMinutes * 60_000 + FALLBACK_SLACK_MS;
    return openMs > graceMs ? 'overdue' : 'expected';
  }
  // A model that is new has missed nothing.
  const hasRunBefore =
    target !== null &&
    status.records.some(({ run }) => !run.isTest && (run.round ?? target.number) < target.number);
  return hasRunBefore ? 'missed' : 'new';
}

function ofSuccess({ model }: ModelStatus, { submission }: Run): Condition {
  switch (submission) {
    case 'accepted':
      return 'submitted';
    case 'late':
      return 'late';
    case 'missing':
      return 'failed';
    default:
      return isKnownToNumerai(model) ? 'unconfirmed' : 'unchecked';
  }
}

/** The newest round that has closed, where Numerai answered. */
export function lastClosed({ roundsKnown }: ModelStatus, now: Date): Round | null {
  return roundsKnown.kind === 'unknown' ? null : newestClosed(roundsKnown.rounds, now);
}
