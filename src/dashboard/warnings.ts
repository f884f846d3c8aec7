// Troubles of the app itself, whatever the models do.

import type { Status } from '../lib/operations/status.ts';
import { someOf } from '../lib/util/sentences.ts';
import { atUtc, list, longSpan, plural } from './format.ts';
import type { Tone } from './tones.ts';

export interface Warning {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

/** What an operator can do whatever the app cannot. */
export const BY_HAND = 'Near the close, look at numer.ai, and submit by hand what is missing.';

/** The timers, and what it means when they do not run. */
const TIMERS = [
  [
    'watcher',
    'Runs are stopped, retried and verified only when somebody calls the app: keep this page open until it runs again.',
  ],
  ['fallback', 'A round that Numerai does not call for is started only when somebody calls the app.'],
] as const;

/** All there are. */
export function warningsOf({ at, timers, models, jobs, leftovers }: Status): Warning[] {
  const warnings: Warning[] = [];
  for (const [name, text] of TIMERS) {
    const { hasRun, silentSince } = timers[name];
    // Jobs have no rounds: on their pages the fallback is no trouble.
    if (silentSince === null || (name === 'fallback' && models.length === 0)) continue;
    const silence = longSpan((at.getTime() - silentSince.getTime()) / 1000);
    const since = hasRun ? `for ${silence}` : `since the app was deployed, ${silence} ago`;
    warnings.push({ tone: 'bad', title: `The ${name} has not run ${since}`, text });
  }
  const [unasked] = models.flatMap(({ roundsKnown: known, roundsAsOf }) =>
    known.kind === 'unknown' ? { why: known.why, roundsAsOf } : [],
  );
  if (unasked !== undefined) {
    const { why, roundsAsOf } = unasked;
    const shown = roundsAsOf === null ? 'the last round on record' : `what Numerai said ${atUtc(roundsAsOf, at)}`;
    warnings.push({
      tone: 'warn',
      title: 'Numerai cannot be asked which round is open',
      text: `What is shown is ${shown}. There is nothing to fix here: the app asks again by itself, and goes on with what is due. ${BY_HAND} ${why}`,
    });
  }
  if (leftovers.length > 0)
    warnings.push({
      tone: 'warn',
      title: `What is left of ${plural(leftovers.length, 'attempt')} could not be removed`,
      text: `The app tries again every hour. ${leftovers[0]?.reason ?? ''} Left: ${list(someOf(leftovers.map(({ execution, model }) => execution ?? model)))}.`,
    });
  const known = [
    ...models.map(({ model, unreadable }) => ({ ...model, unreadable })),
    ...jobs.map(({ job, unreadable }) => ({ ...job, unreadable })),
  ];
  const affected = known.filter(({ unreadable }) => unreadable > 0);
  if (affected.length > 0)
    warnings.push({
      tone: 'warn',
      title: unreadableWords(affected.reduce((sum, { unreadable }) => sum + unreadable, 0)),
      text: `The pages leave them out. Affected: ${list(someOf(affected.map(({ name }) => name)))}. A newer version of the app may have written them, or they are damaged.`,
    });
  return warnings;
}

/** `1 run cannot be read by this version of the app`. */
export function unreadableWords(count: number): string {
  return `${plural(count, 'run')} cannot be read by this version of the app`;
}
