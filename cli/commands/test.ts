// `test`: has Numerai call the webhook, and follows the run to its submission. With `--local` and an image, a command or a
// folder: runs that once in a local environment of its own, as the container of a model.

import { isEntryName } from '../../src/lib/config/entry-fields.ts';
import type { AddCommand } from '../context.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { runLocally } from '../local-run/run-locally.ts';
import type { TargetOptions } from '../target.ts';
import { EXTRA_MINUTES } from '../testing/carry-out.ts';
import type { TestOptions } from '../testing/test.ts';
import { testModel } from '../testing/test-model.ts';

const MOST_MINUTES = 1440;

export const addTest: AddCommand = (program, withContext, withSurface) => {
  program
    .command('test')
    .description('Have Numerai call the webhook now, and follow the run to its submission.')
    .argument('[model]', 'name in models.json; not needed where there is only one')
    .argument(
      '[image-or-command...]',
      "with --local: your submission, which is run once in a local environment of its own, as the model's container",
    )
    .option('--anyway', 'if no round is open, have the app start a test, without a call by Numerai')
    .option(
      '--timeout <minutes>',
      `how long to follow the run; default: the model's time limit and ${EXTRA_MINUTES} more`,
      minutesOf,
    )
    .action(async (name: string | undefined, words: readonly string[], options: TestOptions) => {
      const isLocal = program.opts<TargetOptions>().local === true;
      // What can be no name of a model is what is to be run.
      const isNamed = name === undefined || isEntryName(name);
      const what = isNamed ? words : [name, ...words];
      const model = isNamed ? name : undefined;
      if (what.length === 0) return withContext(testModel)(model, options);
      if (isLocal) return withSurface(runLocally)(model, what.join(' '), options);
      throw new CommandFailure(
        EXIT.usage,
        `${JSON.stringify(what.join(' '))} is no name of a model. To run it as one's container: test --local ${JSON.stringify(what.join(' '))}`,
      );
    });
};

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= MOST_MINUTES) return minutes;
  const message = `--timeout must be a number of minutes, at most ${MOST_MINUTES}.`;
  throw new CommandFailure(EXIT.usage, message);
}
