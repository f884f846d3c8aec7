// Follows a run, through its attempts, to the end.

import { durationSeconds } from '../src/lib/runs/attempt.ts';
import { hasEnded } from '../src/lib/runs/run.ts';
import type { Clock } from '../src/lib/util/clock.ts';
import type { AppClient } from './app-client.ts';
import { type AppAttempt, type AppRun, ownerOf } from './app-schema.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { duration, moment } from './format.ts';
import type { Step, Steps } from './steps.ts';

/** Short at first, while much happens, then longer. */
const POLL_MS = { first: 1000, later: 3000, firstFor: 60_000 } as const;
/** For how long an app that does not answer in between is asked again. */
const PATIENCE_MS = 60_000;
/** Numerai itself may take minutes to show a submission; its emulator has it when the container ends. */
const SHOWN_AT_ONCE_MS = 15_000;
const LOG_LINES = 15;

export interface FollowOptions {
  readonly app: AppClient;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly until: Date;
  /** How many attempts had ended before, and are not reported. */
  readonly endedBefore: number;
  /** Whether the first attempt that ends is the last that is followed, and not for long: in a local environment. */
  readonly once: boolean;
}

/**
 * Reports each step of a run.
 * @returns the run, ended; one that waits for another attempt or for its submission, where it is followed once.
 * @throws {CommandFailure} `timeout`, or what the app answered.
 */
export async function followRun(first: AppRun, options: FollowOptions): Promise<AppRun> {
  const { app, steps, clock, until, endedBefore, once } = options;
  const begun = clock.now().getTime();
  const reported = new Set<string>();
  let goodSince: number | null = null;
  for (let run = first; ; run = await patiently(options, () => app.run(ownerOf(run), run.id))) {
    for (const [key, ...step] of stepsOf(run, endedBefore, once)) {
      if (!reported.has(key)) steps.report(...step);
      reported.add(key);
    }
    if (hasEnded(run) || (once && run.state === 'waiting' && run.attempts.at(-1)?.outcome != null)) return run;
    const now = clock.now();
    if (run.attempts.at(-1)?.exitCode === 0) goodSince ??= now.getTime();
    if (once && goodSince !== null && now.getTime() - goodSince > SHOWN_AT_ONCE_MS) return run;
    if (now > until)
      throw new CommandFailure(
        EXIT.timeout,
        `Not finished after ${duration(now.getTime() - begun)}: run ${run.id} is ${run.state}, and continues. Follow it at ${app.url}/api/dashboard.`,
      );
    steps.waiting(
      run.attempts.at(-1)?.exitCode === 0
        ? 'waiting for Numerai to show the submission'
        : run.waitingFor === null
          ? (run.reason ?? run.state)
          : `waiting for ${run.waitingFor}`,
    );
    await clock.sleep(now.getTime() - begun < POLL_MS.firstFor ? POLL_MS.first : POLL_MS.later);
  }
}

type KeyedStep = [key: string, mark: Step['mark'], name: string, detail: string];

/** What has happened so far, in order. */
function stepsOf(run: AppRun, endedBefore: number, once: boolean): readonly KeyedStep[] {
  const attempts = run.attempts.filter(({ number }) => number > endedBefore);
  const steps = attempts.flatMap(stepsOfAttempt);
  if (run.state !== 'waiting') return steps;
  const why = run.waitingFor === null ? null : `for ${run.waitingFor}`;
  const when = run.nextAttemptAt === null || once ? null : `next attempt at ${moment(new Date(run.nextAttemptAt))}`;
  const what = [why, when].filter((part) => part !== null).join('; ');
  // That of an attempt which has ended is in its own step.
  const last = attempts.at(-1);
  const isSaid = run.reason === null || (last?.outcome != null && run.reason === last.reason);
  const reason = isSaid ? '' : `. ${run.reason}`;
  return [...steps, [`waiting ${run.attempts.length}`, 'note', 'waiting', `${what}${reason}`]];
}

function stepsOfAttempt(attempt: AppAttempt): readonly KeyedStep[] {
  const { number, execution, location, startedAt, exitCode, outcome, reason, slots } = attempt;
  const steps: KeyedStep[] = [];
  const add = (mark: Step['mark'], name: string, detail: string) =>
    steps.push([`${number} ${mark} ${name}`, mark, name, detail]);
  if (number > 1) add('note', 'tried again', `attempt ${number}${slots === null ? '' : `, for ${slots.join(', ')}`}`);
  if (execution !== null) add('ok', 'container started', `${execution}${location === null ? '' : ` in ${location}`}`);
  if (startedAt !== null) add('ok', 'running', '');
  if (exitCode === 0) add('ok', 'ended', endOf(attempt));
  if (outcome !== null && outcome !== 'succeeded')
    add(
      'failed',
      'ended',
      `${outcome.replace('_', ' ')}${exitCode === null ? '' : `, ${endOf(attempt)}`}${reason === null ? '' : `. ${reason}`}`,
    );
  return steps;
}

function endOf(attempt: AppAttempt): string {
  const seconds = durationSeconds(attempt);
  return `exit code ${attempt.exitCode}${seconds === null ? '' : ` after ${duration(seconds * 1000)}`}`;
}

/** Repeats a request that failed for a passing reason. */
export async function patiently<T>({ clock }: { readonly clock: Clock }, request: () => Promise<T>): Promise<T> {
  const giveUpAt = clock.now().getTime() + PATIENCE_MS;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      const passing = error instanceof CommandFailure && error.exitCode === EXIT.unreachable;
      if (!passing || clock.now().getTime() > giveUpAt) throw error;
      await clock.sleep(POLL_MS.later);
    }
  }
}

/** The last lines of a log. */
export function lastLines(log: string): readonly string[] {
  return log.trimEnd().split(/\r?\n/).slice(-LOG_LINES);
}
