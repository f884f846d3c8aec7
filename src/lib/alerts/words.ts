// Reasons as messages quote them.

import { withFullStop } from '../util/sentences.ts';
import { within } from './formats/escape.ts';

/** Longest reason that an alert carries, in UTF-16 units; the run's page has all of it. */
const REASON_MAX = 1_500;

/** A reason, cut where it is too long, as a sentence. */
export function sentence(text: string): string {
  return withFullStop(within(text.trim(), REASON_MAX));
}
