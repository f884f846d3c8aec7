// What several functions read from a query.

import { BadRequestError } from './handler.ts';

/** The number of an attempt in `?attempt=`; null where there is none. @throws {BadRequestError} */
export function attemptNumber(query: URLSearchParams): number | null {
  const given = query.get('attempt');
  if (given === null || given === '') return null;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new BadRequestError('attempt must be the number of an attempt: 1, 2 …');
  return number;
}
