// `status`: how it stands, at a glance: each tournament's round, and the models and jobs that are not done.

import { createAppClient } from '../app-client.ts';
import { wholeNumberUpTo } from '../arguments.ts';
import type { AddCommand, Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { statusLines } from '../status-lines.ts';

interface Options {
  readonly watch?: true | number;
  readonly all?: boolean;
}

/** How often the app is asked, in seconds. */
const EVERY = 5;

export const addStatus: AddCommand = (program, withContext) => {
  program
    .command('status')
    .description('Show how it stands: the open rounds, and each model and job.')
    .argument('[name]', 'only this model or job')
    .option('-w, --watch [seconds]', `ask again every ${EVERY} seconds, until Ctrl-C`, wholeNumberUpTo('--watch', 3600))
    .option('--all', 'also those of many that are done')
    .action(withContext(showStatus));
};

async function showStatus(context: Context, name: string | undefined, options: Options): Promise<ExitCode> {
  const { output, target, secret, clock } = context;
  const { watch, all = false } = options;
  const app = createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));
  if (watch === undefined) {
    const status = await app.status(name);
    output.result(status);
    for (const line of statusLines(status, { all: all || name !== undefined })) output.line(line);
    return EXIT.ok;
  }
  for (;;) {
    try {
      const status = await app.status(name);
      output.resultLine(status);
      output.view(statusLines(status, { all: all || name !== undefined }));
    } catch (error) {
      // It may be back the next time.
      if (!(error instanceof CommandFailure) || error.exitCode !== EXIT.unreachable) throw error;
      output.note(error.message);
    }
    await clock.sleep((watch === true ? EVERY : watch) * 1000);
  }
}
