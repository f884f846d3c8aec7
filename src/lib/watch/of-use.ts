// Is an attempt of use to the run any more? Pure functions of the run, its window and the configuration.

import type { Entry } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import { ageMs, utcMinute } from '../util/clock.ts';
import { ATTEMPTS } from './moments.ts';
import { isOver, type Window } from './window.ts';

function changed(run: Run, { tournament }: Pick<Entry, 'tournament'>): string {
  if (tournament === null) return `In models.json, ${run.model} is now a job, and this run is that of a model.`;
  if (run.tournament === null) return `In models.json, ${run.model} is now a model, and this run is that of a job.`;
  return `In models.json, ${run.model} is now of the tournament ${tournament}, and this run is for ${run.tournament}.`;
}

/** Why no attempt is of use any more, in a sentence; null where one may be. */
export function whyOfNoUse(run: Run, model: Pick<Entry, 'tournament'>, window: Window, now: Date): string | null {
  if (model.tournament !== run.tournament) return changed(run, model);
  if (run.isTest)
    return ageMs(run.attempt?.requestedAt ?? run.requestedAt, now) > ATTEMPTS.testPatienceMs
      ? `A test waits ${ATTEMPTS.testPatienceMs / 60_000} minutes, and no longer.`
      : null;
  if (!isOver(window, now)) return null;
  const closed = `${window.name.replace(/^[a-z]/, (letter) => letter.toUpperCase())} closed at ${utcMinute(window.closeTime)}`;
  return (run.attempt?.outcome ?? null) === null
    ? `${closed}, before the container could be started.`
    : `${closed}, before the next attempt could be started.`;
}
