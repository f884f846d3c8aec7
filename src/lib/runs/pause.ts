// Is a model or a job paused? models.json may say so, and an operator may: either is enough, and neither undoes the
// other. Pure functions of both.

import type { Entry } from '../config/models.ts';

/** What an operator did last about a model or a job: paused it, and may have resumed it since. */
export interface Pause {
  /** The name of the model or job. */
  readonly model: string;
  readonly pausedAt: Date;
  /** Null while it is paused. */
  readonly resumedAt: Date | null;
  /** Who paused it, as they called themselves. */
  readonly by: string;
  /** Why, in their words; null where they did not say. */
  readonly reason: string | null;
}

/** Why nothing of it is started by itself. */
export interface Paused {
  /** Null where models.json says so. */
  readonly since: Date | null;
  readonly by: string;
  readonly reason: string | null;
}

type Pausable = Pick<Entry, 'name' | 'paused'>;

const BY_FILE = 'models.json';

/** What an operator did last about this one. */
export function pauseOf({ name }: Pick<Entry, 'name'>, pauses: readonly Pause[]): Pause | null {
  return pauses.find(({ model }) => model === name) ?? null;
}

/** Whether it is paused now; null where it is not. */
export function pausedNow(entry: Pausable, pause: Pause | null): Paused | null {
  if (pause !== null && pause.resumedAt === null) return { since: pause.pausedAt, by: pause.by, reason: pause.reason };
  return entry.paused ? { since: null, by: BY_FILE, reason: null } : null;
}

/** Whether it was paused at `moment`, as far as that is on record. */
export function wasPausedAt(entry: Pausable, pause: Pause | null, moment: Date): boolean {
  if (entry.paused) return true;
  if (pause === null || pause.pausedAt > moment) return false;
  return pause.resumedAt === null || pause.resumedAt > moment;
}

/** `paused since 2026-04-07 11:58 UTC by somebody: a reason`. @param at how the time is written. */
export function pausedWords({ since, by, reason }: Paused, at: (time: Date) => string): string {
  const when = since === null ? `paused in ${by}` : `paused since ${at(since)} by ${by}`;
  return reason === null ? when : `${when}: ${reason}`;
}
