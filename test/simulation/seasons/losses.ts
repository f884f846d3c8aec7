// Why a round was lost, by what the record and the alerts say. A loss that neither names is unexplained.

import type { Attempt } from '../app/record.ts';
import type { RoundOutcome } from './outcomes.ts';

export interface Loss {
  /** The failure on record, or what else is known; in a few words. */
  readonly cause: string;
  readonly isExplained: boolean;
}

/** @returns null where nothing was lost: the round was won, or nobody could have won it. */
export function lossOf(outcome: RoundOutcome): Loss | null {
  if (outcome.isWon || !outcome.verdict.isPossible) return null;
  const last = outcome.attempts.at(-1);
  const told = outcome.alerts.find(({ model }) => model !== null) ?? outcome.alerts[0];
  const onRecord = last === undefined ? null : causeOnRecord(last);
  if (onRecord !== null) return { cause: onRecord, isExplained: true };
  // An alert about the app as a whole does not explain what the record calls good.
  const explains = told !== undefined && (told.model !== null || last?.state !== 'succeeded');
  if (explains) return { cause: `alert ${told.kind}`, isExplained: true };
  const cause = last === undefined ? 'nothing on record' : `recorded as ${last.state}, ${last.submission}`;
  return { cause, isExplained: false };
}

/** What the record says went wrong; null where it calls the round good, or says nothing. */
function causeOnRecord({ state, failure, submission, reason }: Attempt): string | null {
  if (submission === 'late' && reason !== null) return 'late';
  if (state === 'succeeded') return null;
  return failure ?? (reason === null ? null : state);
}

/** Won, though its record says that it was not. */
export function isFalseAlarm({ isWon, attempts }: RoundOutcome): boolean {
  const last = attempts.at(-1);
  return isWon && last !== undefined && (last.state !== 'succeeded' || last.submission === 'late');
}
