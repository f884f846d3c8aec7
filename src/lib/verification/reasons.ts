// What the record says of a submission that does not count, or is nobody's: sentences for a person.

import type { Run } from '../runs/run.ts';
import type { Slot } from '../runs/slots.ts';
import { utcMinute, utcSecond } from '../util/clock.ts';
import { quote } from '../util/quote.ts';
import type { ListedSubmission } from './submission-source.ts';

/** How many slots a sentence tells more of than their names. */
export const TOLD = 3;

/** Longest quotation of Numerai's own words, in UTF-16 units. */
const QUOTE_MAX = 300;

/** How sentences name a slot: as the model where it is the only one. */
export function nameOf({ model, slots }: Pick<Run, 'model' | 'slots'>, slot: Pick<Slot, 'model'>): string {
  return slots.length > 1 ? slot.model : model;
}

/** Numerai has the submission, and it does not count. @param name of the model. */
function rejectedReason(name: string, submission: ListedSubmission): string {
  const { insertedAt, status, errorInfo } = submission;
  const words = [status, errorInfo].filter((part) => part !== null && part.trim() !== '').join(': ');
  const said = quote(words, QUOTE_MAX);
  return `Numerai has a submission of ${name}, of ${utcMinute(insertedAt)}, and does not accept it${said === '' ? '.' : `: ${said}`} Fix what the container uploads.`;
}

/** Of several slots: {@link rejectedReason} of the first ones. */
export function rejectedReasons(
  run: Pick<Run, 'model' | 'slots'>,
  rejected: readonly { readonly slot: Slot; readonly submission: ListedSubmission }[],
): string[] {
  return rejected.slice(0, TOLD).map(({ slot, submission }) => rejectedReason(nameOf(run, slot), submission));
}

/** @param closeTime of the run's round; null where it is not known. */
export function lateReason(
  { round }: Pick<Run, 'round'>,
  submission: Pick<ListedSubmission, 'insertedAt' | 'round'>,
  closeTime: Date | null,
): string {
  const at = utcSecond(submission.insertedAt);
  if (round !== null && submission.round !== null && submission.round !== round)
    return `The submission arrived at ${at}, and Numerai put it into round ${submission.round}: it does not count for round ${round}.`;
  const closed = closeTime === null ? '' : ` at ${utcSecond(closeTime)}`;
  return `The submission arrived at ${at}, after the round had closed${closed}: it is scored, but not staked.`;
}

/** A submission that no container of this app made. */
export function byOtherMeans({ insertedAt }: ListedSubmission): string {
  return `Numerai has a submission for the round that was made by other means, at ${utcMinute(insertedAt)}.`;
}
