// `jobs`: what runs on a schedule, when next, and how it went last.

import { createAppClient } from '../app-client.ts';
import type { AddCommand, Context } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { moment, table } from '../format.ts';

export const addJobs: AddCommand = (program, withContext) => {
  program
    .command('jobs')
    .description('List the jobs of the app: when each runs next, and how it went last.')
    .action(withContext(listJobs));
};

const at = (time: string | null): string => (time === null ? '-' : moment(new Date(time)));

async function listJobs({ output, target, secret }: Context): Promise<ExitCode> {
  const app = createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));
  const { jobs } = await app.status();
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
