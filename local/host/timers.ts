// Timer triggers, by the rules of the real host's timer extension (TimerListener and ScheduleMonitor in
// Azure/azure-webjobs-sdk-extensions): one invocation at a time, the schedule's state kept between starts, and
// one past-due invocation at the start if occurrences were missed. Unlike the real host's, whose machines keep the time,
// they go on where the clock is set back.

import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../files/replace-file.ts';
import type { Binding } from './core-api.ts';
import type { Invocations, Outcome } from './invocations.ts';
import type { Log } from './log.ts';
import type { Schedule } from './schedule.ts';
import type { RegisteredFunction } from './worker.ts';

export interface ScheduleStatus {
  /** ISO 8601, or .NET's DateTime.MinValue for never. */
  readonly last: string;
  readonly next: string;
  readonly lastUpdated: string;
}

const NEVER = '0001-01-01T00:00:00';
/** A longer wait is split: a clock that was set, and a machine that was asleep, are noticed after this time. */
const LONGEST_WAIT_MS = 60_000;

/** The status of all schedules, in one file; without a file it lasts as long as the process. */
export class ScheduleStatusStore {
  readonly #file: string | undefined;
  readonly #statuses: Record<string, ScheduleStatus>;

  constructor(file: string | undefined) {
    this.#file = file;
    this.#statuses = file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  }

  get(name: string): ScheduleStatus | undefined {
    return this.#statuses[name];
  }

  set(name: string, status: ScheduleStatus): void {
    this.#statuses[name] = status;
    if (this.#file !== undefined) replaceFile(this.#file, `${JSON.stringify(this.#statuses, null, 2)}\n`);
  }
}

export interface TimerOptions {
  readonly registered: RegisteredFunction;
  readonly binding: Binding;
  readonly schedule: Schedule;
  readonly store: ScheduleStatusStore;
  readonly invocations: Invocations;
  readonly log: Log;
}

export class Timer {
  readonly #options: TimerOptions;
  readonly #name: string;
  readonly #monitored: boolean;
  #status: ScheduleStatus;
  #waiting: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The latest invocation; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TimerOptions) {
    this.#options = options;
    this.#name = options.registered.metadata.name;
    const now = new Date();
    const { schedule, store, binding } = options;
    // The real host keeps no status for schedules that occur more often than once a minute.
    const first = schedule.next(now);
    const frequent = schedule.next(first).getTime() - now.getTime() <= 60_000;
    this.#monitored = binding.useMonitor !== false && !frequent;
    this.#status = (this.#monitored ? store.get(this.#name) : undefined) ?? {
      last: NEVER,
      next: first.toISOString(),
      lastUpdated: NEVER,
    };
  }

  /** Starts to follow the schedule. */
  start(): void {
    const now = new Date();
    const originalSchedule = this.#pastDueSince(now);
    if (originalSchedule !== undefined) {
      this.#say(`Function '${this.#name}' is past due on startup. Executing now.`);
      void this.#fire(now, {
        isPastDue: true,
        details: `UnscheduledInvocationReason: IsPastDue, OriginalSchedule: ${originalSchedule}`,
      });
    } else if (this.#options.binding.runOnStartup === true) {
      this.#say(`Function '${this.#name}' is configured to run on startup. Executing now.`);
      void this.#fire(now, {
        isPastDue: false,
        details: 'UnscheduledInvocationReason: RunOnStartup',
      });
    } else this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#waiting);
  }

  /** Runs one invocation now, after any that is under way. The schedule is not affected. */
  run(options: { isPastDue?: boolean | undefined; reason?: string | undefined } = {}): Promise<Outcome> {
    return this.#invoke({
      isPastDue: options.isPastDue === true,
      reason: options.reason ?? `Timer fired at ${new Date().toISOString()}`,
    });
  }

  async #fire(firedAt: Date, what: { isPastDue: boolean; details?: string }): Promise<void> {
    await this.#invoke({ ...what, reason: `Timer fired at ${firedAt.toISOString()}` });
    if (this.#stopped) return;
    const now = new Date();
    // The clock may have been set back meanwhile.
    const counted = now < firedAt ? now : firedAt;
    this.#record({
      last: counted.toISOString(),
      next: this.#options.schedule.next(counted).toISOString(),
      lastUpdated: counted.toISOString(),
    });
    this.#wait();
  }

  #wait(): void {
    if (this.#stopped) return;
    const since = new Date();
    const left = Math.max(0, new Date(this.#status.next).getTime() - since.getTime());
    this.#waiting = setTimeout(() => this.#look(since), Math.min(left, LONGEST_WAIT_MS));
  }

  /** Whether it is time, by a clock that may have been set since the wait began. */
  #look(since: Date): void {
    const now = new Date();
    if (now < since) this.#planAnew(now);
    if (now < new Date(this.#status.next)) this.#wait();
    else void this.#fire(now, { isPastDue: false });
  }

  /** As if it had never run: what is known of it is of another schedule, or of a time that is still to come. */
  #planAnew(now: Date): void {
    this.#record({ last: NEVER, next: this.#options.schedule.next(now).toISOString(), lastUpdated: now.toISOString() });
  }

  #invoke(what: { isPastDue: boolean; reason: string; details?: string }): Promise<Outcome> {
    const { registered, invocations, schedule } = this.#options;
    const invocation = this.#turn.then(() =>
      invocations.run(registered, {
        reason: what.reason,
        ...(what.details === undefined ? {} : { details: what.details }),
        retry: registered.metadata.retryOptions,
        data: {
          json: JSON.stringify({
            Schedule: { AdjustForDST: schedule.adjustForDst },
            ScheduleStatus: this.#monitored
              ? {
                  Last: this.#status.last,
                  Next: this.#status.next,
                  LastUpdated: this.#status.lastUpdated,
                }
              : null,
            IsPastDue: what.isPastDue,
          }),
        },
      }),
    );
    this.#turn = invocation;
    return invocation;
  }

  /** The occurrence that was missed, if any. A schedule that has changed in the meantime has missed none. */
  #pastDueSince(now: Date): string | undefined {
    if (!this.#monitored) return undefined;
    const { schedule, store } = this.#options;
    const known = store.get(this.#name);
    if (known === undefined) {
      this.#record({ ...this.#status, lastUpdated: now.toISOString() });
      return undefined;
    }
    const since = new Date(known.last === NEVER ? known.lastUpdated : known.last);
    const expected = schedule.next(since);
    if (since > now) this.#planAnew(now);
    else if (expected.toISOString() !== known.next) {
      const next = now > expected ? schedule.next(now) : expected;
      this.#record({ last: NEVER, next: next.toISOString(), lastUpdated: now.toISOString() });
    }
    return now > new Date(this.#status.next) ? this.#status.next : undefined;
  }

  #record(status: ScheduleStatus): void {
    this.#status = status;
    if (this.#monitored) this.#options.store.set(this.#name, status);
  }

  #say(message: string): void {
    this.#options.log({ level: 'information', message, functionName: this.#name });
  }
}
