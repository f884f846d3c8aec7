// Follows a run, through its attempts, to the end.

import { hasEnded } from '../src/lib/runs/run.ts';
import type { Clock } from '../src/lib/util/clock.ts';
import type { AppClient, AppRun } from './app-client.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { duration } from './format.ts';
import type { Steps } from './steps.ts';

/** Short at first, while much happens, then longer. */
const POLL_MS = { first: 1000, later: 3000, firstFor: 60_000 } as const;
/** For how long an app that does not answer in between is asked again. */
const PATIENCE_MS = 60_000;
const LOG_LINES = 15;

export interface FollowOptions {
  readonly app: AppClient;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly until: Date;
}

/**
 * Reports each step of a run.
 * @returns the last attempt, ended.
 * @throws {CommandFailure} `timeout`, or what the app answered.
 */
export async function followRun(first: AppRun, options: FollowOptions): Promise<AppRun> {
  const { app, steps, clock } = options;
  for (let attempt = first; ; ) {
    const ended = await followAttempt(attempt, options);
    if (ended.state === 'succeeded') return ended;
    steps.report('failed', 'ended', outcomeOf(ended));
    // The record of the next attempt is written together with the end of this one.
    const next = (await patiently(options, () => app.runs(ended.model))).find(
      (candidate) => candidate.previousRunId === ended.id,
    );
    if (next === undefined) return ended;
    steps.report('note', 'tried again', `attempt ${next.attempt}, run ${next.id}`);
    attempt = next;
    await clock.sleep(POLL_MS.first);
  }
}

async function followAttempt(first: AppRun, options: FollowOptions): Promise<AppRun> {
  const { app, steps, clock, until } = options;
  const begun = clock.now().getTime();
  const reported = new Set<string>();
  const once = (name: string, detail: string) => {
    if (!reported.has(name)) steps.report('ok', name, detail);
    reported.add(name);
  };
  for (let run = first; ; run = await patiently(options, () => app.run(run.model, run.id))) {
    const place = run.location === null ? '' : ` in ${run.location}`;
    const accepted = run.state === 'starting' || run.startedAt !== null || run.exitCode !== null;
    if (accepted) once('container started', `${run.containerGroup ?? ''}${place}`);
    if (run.startedAt !== null) once('running', '');
    const exited = run.exitCode !== null;
    if (exited && run.exitCode === 0) once('ended', endOf(run));
    if (hasEnded(run)) return run;
    const now = clock.now();
    if (now > until)
      throw new CommandFailure(
        EXIT.timeout,
        `Not finished after ${duration(now.getTime() - begun)}: run ${run.id} is ${run.state}, and continues. Follow it at ${app.url}/api/dashboard.`,
      );
    steps.waiting(
      exited ? 'waiting for Numerai to show the submission' : (run.reason ?? run.state),
    );
    await clock.sleep(now.getTime() - begun < POLL_MS.firstFor ? POLL_MS.first : POLL_MS.later);
  }
}

/** Repeats a request that failed for a passing reason. */
async function patiently<T>({ clock }: FollowOptions, request: () => Promise<T>): Promise<T> {
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

function endOf(run: AppRun): string {
  const took = run.durationSeconds === null ? '' : ` after ${duration(run.durationSeconds * 1000)}`;
  return `exit code ${run.exitCode}${took}`;
}

function outcomeOf(run: AppRun): string {
  return run.exitCode === null ? run.state : `${run.state}, ${endOf(run)}`;
}

/** The last lines of a log. */
export function lastLines(log: string): readonly string[] {
  return log.trimEnd().split(/\r?\n/).slice(-LOG_LINES);
}
