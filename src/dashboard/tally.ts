// Models counted by how they stand, and the phrases that are made of the counts.

import type { Condition } from '../lib/operations/model-health.ts';
import type { ModelView } from './condition.ts';
import { list } from './format.ts';

export interface Tally {
  readonly total: number;
  /** What the models are called: a single one by its name. */
  readonly name: string;
  readonly of: Readonly<Record<Condition, number>>;
  /** Those that have done what they can for the round, well or less well. */
  readonly submitted: number;
  /** Those without a submission, for which nothing follows by itself. */
  readonly bad: number;
}

/** Counts the models. */
export function tallyOf(views: readonly ModelView[]): Tally {
  const of: Record<Condition, number> = {
    submitted: 0,
    unconfirmed: 0,
    unchecked: 0,
    late: 0,
    running: 0,
    retrying: 0,
    expected: 0,
    overdue: 0,
    failed: 0,
    missed: 0,
    new: 0,
  };
  for (const { health } of views) of[health.condition] += 1;
  return {
    total: views.length,
    name: views[0]?.status.model.name ?? '',
    of,
    submitted: of.submitted + of.unconfirmed + of.unchecked + of.late,
    bad: of.failed + of.overdue + of.missed,
  };
}

const PHRASES: readonly (readonly [Condition, string])[] = [
  ['failed', 'failed'],
  ['missed', 'missed'],
  ['overdue', 'not started'],
  ['late', 'late'],
  ['retrying', 'waiting for another attempt'],
  ['running', 'running'],
  ['expected', 'waiting for the call'],
  ['submitted', 'submitted'],
  ['unconfirmed', 'not confirmed'],
  ['unchecked', 'not checked'],
  ['new', 'new'],
];

/** `1 failed and 2 submitted`; nothing where all stand alike. */
export function breakdown({ of }: Tally): string[] {
  const parts = PHRASES.flatMap(([condition, phrase]) =>
    of[condition] === 0 ? [] : [`${of[condition]} ${phrase}`],
  );
  return parts.length < 2 ? [] : [list(parts)];
}

/** `2 of 12 models have`; with a single model its name. */
export function portion(
  some: number,
  { total, name }: Tally,
  [one, many]: readonly [string, string],
): string {
  if (total === 1) return `${name} ${one}`;
  const who = some === total ? everyOne(total) : `${some} of ${total} models`;
  return `${who} ${some === 1 ? one : many}`;
}

/** `Both models`, `All 3 models`. */
export function everyOne(total: number): string {
  return total === 2 ? 'Both models' : `All ${total} models`;
}

/** All of them: a single one by its name. */
export function all({ total, name }: Tally): string {
  return total === 1 ? name : everyOne(total);
}
