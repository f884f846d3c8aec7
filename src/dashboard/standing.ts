// Where a model stands: with the open round while one is open, else with the last one.

import type { ModelStatus } from '../lib/operations/status.ts';
import type { Round } from '../lib/rounds/round.ts';
import { hasEnded, type Run } from '../lib/runs/run.ts';
import { isKnownToNumerai } from '../lib/config/models.ts';
import { sentence } from './format.ts';
import { lookOf } from './outcome.ts';
import type { Tone } from './tones.ts';

export type Standing =
  /** Numerai has the submission, on time. */
  | 'done'
  /** The container ended well; whether Numerai has the submission is not known. */
  | 'unconfirmed'
  | 'late'
  /** A run is under way. */
  | 'running'
  /** The round is open, and it is early for a run. */
  | 'waiting'
  /** The round is open, and a run should have come by now. */
  | 'overdue'
  /** The last attempt ended without a submission, and no other follows by itself. */
  | 'failed'
  /** The round closed without a run on record. */
  | 'missed'
  /** No run so far. */
  | 'new';

export interface Stand {
  readonly standing: Standing;
  readonly tone: Tone;
  /** A few words for the badge. */
  readonly words: string;
  /** The round that this is about; null where none is known. */
  readonly round: number | null;
  /** The run that tells; null where there is none. */
  readonly run: Run | null;
  /** Whether the round is open now. */
  readonly open: boolean;
}

const WORDS = {
  done: ['good', 'Submitted'],
  unconfirmed: ['warn', 'Ran, not confirmed'],
  late: ['warn', 'Submitted late'],
  running: ['busy', 'Running'],
  waiting: ['quiet', 'Waiting for the call'],
  overdue: ['bad', 'Not started'],
  failed: ['bad', 'Failed'],
  missed: ['bad', 'Missed'],
  new: ['quiet', 'No run yet'],
} as const satisfies Record<Standing, readonly [Tone, string]>;

/** After the fallback's grace, a tick of it may be this late before a missing run is a trouble. */
const FALLBACK_SLACK_MS = 6 * 60_000;

/** Where a model stands at `now`. */
export function standOf(status: ModelStatus, now: Date, fallbackGraceMinutes: number): Stand {
  const { openRound } = status;
  const real = status.inFlight !== null && !status.inFlight.isTest ? status.inFlight : null;
  const target = openRound ?? lastClosed(status, now);
  const decided = target === null ? status.rounds[0] : outcomeOf(status, target.number);
  const round = target?.number ?? decided?.round ?? null;
  const open = openRound !== null;

  const run = decided?.run ?? null;
  const stand = (standing: Standing, about: Run | null): Stand => {
    const [tone, words] = WORDS[standing];
    return { standing, tone, words, round, run: about, open };
  };
  if (run !== null && run.state === 'succeeded') return ofSuccess(status, run, stand);
  if (real !== null) return { ...stand('running', real), words: runningWords(real) };
  if (run !== null) return { ...stand('failed', run), words: sentence(lookOf(run).words) };
  if (openRound !== null) {
    const sinceOpening = now.getTime() - openRound.openTime.getTime();
    const late = sinceOpening > fallbackGraceMinutes * 60_000 + FALLBACK_SLACK_MS;
    return stand(late ? 'overdue' : 'waiting', null);
  }
  if (target !== null && hasRunBefore(status, target)) return stand('missed', null);
  return stand('new', status.lastRun);
}

function ofSuccess(
  status: ModelStatus,
  run: Run,
  stand: (standing: Standing, run: Run) => Stand,
): Stand {
  switch (run.submission) {
    case 'accepted':
      return stand('done', run);
    case 'late':
      return stand('late', run);
    case 'missing':
      return stand('failed', run);
    default:
      // A model that names nothing at Numerai is never checked there: no reason to worry every day.
      return isKnownToNumerai(status.model)
        ? stand('unconfirmed', run)
        : { ...stand('unconfirmed', run), tone: 'good', words: 'Ran, not checked' };
  }
}

const RUNNING = { requested: 'Requested', starting: 'Starting', running: 'Running' } as const;

function runningWords(run: Run): string {
  if (run.submission === 'pending') return 'Waiting for Numerai';
  return run.state in RUNNING ? RUNNING[run.state as keyof typeof RUNNING] : 'Running'; // Just looked.
}

function outcomeOf(status: ModelStatus, round: number) {
  return status.rounds.find((outcome) => outcome.round === round);
}

/** The newest round that has closed, where Numerai told. */
export function lastClosed(status: ModelStatus, now: Date): Round | null {
  if (status.roundsKnown.kind === 'unknown') return null;
  return status.roundsKnown.rounds
    .filter((round) => round.closeTime <= now)
    .reduce<Round | null>(
      (newest, round) => (newest === null || round.number > newest.number ? round : newest),
      null,
    );
}

/** A model that is new has missed nothing. */
function hasRunBefore(status: ModelStatus, round: Round): boolean {
  return status.rounds.some((outcome) => outcome.round < round.number);
}

/** Whether something can be stopped. */
export function runInFlight(status: ModelStatus): Run | null {
  return status.inFlight !== null && !hasEnded(status.inFlight) ? status.inFlight : null;
}
