// What a run, an attempt or a round looks like: its letter, its colour, its name, its words.

import { isJob } from '../lib/config/models.ts';
import type { Attempt } from '../lib/runs/attempt.ts';
import { AFTER_A_FIX, NEXT_ATTEMPT } from '../lib/runs/failure.ts';
import { type Paused, pausedWords } from '../lib/runs/pause.ts';
import { hasEnded, hasFailedLast, isOutOfSight, type Run, toBeFixed, waitsForPerson } from '../lib/runs/run.ts';
import { isAccepted, isUnconfirmed, type Slot, type Submission } from '../lib/runs/slots.ts';
import { utcMinute } from '../lib/util/clock.ts';
import { together, withFullStop } from '../lib/util/sentences.ts';
import { sentence, utc } from './format.ts';
import type { Tone } from './tones.ts';

/** The letters of the strip, in the order of the legend: their tone, and what they stand for. */
export const LETTERS = {
  S: ['good', 'submitted on time'],
  U: ['warn', 'ran, not confirmed by Numerai'],
  N: ['quiet', 'ran; nobody can be asked'],
  R: ['busy', 'running'],
  Q: ['busy', 'requested or starting'],
  O: ['warn', 'out of sight'],
  W: ['warn', 'waiting for its next attempt'],
  L: ['warn', 'submitted late'],
  C: ['warn', 'cancelled'],
  P: ['bad', 'submitted in part'],
  F: ['bad', 'failed'],
  T: ['bad', 'timed out'],
  M: ['bad', 'missed: nothing ran in time'],
  '–': ['quiet', 'no run on record'],
} as const satisfies Record<string, readonly [Tone, string]>;
type Letter = keyof typeof LETTERS;

export interface Look {
  /** One letter; never the colour alone. */
  readonly letter: Letter;
  readonly tone: Tone;
  readonly words: string;
}

/** A letter with words of its own. */
export const look = (letter: Letter, words: string): Look => ({ letter, tone: LETTERS[letter][0], words });

/** What a run looks like. */
export function lookOf(run: Run): Look {
  const { state, submission } = run;
  if (submission === 'partial' && (state === 'failed' || state === 'timed_out')) return look('P', inPart(run));
  if (isOutOfSight(run)) return look('O', LETTERS.O[1]);
  switch (state) {
    case 'requested':
    case 'starting':
      return look('Q', state);
    case 'running':
      return look('R', submission === 'pending' ? 'waiting for Numerai' : state);
    case 'waiting':
      if (waitsForPerson(run)) return look('W', 'waiting for you');
      return look('W', isStartDue(run) ? 'waiting to start' : `waiting for attempt ${attemptsOf(run) + 1}`);
    case 'succeeded':
      if (run.isTest) return look('S', state);
      if (submission === 'accepted') return look('S', 'submitted');
      if (submission === 'late') return look('L', 'submitted late');
      if (submission === 'partial')
        return isUnconfirmed(run) ? look('U', 'partly unconfirmed') : look('L', 'partly late');
      if (isJob(run)) return look('S', state);
      return run.slots.length === 0 ? look('N', 'ran') : look('U', 'ran, unconfirmed');
    case 'failed':
      if (run.failure === 'round-missed' || run.failure === 'time-missed') return look('M', 'missed');
      return look('F', FAILED_WORDS[submission] ?? state);
    case 'timed_out':
      return look('T', 'timed out');
    case 'cancelled':
      return look('C', state);
  }
}

/** Whether what a run waits for is the start of an attempt that is on record already. */
const isStartDue = ({ attempt }: Run): boolean => attempt === null || attempt.outcome === null;
const FAILED_WORDS: Partial<Record<Run['submission'], string>> = {
  missing: 'no submission',
  rejected: 'rejected by Numerai',
};

/** `2 of 3 submitted`. */
function inPart({ slots }: Pick<Run, 'slots'>): string {
  return `${slots.filter(isAccepted).length} of ${slots.length} submitted`;
}

/** How many attempts were made. */
export function attemptsOf({ attempt }: Pick<Run, 'attempt'>): number {
  return attempt?.number ?? 0;
}

