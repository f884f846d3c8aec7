// Old history is removed a little at a time: once a day each model's oldest runs are looked at, a model
// a tick, so that no tick grows with the history.

import { utcDay } from '../util/clock.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Runs removed at one tick, at most. */
const AT_A_TICK = 20;

interface Progress {
  /** Day (UTC) that is being swept, or was swept last. */
  readonly day: string;
  /** Index of the next model to look at; as many as there are models when the sweep is done. */
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
  const progress = last.day === today ? last : { day: today, next: 0 };
  const model = dependencies.entries[progress.next];
  if (model === undefined) return writeNote(progress);
  const before = new Date(now.getTime() - dependencies.settings.historyDays * 24 * 3600 * 1000);
  const removed = await dependencies.runs.prune(model.name, before, AT_A_TICK);
  if (removed > 0) dependencies.log.info({ model: model.name, removed }, 'old runs removed');
  // A full batch means that there may be more of this model.
  return writeNote(removed < AT_A_TICK ? { day: today, next: progress.next + 1 } : progress);
}

function readNote(note: string): Progress {
  const [day = '', next = '0'] = note.split(' ');
  return { day, next: Number(next) || 0 };
}

function writeNote({ day, next }: Progress): string {
  return `${day} ${next}`;
}
