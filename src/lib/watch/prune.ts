// Old history is removed a little at a time: once a day the oldest runs of each model and job are looked at, those of one at
// a tick, so that no tick grows with the history. A sweep that takes longer than a day is ended before the next begins.

import { utcDay } from '../util/clock.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Runs removed at one tick, at most: in a day more than a score of jobs that run each minute add. */
const AT_A_TICK = 100;

interface Progress {
  /** The day (UTC) on which the sweep began. */
  readonly day: string;
  /** Index of the next entry of models.json to look at; as many as there are when the sweep is done. */
  readonly next: number;
}

/**
 * Goes on with the sweep that `note` describes.
 * @returns the note for the next tick.
 */
export async function pruneALittle(
  dependencies: Pick<WatchDependencies, 'clock' | 'entries' | 'runs' | 'settings' | 'log'>,
  note: string,
): Promise<string> {
  const now = dependencies.clock.now();
  const today = utcDay(now);
  const last = readNote(note);
  const isDone = last.next >= dependencies.entries.length;
  const progress = last.next === 0 || (isDone && last.day !== today) ? { day: today, next: 0 } : last;
  const model = dependencies.entries[progress.next];
  if (model === undefined) return writeNote(progress);
  const before = new Date(now.getTime() - dependencies.settings.historyDays * 24 * 3600 * 1000);
  const removed = await dependencies.runs.prune(model.name, before, AT_A_TICK);
  if (removed > 0) dependencies.log.info({ model: model.name, removed }, 'old runs removed');
  // A full batch means that there may be more of this model.
  return writeNote(removed < AT_A_TICK ? { ...progress, next: progress.next + 1 } : progress);
}

function readNote(note: string): Progress {
  const [day = '', next = '0'] = note.split(' ');
  return { day, next: Number(next) || 0 };
}

function writeNote({ day, next }: Progress): string {
  return `${day} ${next}`;
}
