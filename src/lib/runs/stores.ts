// The ports to the record: what the domain needs of a store of runs, of their logs, and of the in-flight
// index. Storage implements them.

import { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import type { Attempt } from './attempt.ts';
import type { Pause } from './pause.ts';
import type { Run } from './run.ts';

/** A record together with the ETag that a change of it must match. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** Somebody else wrote first. The one that meets it looks again, now or at the next tick. */
export class StaleRunError extends AppError {
  constructor(model: string) {
    super('stale-run', `A run of ${model} was changed by somebody else in the meantime.`);
  }
}

/** Whether another look, now or at the next tick, may get over it. */
export function isPassing(error: unknown): boolean {
  return error instanceof StaleRunError || error instanceof ExternalCallError;
}

/** For what can be done without: null where another look may get over the error. */
export function nullIfPassing(error: unknown): null {
  if (isPassing(error)) return null;
  throw error;
}

/** A run with the attempts that ended before its current one, oldest first. */
export interface RunRecord {
  readonly run: Run;
  readonly earlier: readonly Attempt[];
}

export interface RunList {
  readonly records: readonly RunRecord[];
  /** Rows that could not be read, and are left out. */
  readonly unreadable: number;
  /** The id of the last run looked at, readable or not, where more may follow; null at the end. */
  readonly next: string | null;
}

/** What an overview shows of the runs of a model that have ended; summary.ts says how much that is. */
export type Summary = Pick<RunList, 'records' | 'unreadable'>;

/** The summaries of all models and jobs, in one range of keys. */
export interface SummaryStore {
  /** In one query, by name; one that cannot be read is left out. */
  readAll(): Promise<ReadonlyMap<string, Summary>>;
  /** The ETag of the summary, readable or not; null where there is none. */
  getEtag(model: string): Promise<string | null>;
  /**
   * @param known the ETag as it was before the rows were read that are summed up; null where there was none.
   * @returns false where somebody else has written meanwhile.
   */
  write(model: string, summary: Summary, known: string | null): Promise<boolean>;
  /** Removes those of all others; one that is missed is made anew. */
  removeOthers(models: ReadonlySet<string>): Promise<void>;
}

/** Writes of one transaction; all of one model. A claim names a run by its id. */
export type RunWrite =
  | { readonly do: 'insert-run'; readonly run: Run }
  | { readonly do: 'update-run'; readonly run: Run; readonly known: Stored<Run> }
  | { readonly do: 'keep-attempt'; readonly runId: string; readonly attempt: Attempt }
  | { readonly do: 'insert-claim'; readonly key: string; readonly runId: string }
  | {
      readonly do: 'update-claim';
      readonly key: string;
      readonly runId: string;
      readonly etag: string;
    };

export interface RunStore {
  /**
   * Writes all or nothing.
   * @returns the new ETag of the run written; `null` where a row to insert exists already.
   * @throws {StaleRunError} where an ETag no longer matches.
   */
  write(model: string, writes: readonly RunWrite[], signal?: AbortSignal): Promise<string | null>;
  /** @returns null where there is no such run, `unreadable` where its row cannot be read. */
  get(model: string, runId: string, signal?: AbortSignal): Promise<Stored<Run> | null | 'unreadable'>;
  /** The run with its earlier attempts, in one query. */
  getRecord(model: string, runId: string): Promise<RunRecord | null | 'unreadable'>;
  /** The id of the run that a claim names. */
  getClaim(model: string, key: string, signal?: AbortSignal): Promise<Stored<string> | null>;
  /**
   * Changes one run.
   * @throws {StaleRunError}
   */
  update(stored: Stored<Run>, changes: Partial<Run>, signal?: AbortSignal): Promise<Stored<Run>>;
  /**
   * Takes the place of a run that the in-flight index names and nobody wrote, so that it can never be
   * written any more. @returns false where the run exists after all.
   */
  voidRun(model: string, runId: string): Promise<boolean>;
  /** Runs of a model, newest first; `after` is the id of the last run of the page before. */
  list(model: string, options: { readonly limit: number; readonly after?: string | undefined }): Promise<RunList>;
  /** The first model of which there is any row, between two names and including them; null where there is none. */
  firstModel(from: string, to: string): Promise<string | null>;
  /** Removes rows of a model that are older than `before`; at most `limit` runs. @returns how many. */
  prune(model: string, before: Date, limit: number): Promise<number>;
}

/** The logs of attempts. */
export interface LogStore {
  /** The log kept, or null where none was. */
  load(model: string, runId: string, attempt: number): Promise<string | null>;
  /**
   * Makes of what is kept what `change` makes of it: all of that or nothing. `change` gets an empty text where nothing
   * is kept, and is called again where somebody else has written meanwhile.
   * @returns what is kept then.
   */
  update(model: string, runId: string, attempt: number, change: (kept: string) => string): Promise<string>;
}

/** How many executions were started on a day (UTC, such as `2026-04-28`): for rounds, and for tests. */
export interface DayOfStarts {
  readonly day: string;
  readonly starts: number;
  readonly testStarts: number;
}

/** The count of the last day on which something was started. */
export interface StartCounter {
  /** @returns null where nothing was ever started. */
  read(signal?: AbortSignal): Promise<Stored<DayOfStarts> | null>;
  /**
   * @param known the ETag of the last read or write; empty where there was none.
   * @returns the new ETag; null where somebody else wrote first: nothing is changed then.
   */
  write(counts: DayOfStarts, known: string, signal?: AbortSignal): Promise<string | null>;
}

/** One entry of the in-flight index. */
export interface InFlightEntry {
  readonly model: string;
  readonly runId: string;
  readonly writtenAt: Date;
}

/** An entry as it was read; its ETag changes when it is added again. */
export interface StoredEntry extends InFlightEntry {
  readonly etag: string;
}

/** What is left of an attempt that has ended, and could not be removed. */
export interface Leftover {
  readonly model: string;
  readonly runId: string;
  readonly attempt: number;
  /** The platform's name of it; null where it has none. */
  readonly execution: string | null;
  /** Why it could not be removed, and what to do. */
  readonly reason: string;
  readonly since: Date;
  /** When the removal is tried again. */
  readonly notBefore: Date;
}

/** What a failed attempt has left, and is kept to be looked at. */
export interface Kept {
  readonly model: string;
  readonly runId: string;
  readonly attempt: number;
  /** The platform's name of it; null where it has none. */
  readonly execution: string | null;
  /** How to look at it, in a sentence. */
  readonly look: string;
  /** When it is removed. */
  readonly until: Date;
}

/** How far the scheduled times of a job have been dealt with. */
export interface ScheduleMark {
  readonly job: string;
  /** The expression that this is said of. */
  readonly schedule: string;
  /** Times up to this one have been dealt with, or passed before the job was there. */
  readonly since: Date;
  /** Times that passed since the last start because a run was under way. */
  readonly skipped: { readonly count: number; readonly last: Date } | null;
}

/** A model whose summary may be older than its rows: a run that is not in flight was changed, or was about to be. */
export interface Outdated {
  readonly model: string;
  /** When the watcher first saw that; null where it has not yet. */
  readonly since: Date | null;
  readonly etag: string;
}

/** A mark as it was read. */
export interface StoredMark extends ScheduleMark {
  readonly etag: string;
}

export type Timer = 'watcher' | 'fallback';

export interface Tick {
  readonly at: Date;
  /** What the timer remembers from tick to tick, such as how far the clearing of old runs has come. */
  readonly note: string;
}

export type Ticks = Readonly<Partial<Record<Timer, Tick>>>;

/** All that the in-flight index holds. */
export interface InFlightState {
  readonly entries: readonly StoredEntry[];
  readonly leftovers: readonly Leftover[];
  readonly kept: readonly Kept[];
  readonly ticks: Ticks;
  readonly schedules: readonly StoredMark[];
  /** Models whose summaries are to be made anew. */
  readonly outdated: readonly Outdated[];
  /** What operators did last about models and jobs. */
  readonly pauses: readonly Pause[];
  /** When the app was last deployed, rolled back or configured anew; null where no tick has noticed yet. */
  readonly deployedAt: Date | null;
  /** The fingerprint of that deployment. */
  readonly deployment: string | null;
}

/**
 * The runs that have not ended, what those that have ended left behind, when the timers last ran, how far the jobs' times
 * have come, what is paused, and when the app was deployed.
 */
export interface InFlightIndex {
  add(entry: InFlightEntry, signal?: AbortSignal): Promise<void>;
  /** @param entry with an ETag: only if nobody has added it again since. */
  remove(entry: Pick<StoredEntry, 'runId'> & Partial<Pick<StoredEntry, 'etag'>>, signal?: AbortSignal): Promise<void>;
  /** Everything in one query. */
  read(): Promise<InFlightState>;
  /** Lists what could not be removed, or when that is tried again. */
  putLeftover(leftover: Leftover): Promise<void>;
  /** Lists what is kept. */
  putKept(kept: Kept): Promise<void>;
  /**
   * Says that the summary of a model is out of date: before a run is written that is not in flight. Who dies in between
   * leaves a mark too many, and no summary that is wrong.
   */
  markOutdated(model: string, signal?: AbortSignal): Promise<void>;
  /** When the watcher has first seen the mark. */
  noteOutdated(outdated: Pick<Outdated, 'model' | 'etag'>, since: Date): Promise<void>;
  /** Says that a summary is up to date again, unless somebody has said otherwise since. */
  removeOutdated(outdated: Pick<Outdated, 'model' | 'etag'>): Promise<void>;
  /** Strikes out either. */
  strike(leftover: Pick<Leftover, 'runId' | 'attempt'>): Promise<void>;
  recordTick(timer: Timer, tick: Tick): Promise<void>;
  /** Does nothing where `known` is no longer what there is: a slower instance must not take the times back. */
  putSchedule(mark: ScheduleMark, known: StoredMark | null): Promise<void>;
  removeSchedule(job: string): Promise<void>;
  /** What an operator did last about a model or job, alone; null where that is nothing. */
  getPause(model: string, signal?: AbortSignal): Promise<Pause | null>;
  putPause(pause: Pause): Promise<void>;
  /** @param fingerprint of the deployment that there is since `at`. */
  recordDeployment(fingerprint: string, at: Date): Promise<void>;
}
