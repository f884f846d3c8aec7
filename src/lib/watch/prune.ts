// Old history is removed a little at a time: once a day the oldest runs of each model and job on record are looked at, those of
// one at a tick, so that no tick grows with the history. What models.json no longer has is on record all the same. A sweep
// that takes longer than a day is ended before the next begins.

import { isEntryName } from '../config/entry-fields.ts';
import { utcDay } from '../util/clock.ts';
import type { WatchDependencies } from './dependencies.ts';

/** Runs removed at one tick, at most: in a day more than a score of jobs that run each minute add. */
const AT_A_TICK = 100;

interface Progress {
  /** The day (UTC) on which the sweep began. */
  readonly day: string;
  /** The model or job that was looked at last; empty where none was yet, {@link DONE} where there is no other. */
  readonly last: string;
}

/** It sorts after all names, and so is the end of a sweep. */
const DONE = '~';

/**
 * Goes on with the sweep that `note` describes.
 * @returns the note for the next tick.
 */
export async function pruneALittle(
  {
    clock,
    entries,
    runs,
    summaries,
    settings,
    log,
  }: Pick<WatchDependencies, 'clock' | 'entries' | 'runs' | 'summaries' | 'settings' | 'log'>,
  note: string,
): Promise<string> {
  const now = clock.now();
  const today = utcDay(now);
  const known = readNote(note);
  const isToBegin = known.day === '' || (known.last === DONE && known.day !== today);
  const progress = isToBegin ? { day: today, last: '' } : known;
  if (progress.last === DONE) return note;
  // Of what a name is made of, the hyphen sorts first.
  const model = await runs.firstModel(progress.last === '' ? '' : `${progress.last}-`, DONE);
  if (model === null) {
    // What nobody shows any more: every overview would read it.
    await summaries.removeOthers(new Set(entries.map(({ name }) => name)));
    return writeNote({ ...progress, last: DONE });
  }
  const before = new Date(now.getTime() - settings.historyDays * 24 * 3600 * 1000);
  // What has another name is not the app's.
  const removed = isEntryName(model) ? await runs.prune(model, before, AT_A_TICK) : 0;
  if (removed > 0) log.info({ model, removed }, 'old runs removed');
  // A full batch means that there may be more of this model.
  return writeNote(removed < AT_A_TICK ? { ...progress, last: model } : progress);
}

/** What cannot be read begins a sweep anew. */
function readNote(note: string): Progress {
  const [, day = '', last = ''] = /^(\d{4}-\d\d-\d\d) (.*)$/s.exec(note) ?? [];
  return { day, last };
}

function writeNote({ day, last }: Progress): string {
  return `${day} ${last}`;
}
