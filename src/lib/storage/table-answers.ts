// What the Table service says of rows where it refuses a call.

import { ExternalCallError } from '../util/external-call.ts';

/** What passes within minutes. */
export const BEING_MADE = ['TableBeingDeleted', 'AccountBeingCreated'];

/** What the table says of rows: a status with the code that goes with it, since others say something else by the status. */
type RowAnswer = readonly [status: number, codes: readonly string[]];
export const MISSING: RowAnswer = [404, ['ResourceNotFound', 'EntityNotFound']];
export const EXISTS: RowAnswer = [409, ['EntityAlreadyExists']];
/** Somebody else removed the row, or wrote first. */
export const STALE: readonly RowAnswer[] = [MISSING, [412, ['UpdateConditionNotSatisfied', 'ConditionNotMet']]];

const isAnswer = (error: unknown, answers: readonly RowAnswer[]): boolean =>
  error instanceof ExternalCallError &&
  answers.some(([status, codes]) => error.status === status && codes.includes(error.serviceCode ?? ''));

/** Whether a conditional write was refused because somebody else wrote first. */
export const isStale = (error: unknown): boolean => isAnswer(error, STALE);

/** Null instead of an error where the table answered one of these. */
export async function nullWhere<T>(answers: readonly RowAnswer[], ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isAnswer(error, answers)) return null;
    throw error;
  }
}
