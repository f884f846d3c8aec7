// What the Table service answers: what counts as an answer at all, and what it says of rows.

import * as z from 'zod/mini';
import { ExternalCallError } from '../util/external-call.ts';

/** @throws where the answer to a query is no list of rows: then nobody may think that there are none. */
export function checkIsList(raw: { readonly parsedBody?: unknown }, _flat: unknown, error?: unknown): void {
  if (error === undefined && !listOfRows.safeParse(raw.parsedBody).success)
    throw new Error('The answer is not a list of rows.');
}

const listOfRows = z.object({ value: z.array(z.looseObject({})) });

/** @throws where the table does not say as what the row was written. */
export function written(etag: string | undefined): string {
  if (etag) return etag;
  throw new Error('The answer has no ETag.');
}

/** Whether a part of a transaction was carried out. */
export const isDone = ({ status }: { readonly status: number }): boolean => status >= 200 && status < 300;

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
