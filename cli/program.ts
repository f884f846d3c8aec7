// The command line: the options that all commands share, the commands themselves, and how a command ends.

import { CommanderError, Option } from 'commander';
import { createProgram, usageFault } from '../scripts/command-line.ts';
import { createRedaction } from '../src/lib/util/redaction.ts';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addJobs } from './commands/jobs.ts';
import { addMigrate } from './commands/migrate.ts';
import { addModels } from './commands/models.ts';
import { addRegister } from './commands/register.ts';
import { addRound } from './commands/round.ts';
import { addDashboard, addLogs, addRuns } from './commands/runs.ts';
import { addSecret } from './commands/secret.ts';
import { addCancel, addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addTest } from './commands/test.ts';
import {
  type AddCommand,
  type Context,
  environmentOf,
  openContext,
  type Surface,
  type Surroundings,
  type With,
} from './context.ts';
import { asFailure, CommandFailure, EXIT, type ExitCode } from './failure.ts';
import { createOutput } from './output.ts';
import { addressOfApp, type Environment } from './target.ts';

/** In the order in which the help lists them. */
const COMMANDS: readonly AddCommand[] = [
  addCheck,
  addStatus,
  addStart,
  addCancel,
  addLogs,
  addRuns,
  addJobs,
  addDashboard,
  addModels,
  addRegister,
  addTest,
  addRound,
  addSecret,
  addMigrate,
  addCompletion,
];

const EXPLANATION = `
Without --url, AZURE_FUNCTION_URL says where the app is, else the command
\`azd env get-value AZURE_FUNCTION_URL\`. The local environment is also used
without --local, if it runs and nothing else is configured.

Keys come from the environment, or from a file .env in this folder, and never
from the command line:
  NUMERAI_PUBLIC_ID     Numerai's API key (https://numer.ai/account). A model
  NUMERAI_SECRET_KEY    with secrets of its own (numeraiKeys) uses the variables
                        named after them: in capitals, with _ for -
  WEBHOOK_FUNCTION_KEY  register: the key of the function \`webhook\`
  OPERATOR_KEY          what asks the app: the host key \`operator\`

Exit codes: 0 done; 1 failed; 2 wrong command line, key or models.json;
3 not reachable; 4 no round is open; 5 not finished in time`;

/** Runs one command line. It never throws: a failure is one message on standard error and an exit code. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { out, err } = surroundings;
  const redaction = createRedaction();
  // Read before the rest: a command line that cannot be parsed is answered in JSON as well.
  const asJson = args.includes('--json');
  const output = createOutput(asJson, redaction, { out, err });
  let exitCode: ExitCode = EXIT.ok;
  let help = '';
  const program = createProgram('npm run numerai --')
    .description("The participant's commands for Numerai and for the app.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        help += text;
        if (!asJson) out.write(text);
      },
      writeErr: (text) => err.write(text),
      outputError: () => {}, // Reported below, with all other failures.
    })
    .addOption(new Option('--url <https://…>', 'where the app is').argParser(urlOption))
    .addOption(new Option('--local', 'use the local environment of `npm start`').conflicts('url'))
    .addOption(
      new Option('--state <dir>', 'use the local environment that was started with this --state')
        .conflicts('url')
        .implies({ local: true }),
    )
    .option('--json', 'print one JSON document to standard output')
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText('after', EXPLANATION);
  const withSurface: With<Surface> =
    (action) =>
    async (...given) => {
      const { folder, typed } = surroundings;
      const environment = environmentOf(surroundings);
      const contextAt = (url: string, more: Environment) =>
        openContext({ url }, { ...surroundings, environment: { ...environment, ...more } }, output, redaction);
      exitCode = await action({ output, folder, environment, typed, contextAt }, ...given);
    };
  const withContext: With<Context> =
    (action) =>
    async (...given) => {
      const context = await openContext(program.opts(), surroundings, output, redaction);
      exitCode = await action(context, ...given);
    };
  for (const add of COMMANDS) add(program, withContext, withSurface);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.code.startsWith('commander.help')) {
      if (error.exitCode === 0) {
        output.result({ help });
        return EXIT.ok;
      }
      // The help is on standard error: no command was given.
      output.result({ error: 'There is no command. --help lists what there is.', exitCode: EXIT.usage });
      return EXIT.usage;
    }
    const failure =
      error instanceof CommanderError ? new CommandFailure(EXIT.usage, usageFault(error.message)) : asFailure(error);
    output.progress(null);
    output.note(failure.message);
    output.result({ error: failure.message, exitCode: failure.exitCode });
    return failure.exitCode;
  }
}

const urlOption = (text: string): string => addressOfApp('--url', text);
