// How a model stands, in words and colour.

import { type Condition, healthOf, type Lateness, type ModelHealth } from '../lib/operations/model-health.ts';
import type { ModelStatus, Status } from '../lib/operations/status.ts';
import { together } from '../lib/util/sentences.ts';
import { sentence } from './format.ts';
import { lookOf, pausedSentence, reasonOf } from './outcome.ts';
import type { Tone } from './tones.ts';
import { BY_HAND } from './warnings.ts';

/** A model as the pages show it. */
export interface ModelView {
  readonly status: ModelStatus;
  readonly health: ModelHealth;
  readonly tone: Tone;
  /** A few words for the badge. */
  readonly words: string;
  /** A sentence or two, where there is something to say. */
  readonly reason: string | null;
}

/** Tone and words of each condition, in the order in which they are counted. */
export const CONDITIONS = {
  failed: ['bad', 'failed'],
  missed: ['bad', 'missed'],
  overdue: ['bad', 'not started'],
  partial: ['bad', 'submitted in part'],
  late: ['warn', 'late'],
  stuck: ['warn', 'waiting for you'],
  retrying: ['warn', 'waiting for another attempt'],
  unseen: ['warn', 'out of sight'],
  running: ['busy', 'running'],
  expected: ['busy', 'waiting for the call'],
  submitted: ['good', 'submitted'],
  unconfirmed: ['warn', 'not confirmed'],
  // Never asked for at Numerai: no reason to worry every day.
  unchecked: ['good', 'not checked'],
  paused: ['quiet', 'paused'],
  new: ['quiet', 'new'],
} as const satisfies Record<Condition, readonly [Tone, string]>;

/** Whether a start is another try for an open round that has failed, in part at least. */
export function isRetry({ condition, isOpen }: ModelHealth): boolean {
  return isOpen && (condition === 'failed' || condition === 'partial');
}

/** Every model as it stands. */
export function viewsOf(status: Status, lateness: Lateness): ModelView[] {
  return status.models.map((model) => viewOf(model, status.at, lateness));
}

/** A model as it stands at `now`. */
export function viewOf(status: ModelStatus, now: Date, lateness: Lateness): ModelView {
  const health = healthOf(status, now, lateness);
  const { condition, run } = health;
  const [tone, words] = CONDITIONS[condition];
  return {
    status,
    health,
    tone,
    words: sentence(run === null || condition === 'paused' ? words : lookOf(run).words),
    reason: together(condition === 'paused' || run === null ? null : reasonOf(run), withoutRun(condition, status, now)),
  };
}

/** Why there is no run; null where it is early for one. */
const NO_RUN: Partial<Record<Condition, string | null>> = {
  expected: null,
  overdue: 'Nothing has asked for a run since the round opened.',
  missed: 'Nothing asked for a run while the round was open.',
};

/** What is to be said whatever its run says. */
function withoutRun(condition: Condition, { model, paused, openRound }: ModelStatus, now: Date): string | null {
  if (paused !== null) return pausedSentence(paused, now);
  if (condition === 'unseen' && openRound !== null) return BY_HAND;
  const cause = NO_RUN[condition];
  if (cause === undefined || (cause === null && model.fallback)) return null;
  return together(cause, model.fallback ? null : 'Its fallback is off: only a call or Start starts it.');
}
