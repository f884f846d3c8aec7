// How does a model stand: with the open round while one is open, else with the last one? The one answer to
// "submitted? good? overdue? what next?", for pages, metrics, status and alerts.

import type { Settings } from '../config/settings.ts';
import { isAboutToClose, isOpen as isOpenRound, newestClosed, type Round } from '../rounds/round.ts';
import { hasEnded, holdsRound, isGood, isOutOfSight, type Run, waitsForPerson } from '../runs/run.ts';
import { isUnconfirmed } from '../runs/slots.ts';
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
  /** The run has ended, and some of its slots have a submission. */
  | 'partial'
  /** An attempt is in flight. */
  | 'running'
  /** Somebody has to fix the cause: no attempt that is planned before that helps. */
  | 'stuck'
  /** An attempt is in flight, and the platform cannot be asked how it goes. */
  | 'unseen'
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
  /** Nothing of it is started by itself. */
  | 'paused'
  /** No run so far. */
  | 'new';

export interface ModelHealth {
  readonly condition: Condition;
  /** The round that this is about; null where none is known. */
  readonly round: number | null;
  /** The run that decides; null where there is none. */
  readonly run: Run | null;
  /** Whether the round is open now. */
  readonly isOpen: boolean;
  /** Whether the round that is open has a good submission. */
  readonly hasSubmitted: boolean;
  /** When the next attempt is due; null where none is planned. */
  readonly nextAttemptAt: Date | null;
  /** The newest run that brought a good submission in; null where none of the newest runs did. */
  readonly lastGood: Run | null;
  /** How long the model usually takes; null where that is not known. */
  readonly usualSeconds: number | null;
}

/** After the fallback's grace, a tick of it may be this late before a missing run is overdue. */
const FALLBACK_SLACK_MS = 6 * 60_000;

/** What goes on, or is done, is said of a paused model as of any other. */
const IN_SPITE_OF_PAUSE: ReadonlySet<Condition> = new Set<Condition>([
  'running',
  'unseen',
  'stuck',
  'retrying',
  'submitted',
]);

/** What decides from when on a run that has not come is late. */
export type Lateness = Pick<Settings, 'fallbackGraceMinutes' | 'alertBeforeCloseMinutes'>;

/** How a model stands at `now`. */
export function healthOf(status: ModelStatus, now: Date, lateness: Lateness): ModelHealth {
  const { openRound } = status;
  // Another tournament has rounds of the same numbers.
  const { tournament } = status.model;
  const runs = status.records.map(({ run }) => run).filter((run) => !run.isTest && run.tournament === tournament);
  const round = openRound ?? lastClosed(status, now);
  const run = decidingRun(runs, round, status.roundsKnown.kind === 'known');
  const isOfRound = round !== null && (run === null || run.round === round.number || !hasEnded(run));
  const isOpen = openRound !== null;
  const condition = run === null ? conditionWithoutRun(runs, round, status, lateness, now) : conditionOf(run);
  return {
    condition: status.paused === null || IN_SPITE_OF_PAUSE.has(condition) ? condition : 'paused',
    round: (isOfRound ? round.number : run?.round) ?? round?.number ?? null,
    run,
    isOpen,
    // Another attempt that an operator forces takes nothing away from a submission that Numerai has.
    hasSubmitted: isOpen && run !== null && (isGood(run) || run.submission === 'accepted'),
    nextAttemptAt: run?.state === 'waiting' && run.nextAttemptAt !== null ? new Date(run.nextAttemptAt) : null,
    lastGood: runs.find(isGood) ?? null,
    usualSeconds: usualSeconds(runs),
  };
}

/**
 * The run of the round; while that does not cover it, one in flight whose round nobody knows yet. Where no
 * round is known, the newest run; where Numerai cannot be asked, the newest since the last one that is known opened.
 * @param runs newest first.
 */
function decidingRun(runs: readonly Run[], round: Round | null, isAsked: boolean): Run | null {
  if (round === null) return runs[0] ?? null;
  const isSince = (run: Run) =>
    (run.round ?? round.number) >= round.number && Date.parse(run.requestedAt) >= round.openTime.getTime();
  const since = isAsked ? undefined : runs.find(isSince);
  if (since !== undefined) return since;
  const own = runs.find((run) => run.round === round.number) ?? null;
  if (own !== null && holdsRound(own)) return own;
  const inFlight = runs.find((run) => !hasEnded(run) && (run.round === null || run.round > round.number));
  return inFlight ?? own;
}

function conditionOf(run: Run): Condition {
  if (waitsForPerson(run)) return 'stuck';
  if (isOutOfSight(run)) return 'unseen';
  if (!hasEnded(run)) return run.state === 'waiting' ? 'retrying' : 'running';
  if (run.state !== 'succeeded') return run.submission === 'partial' ? 'partial' : 'failed';
  switch (run.submission) {
    case 'accepted':
      return 'submitted';
    case 'late':
      return 'late';
    case 'partial':
      return isUnconfirmed(run) ? 'unconfirmed' : 'late';
    case 'unknown':
      return run.slots.length > 0 ? 'unconfirmed' : 'unchecked';
    default:
      return 'failed';
  }
}

/**
 * Whether a run should have come by now: after the grace the fallback may start it, but not before the app was there. Near the
 * close somebody is told whatever the reason: no page is calmer than that alert.
 */
function isLate(
  round: Round,
  { deployedAt }: ModelStatus,
  { fallbackGraceMinutes, alertBeforeCloseMinutes }: Lateness,
  now: Date,
): boolean {
  const dueAt = Math.max(round.openTime.getTime() + fallbackGraceMinutes * 60_000, deployedAt?.getTime() ?? 0);
  return now.getTime() - dueAt > FALLBACK_SLACK_MS || isAboutToClose(round, now, alertBeforeCloseMinutes);
}

function conditionWithoutRun(
  runs: readonly Run[],
  round: Round | null,
  status: ModelStatus,
  lateness: Lateness,
  now: Date,
): Condition {
  if (round === null) return 'new';
  if (isOpenRound(round, now)) return isLate(round, status, lateness, now) ? 'overdue' : 'expected';
  // A model that is new has missed nothing.
  return runs.some((run) => run.round !== null && run.round < round.number) ? 'missed' : 'new';
}

/** The newest round that has closed, by the last list there is. */
export function lastClosed({ rounds }: ModelStatus, now: Date): Round | null {
  return newestClosed(rounds, now);
}

/** How many rounds a status shows. */
const ROUNDS_SHOWN = 20;

/** The runs of the last rounds, newest first, one a round. */
export function roundsOf({ records, model }: Pick<ModelStatus, 'records' | 'model'>): readonly Run[] {
  return records
    .map(({ run }) => run)
    .filter((run) => !run.isTest && run.round !== null && run.tournament === model.tournament)
    .sort((a, b) => (b.round ?? 0) - (a.round ?? 0))
    .filter((run, index, all) => run.round !== all[index - 1]?.round)
    .slice(0, ROUNDS_SHOWN);
}
