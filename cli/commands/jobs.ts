// `jobs`: what runs on a schedule, when next, and how it went last. `start`: starts a job now, and follows its run.

import { createAppClient } from '../app-client.ts';
import type { AddCommand, Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { followRun, lastLines } from '../follow-run.ts';
import { moment, table } from '../format.ts';
import { Steps } from '../steps.ts';

export const addJobs: AddCommand = (program, withContext) => {
  program
    .command('jobs')
    .description('List the jobs of the app: when each runs next, and how it went last.')
    .action(withContext(listJobs));
};

export const addStart: AddCommand = (program, withContext) => {
  program
    .command('start')
    .description('Start a job now, whatever its schedule says, and follow its run.')
    .argument('<job>', 'name in models.json')
    .action(withContext(startJob));
};

const at = (time: string | null): string => (time === null ? '-' : moment(new Date(time)));

async function listJobs({ output, target, secret }: Context): Promise<ExitCode> {
  const app = createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));
  const jobs = await app.jobs();
  output.result({ jobs });
  if (jobs.length === 0) {
    output.line('models.json has no jobs. docs/jobs.md says what they are.');
    return EXIT.ok;
  }
  for (const row of table([
    ['JOB', 'SCHEDULE', 'NEXT', 'LAST RUN', 'LAST DONE'],
    ...jobs.map(({ job, schedule, nextAt, paused, lastRun, lastGoodAt }) => [
      job,
      schedule ?? 'on request',
      paused === null ? at(nextAt) : `paused by ${paused.by}`,
      lastRun?.state ?? 'none',
      at(lastGoodAt),
    ]),
  ]))
    output.line(row);
  return EXIT.ok;
}

/** Starting a container takes minutes beyond the container's own time. */
const EXTRA_MINUTES = 45;
const MOST_MINUTES = 2880 + EXTRA_MINUTES;

async function startJob({ output, target, secret, clock }: Context, name: string): Promise<ExitCode> {
  const app = createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));
  const jobs = await app.jobs();
  if (!jobs.some(({ job }) => job === name))
    throw new CommandFailure(
      EXIT.usage,
      `The app has no job ${JSON.stringify(name)}. It has: ${jobs.map(({ job }) => job).join(', ') || 'none'}.`,
    );
  const steps = new Steps(output, () => clock.now().getTime());
  output.line(`Starting ${name} at ${app.url}`);
  const started = await app.startJob(name);
  const until = new Date(clock.now().getTime() + MOST_MINUTES * 60_000);
  const run = await followRun(started, { app, steps, clock, until, endedBefore: 0 });
  output.progress(null);
  output.result({ ok: run.state === 'succeeded', steps: steps.reported, run });
  if (run.state === 'succeeded') return EXIT.ok;
  const log = await app.log(name, run.id);
  for (const line of lastLines(log)) output.note(line);
  throw new CommandFailure(
    EXIT.failed,
    `${name} ${run.state.replace('_', ' ')}: ${run.reason ?? 'no reason is known'}`,
  );
}
