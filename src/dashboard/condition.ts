// How a model stands, in words and colour.

import { type Condition, healthOf, type ModelHealth } from '../lib/operations/model-health.ts';
import type { ModelStatus, Status } from '../lib/operations/status.ts';
import { sentence } from './format.ts';
import { lookOf } from './outcome.ts';
import type { Tone } from './tones.ts';

/** A model as the pages show it. */
export interface ModelView {
  readonly status: ModelStatus;
  readonly health: ModelHealth;
  readonly tone: Tone;
  /** A few words for the badge. */
  readonly words: string;
}

/** Words that are null are those of the run. */
const LOOKS = {
  submitted: ['good', 'Submitted'],
  unconfirmed: ['warn', 'Ran, not confirmed'],
  // Never asked for at Numerai: no reason to worry every day.
  unchecked: ['good', 'Ran, not checked'],
  late: ['warn', 'Submitted late'],
  running: ['busy', null],
  retrying: ['warn', null],
  expected: ['quiet', 'Waiting for the call'],
  overdue: ['bad', 'Not started'],
  failed: ['bad', null],
  missed: ['bad', 'Missed'],
  new: ['quiet', 'No run yet'],
} as const satisfies Record<Condition, readonly [Tone, string | null]>;

/** Every model as it stands. */
export function viewsOf(status: Status, fallbackGraceMinutes: number): ModelView[] {
  return status.models.map((model) => viewOf(model, status.at, fallbackGraceMinutes));
}

/** A model as it stands at `now`. */
export function viewOf(status: ModelStatus, now: Date, fallbackGraceMinutes: number): ModelView {
  const health = healthOf(status, now, fallbackGraceMinutes);
  const [tone, words] = LOOKS[health.condition];
  return {
    status,
    health,
    tone,
    words: words ?? (health.run === null ? '' : sentence(lookOf(health.run).words)),
  };
}
