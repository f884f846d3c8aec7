// Follows a run, through its retries, to the end.

import { hasEnded } from '../src/lib/runs/run.ts';
import type { Clock } from '../src/lib/util/clock.ts';
import type { AppClient, AppRun } from './app.ts';
import { CommandFailure, EXIT } from './exit.ts';
import { duration } from './output.ts';
import type { Steps } from './steps.ts';

/** Short while things happen fast, then as seldom as a person still likes. */
const POLL_MS = { first: 1000, later: 3000, firstFor: 60_000 } as const;
/** An app that does not answer in between is asked again for as long. */
const PATIENCE_MS = 60_000;
/** The record of a retry is written together with the end of the run before it. */
const LOG_LINES = 15;

export interface FollowOptions {
  readonly app: AppClient;
  readonly steps: Steps;
  readonly clock: Clock;
  readonly until: Date;
}

/**
 * Tells each step of a run.
 * @returns the last attempt, ended.
 * @throws {CommandFailure} `timeout`, or what the app answered.
 */
export async function followRun(first: AppRun, options: FollowOptions): Promise<AppRun> {
  const { app, steps, clock } = options;
  for (let attempt = first; ; ) {
    const ended = await followAttempt(attempt, options);
    if (ended.state === 'succeeded') return ended;
    steps.tell('failed', 'ended', outcomeOf(ended));
    const next = (await patiently(options, () => app.runs(ended.model))).find(
      (candidate) => candidate.previousRunId === ended.id,
    );
    if (next === undefined) return ended;
    steps.tell('note', 'tried again', `attempt ${next.attempt}, run ${next.id}`);
    attempt = next;
    await clock.sleep(POLL_MS.first);
  }
}

async function followAttempt(first: AppRun, options: FollowOptions): Promise<AppRun> {
  const { app, steps, clock, until } = options;
  const begun = clock.now().getTime();
  const told = new Set<string>();
  const once = (name: string, detail: string) => {
    if (told.has(name)) return;
    told.add(name);
    steps.tell('ok', name, detail);
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
        `Not at its end after ${duration(now.getTime() - begun)}: run ${run.id} is ${run.state}, and goes on. Look at ${app.url}/api/dashboard.`,
      );
    steps.waiting(
      exited ? 'waiting for Numerai to show the submission' : (run.reason ?? run.state),
    );
    await clock.sleep(now.getTime() - begun < POLL_MS.firstFor ? POLL_MS.first : POLL_MS.later);
  }
}

/** A question that failed for a passing reason is asked again. */
async function patiently<T>({ clock }: FollowOptions, ask: () => Promise<T>): Promise<T> {
  const giveUpAt = clock.now().getTime() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
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
