// Prints the log of a run while it grows, through its attempts, to the end.

import { hasEnded } from '../src/lib/runs/run.ts';
import type { Clock } from '../src/lib/util/clock.ts';
import type { AppClient } from './app-client.ts';
import { type AppRun, ownerOf } from './app-schema.ts';
import { patiently } from './follow-run.ts';
import type { Output } from './output.ts';

const POLL_MS = 2000;

interface FollowOptions {
  readonly app: AppClient;
  readonly output: Output;
  readonly clock: Clock;
}

/** @returns the run, ended. */
export async function followLog(first: AppRun, options: FollowOptions): Promise<AppRun> {
  const { app, output, clock } = options;
  const name = ownerOf(first);
  const logOf = (id: string, of: number) => patiently(options, () => app.log(name, id, of));
  let shown = '';
  let attempt = first.attempt;
  for (let run = first; ; run = await patiently(options, () => app.run(name, run.id))) {
    if (run.attempt !== attempt) {
      // What the last one has printed since.
      if (attempt > 0) print(output, addedTo(shown, await logOf(run.id, attempt)));
      shown = '';
      attempt = run.attempt;
      output.note(`attempt ${attempt}`);
    }
    const log = attempt === 0 ? '' : await logOf(run.id, attempt);
    // Where there is none, the app says why, and goes on to do so.
    if (!log.startsWith('[the app]') || hasEnded(run)) {
      // A line is printed once it is whole.
      const whole = hasEnded(run) ? log : log.slice(0, log.lastIndexOf('\n') + 1);
      print(output, addedTo(shown, whole));
      shown = whole;
    }
    if (hasEnded(run)) {
      output.progress(null);
      output.note(`${name} ${run.state.replace('_', ' ')}${run.reason === null ? '' : `: ${run.reason}`}`);
      output.result({ run: run.id, attempt, state: run.state, log });
      return run;
    }
    output.progress(run.waitingFor === null ? run.state : `waiting for ${run.waitingFor}`);
    await clock.sleep(POLL_MS);
  }
}

function print(output: Output, text: string): void {
  if (text !== '') output.line(text.replace(/\n$/, ''));
}

/** What is new in a log. One that was cut at its beginning goes on after the last line that both have. */
export function addedTo(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const last = before.trimEnd().split('\n').at(-1) ?? '';
  const at = last === '' ? -1 : now.lastIndexOf(`${last}\n`);
  return at < 0 ? now : now.slice(at + last.length + 1);
}