/** Since when something is paused, by whom, and what that means. */
export function pausedSentence(paused: Paused, now: Date): string {
  return `${sentence(pausedWords(paused, (time) => utc(time, now)))}. Nothing of it is started by itself.`;
}

/** What is to be said of a run in a sentence or two; null where there is nothing to say. */
export function reasonOf(run: Run): string | null {
  const { state, waitingFor, reason, attempt } = run;
  if (state === 'requested' && attempt !== null && attempt.leaseUntil !== null)
    return together(
      reason,
      `Its start has no answer yet. From ${attempt.leaseUntil.slice(11, 16)} UTC on the app looks for it.`,
    );
  if (state !== 'waiting' || waitingFor === null) return reason;
  const cause = attempt?.reason == null ? null : withFullStop(attempt.reason);
  // A start that was refused is repeated anyway.
  const isNoticed = toBeFixed(run) !== null && attempt?.outcome !== null && !run.lastResortNext;
  const last = attempt !== null && hasFailedLast(attempt) ? 'The last resort has failed as well.' : null;
  // The badge says as much of an attempt that only waits for its time.
  const waits = cause !== null && waitingFor === NEXT_ATTEMPT ? null : `Waiting for ${waitingFor}.`;
  return together(last, cause, waits, isNoticed ? AFTER_A_FIX : null);
}

/** What a run is for, as it is called within its model. */
export function nameOf({ isTest, round, tournament, scheduledFor, requestedAt }: Run): string {
  if (tournament === null)
    return scheduledFor === null
      ? `on request, ${utcMinute(new Date(requestedAt))}`
      : utcMinute(new Date(scheduledFor));
  if (isTest) return 'test run';
  return round === null ? 'round not known' : `round ${round}`;
}

const OUTCOMES = {
  succeeded: ['good', 'succeeded'],
  failed: ['bad', 'failed'],
  timed_out: ['bad', 'timed out'],
  cancelled: ['warn', 'cancelled'],
} as const;

/** Tone and words of one attempt. */
export function lookOfAttempt(attempt: Attempt, { slots }: Pick<Run, 'slots'>): readonly [Tone, string] {
  const { outcome, endSeenAt, startedAt, failure } = attempt;
  if (failure === 'missing-submission') return ['bad', slots.length > 1 ? 'incomplete' : 'no submission'];
  if (failure === 'rejected-submission') return ['bad', 'rejected by Numerai'];
  if (outcome !== null) return OUTCOMES[outcome];
  if (endSeenAt !== null) return ['busy', 'ended, being checked'];
  if (attempt.acceptedAt === null && attempt.refusals > 0) return ['warn', 'start refused'];
  return ['busy', startedAt === null ? 'starting' : 'running'];
}

/** What Numerai says of the run, in a few words; null where there is nothing to say yet. */
export function submissionWords(run: Run): string | null {
  const { submission, state, isTest, slots } = run;
  if (submission === 'partial' || (submission === 'pending' && slots.length > 1 && slots.some(isAccepted)))
    return inPart(run);
  if (submission === 'unknown') return state === 'succeeded' && !isTest && slots.length > 0 ? 'not confirmed' : null;
  if (submission === 'accepted' && slots.length > 1) return `accepted for all ${slots.length}`;
  return submission === 'pending' ? 'waiting for Numerai' : submission;
}

const SLOT_LOOKS = {
  accepted: ['good', 'accepted'],
  pending: ['busy', 'waiting for Numerai'],
  late: ['warn', 'late'],
  rejected: ['bad', 'rejected by Numerai'],
  missing: ['bad', 'missing'],
  // No slot is in parts.
  partial: ['quiet', ''],
} as const satisfies Partial<Record<Submission, readonly [Tone, string]>>;

/** Tone and words of one slot of a run. */
export function lookOfSlot({ submission }: Pick<Slot, 'submission'>, { state, isTest }: Run): readonly [Tone, string] {
  if (submission !== 'unknown') return SLOT_LOOKS[submission];
  if (isTest) return ['quiet', 'not submitted: a test'];
  if (state === 'succeeded') return ['warn', 'not confirmed'];
  return hasEnded({ state }) ? ['bad', 'none seen'] : ['quiet', 'nothing seen yet'];
}
