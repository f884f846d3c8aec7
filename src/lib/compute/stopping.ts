// Discarding where executions stay in the platform's history: nothing is removed, and all that goes on is stopped.

import { ExternalCallError } from '../util/external-call.ts';
import { quote } from '../util/quote.ts';
import { type Discarded, NotRemoved } from './platform.ts';

/** Asks for all of it, whatever becomes of the others. @returns whether any may still run. Throws what one of them threw. */
export async function stopEach<T>(all: readonly T[], stop: (each: T) => Promise<boolean>): Promise<boolean> {
  const results = await Promise.allSettled(all.map(stop));
  const failed = results.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.some((each) => each.status === 'fulfilled' && each.value);
}

/** Whether Azure says that something is in transition: the same call may succeed later. */
export function isInTransition({ failure, status, explanation }: ExternalCallError): boolean {
  return failure === 'refused' && status === 409 && explanation === null;
}

/**
 * @param mayRun from a stop of all that goes on.
 * @param couldNot what is said where Azure refuses it, in words that end with a colon.
 * @throws {NotRemoved}
 */
export async function discardByStop(
  mayRun: Promise<boolean>,
  { couldNot, remedyOf }: { readonly couldNot: string; readonly remedyOf: (error: ExternalCallError) => string },
): Promise<Discarded> {
  try {
    return (await mayRun) ? 'going' : 'gone';
  } catch (error) {
    if (!(error instanceof ExternalCallError) || error.failure !== 'refused') throw error;
    const message = `${couldNot} ${quote(error.message)} ${remedyOf(error)}`;
    throw new NotRemoved(message, { mayStillRun: true, cause: error });
  }
}
