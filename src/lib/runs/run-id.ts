// Run ids are ULIDs: they sort by the time they were made. Table rows sort upwards by key, so the key of
// a run is its id turned round: the newest run comes first, and a run is found by its id alone.

import { monotonicFactory } from 'ulid';
import type { Clock } from '../util/clock.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The form of a run id. */
export const RUN_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Makes run ids, each greater than the one before. `random` gives numbers from 0 up to 1. */
export function createIdFactory(clock: Clock, random: () => number): () => string {
  const next = monotonicFactory(random);
  return () => next(clock.now().getTime());
}

/** Whether a string from outside can be a run id. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** Reverses the order of ids: `a < b` exactly when `reverseOrder(b) < reverseOrder(a)`. Its own inverse. */
export function reverseOrder(id: string): string {
  return Array.from(id, (character) => ALPHABET[31 - ALPHABET.indexOf(character)] ?? character).join('');
}
