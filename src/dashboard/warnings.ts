// Troubles of the app itself, whatever the models do.

import type { ModelStatus, Status, TimerStatus } from '../lib/operations/status.ts';
import { list, longSpan, plural } from './format.ts';
import type { Tone } from './tones.ts';

export interface Warning {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

/** All there are. */
export function warningsOf(status: Status): Warning[] {
  const { watcher, fallback } = status.timers;
  return [
    ...ofTimer(
      'watcher',
      watcher,
      'Runs do not move on: nothing is stopped, retried or verified until it runs again.',
      status.at,
    ),
    ...ofTimer(
      'fallback',
      fallback,
      'A round that Numerai does not call for is not started by itself.',
      status.at,
    ),
    ...ofRounds(status.models),
    ...ofUnreadable(status.models),
  ];
}

function ofTimer(name: string, timer: TimerStatus, effect: string, now: Date): Warning[] {
  if (timer.recent) return [];
  const title =
    timer.lastTickAt === null
      ? `The ${name} has not run yet`
      : `The ${name} has not run for ${longSpan((now.getTime() - timer.lastTickAt.getTime()) / 1000)}`;
  // Right after a deployment neither timer has run; later it is a trouble.
  return [{ tone: timer.lastTickAt === null ? 'warn' : 'bad', title, text: effect }];
}

function ofRounds(models: readonly ModelStatus[]): Warning[] {
  const unknown = models
    .map(({ roundsKnown }) => roundsKnown)
    .find(({ kind }) => kind === 'unknown');
  if (unknown?.kind !== 'unknown') return [];
  return [
    {
      tone: 'warn',
      title: 'Numerai cannot be asked which round is open',
      text: `What is shown is the last round on record. ${unknown.why}`,
    },
  ];
}

function ofUnreadable(models: readonly ModelStatus[]): Warning[] {
  const affected = models.filter(({ unreadable }) => unreadable > 0);
  if (affected.length === 0) return [];
  const count = affected.reduce((sum, { unreadable }) => sum + unreadable, 0);
  const names = affected.map(({ model }) => model.name);
  return [
    {
      tone: 'warn',
      title: unreadableWords(count),
      text: `These pages leave out what they were: of ${list(names)}. A newer version of the app may have written them.`,
    },
  ];
}

/** `2 runs cannot be read by this version of the app`. */
export function unreadableWords(count: number): string {
  return `${plural(count, 'run')} cannot be read by this version of the app`;
}
