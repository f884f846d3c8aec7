// What Numerai's answers say of the slots of a run, once an attempt has ended: pure functions.

import type { Run } from '../runs/run.ts';
import { isAccepted, judgedAs, type Slot, type Submission } from '../runs/slots.ts';
import type { AppError } from '../util/errors.ts';
import type { FoundSubmission } from '../verification/decide.ts';
import { type ListedSubmission, WrongSlotError } from '../verification/submission-source.ts';
import type { SlotVerified } from '../verification/verify.ts';

interface Submitted {
  readonly slot: Slot;
  readonly submission: ListedSubmission;
}
interface Unanswered {
  readonly slot: Slot;
  readonly error: AppError;
}

/** The slots of an attempt by what Numerai has of it. */
export interface Findings {
  readonly accepted: readonly Submitted[];
  readonly late: readonly Submitted[];
  readonly rejected: readonly Submitted[];
  /** `other` was made by other means, `earlier` by an earlier attempt. */
  readonly missing: readonly {
    readonly slot: Slot;
    readonly other: ListedSubmission | null;
    readonly earlier: ListedSubmission | null;
  }[];
  /** Only models.json, or the account, can be wrong. */
  readonly wrong: readonly Unanswered[];
  readonly unanswered: readonly Unanswered[];
  /** No container was told of them, since their ids were not known; null where they are known by now. */
  readonly untold: readonly { readonly slot: Slot; readonly error: AppError | null }[];
}

/** @param isTold whether the container was told of a slot, or does without. */
export function findingsOf(all: readonly SlotVerified[], isTold: (slot: Slot) => boolean): Findings {
  const isUntold = (each: SlotVerified) =>
    !isTold(each.slot) && ('error' in each ? !(each.error instanceof WrongSlotError) : each.found.kind === 'none');
  const answers = all.filter((each) => !isUntold(each));
  const submitted = (kind: FoundSubmission['kind']) =>
    answers.flatMap((each) =>
      'found' in each && each.found.kind === kind && 'submission' in each.found
        ? [{ slot: each.slot, submission: each.found.submission }]
        : [],
    );
  const errors = answers.flatMap((each) => ('error' in each ? [each] : []));
  return {
    accepted: submitted('accepted'),
    late: submitted('late'),
    rejected: submitted('rejected'),
    missing: answers.flatMap((each) =>
      'found' in each && each.found.kind === 'none'
        ? [
            {
              slot: each.slot,
              other: each.found.other,
              earlier: each.ofRun.kind === 'accepted' ? each.ofRun.submission : null,
            },
          ]
        : [],
    ),
    wrong: errors.filter(({ error }) => error instanceof WrongSlotError),
    unanswered: errors.filter(({ error }) => !(error instanceof WrongSlotError)),
    untold: all.filter(isUntold).map((each) => ({ slot: each.slot, error: 'error' in each ? each.error : null })),
  };
}

/** What a slot becomes of which nothing better is known. */
export interface Otherwise {
  /** Numerai has nothing, or no such model. */
  readonly none: Submission;
  /** Numerai did not answer. */
  readonly unanswered: Submission;
  readonly late: Submission;
}

/** The run's slots with what Numerai answered: a submission of an earlier attempt is the run's too, and stays on record. */
export function slotsAfter(
  { slots }: Pick<Run, 'slots'>,
  answers: readonly SlotVerified[],
  otherwise: Otherwise,
): readonly Slot[] {
  return slots.map((slot) => {
    const answer = answers.find((each) => each.slot.model === slot.model);
    if (answer === undefined) return slot;
    const known = { ...slot, id: answer.slot.id };
    const counts = countingOf(answer);
    if (counts !== null) return judgedAs(known, 'accepted', counts);
    if (isAccepted(slot)) return known;
    if ('error' in answer)
      return judgedAs(known, answer.error instanceof WrongSlotError ? otherwise.none : otherwise.unanswered, null);
    const { found } = answer;
    switch (found.kind) {
      case 'rejected':
        return judgedAs(known, 'rejected', found.submission);
      case 'late':
        return judgedAs(known, otherwise.late, otherwise.late === 'late' ? found.submission : null);
      default:
        return judgedAs(known, otherwise.none, null);
    }
  });
}

/** The run's submission that counts. */
function countingOf(answer: SlotVerified): ListedSubmission | null {
  if ('error' in answer) return null;
  const { found, ofRun } = answer;
  if (found.kind === 'accepted') return found.submission;
  return ofRun.kind === 'accepted' ? ofRun.submission : null;
}

/** The round that Numerai put a submission of the run into; null where it has none. */
export function roundOf(answers: readonly SlotVerified[]): number | null {
  const submissions = answers.flatMap((each) => {
    if ('error' in each) return [];
    const counts = countingOf(each);
    return counts ?? ('submission' in each.found ? [each.found.submission] : []);
  });
  return submissions.find(({ round }) => round !== null)?.round ?? null;
}
