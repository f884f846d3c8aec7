// The trigger ids of further calls for a round that has its run. Each slot may have a webhook of its own, and Numerai
// calls all of them at once: those of one process are written together, and those of others are waited for.

import type { Asked } from '../runs/new-run.ts';
import { type Run, withTriggerId } from '../runs/run.ts';
import { isPassing, nullIfPassing, type RunStore, StaleRunError, type Stored } from '../runs/stores.ts';
import { type Clock, untilAborted } from '../util/clock.ts';
import type { Log } from '../util/log.ts';

type Call = Pick<Asked, 'triggerId' | 'isTest'> & { readonly signal?: AbortSignal | undefined };

/**
 * Keeps the id of a further call for the same round: a submission that carries it is the run's. The call is answered all
 * the same where that fails, or its time is over.
 */
export type NoteTriggerId = (log: Log, call: Call, holder: Stored<Run>) => Promise<Stored<Run>>;

interface NoteDependencies {
  readonly runs: RunStore;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Other instances note ids of the same run: so often it is tried again. */
const NOTE_TRIES = 8;
/** Each time it waits longer, by chance up to so many milliseconds more, so that they do not meet again. */
const NOTE_WAIT_MS = 250;

/** Makes that of this process. */
export function createNoteTriggerId(dependencies: NoteDependencies): NoteTriggerId {
  /** By run: the ids that are still to be written, and what is being done about it. */
  const underWay = new Map<string, { readonly ids: Set<string>; readonly done: Promise<Stored<Run>> }>();

  return (log, { triggerId, isTest, signal }, holder) => {
    const { id, triggerIds } = holder.value;
    if (isTest || triggerId === null || triggerIds.includes(triggerId)) return Promise.resolve(holder);
    const others = underWay.get(id);
    others?.ids.add(triggerId);
    const ids = new Set([triggerId]);
    const done = others?.done ?? write(dependencies, log, holder, ids, () => underWay.delete(id));
    if (others === undefined) underWay.set(id, { ids, done });
    return untilAborted(done, signal, () => holder);
  };
}

/** Writes the ids, and those that come meanwhile. @param onEnd called at once when no more can come. */
async function write(
  { runs, clock, random }: NoteDependencies,
  log: Log,
  holder: Stored<Run>,
  ids: Set<string>,
  onEnd: () => void,
): Promise<Stored<Run>> {
  const { model, id } = holder.value;
  let known = holder;
  let tried = 0;
  try {
    while (ids.size > 0) {
      const taken = [...ids];
      try {
        let noted = known.value;
        for (const each of taken) noted = { ...noted, ...withTriggerId(noted, each) };
        known = await runs.update(known, { triggerIds: noted.triggerIds });
        for (const each of taken) ids.delete(each);
        tried = 0;
      } catch (error) {
        if (!isPassing(error)) throw error;
        tried += 1;
        const mayTry = error instanceof StaleRunError && tried < NOTE_TRIES;
        if (mayTry) await clock.sleep(random() * tried * NOTE_WAIT_MS);
        const fresh = mayTry ? await runs.get(model, id).catch(nullIfPassing) : null;
        if (fresh === null || fresh === 'unreadable') {
          log.warn({ err: error, model, runId: id, triggerIds: taken }, 'trigger ids not kept');
          return known;
        }
        known = fresh;
      }
    }
    return known;
  } finally {
    onEnd();
  }
}
