// `npm run numerai -- …`: the participant's commands.

import { existsSync } from 'node:fs';
import { createRedaction } from '../src/lib/util/redaction.ts';
import { parseArguments, USAGE } from './arguments.ts';
import { models } from './commands/models.ts';
import { register, unregister } from './commands/register.ts';
import { round } from './commands/round.ts';
import { test } from './commands/test.ts';
import { createContext } from './context.ts';
import { asFailure, EXIT, type ExitCode } from './exit.ts';
import { createOutput } from './output.ts';
import { chooseTarget } from './target.ts';

const COMMANDS = { models, register, unregister, round, test } as const;

async function main(argv: readonly string[]): Promise<ExitCode> {
  const redaction = createRedaction();
  const json = argv.includes('--json');
  const output = createOutput(json, redaction, { out: process.stdout, err: process.stderr });
  try {
    const args = parseArguments(argv);
    if (args === 'help') {
      process.stdout.write(`${USAGE}\n`);
      return EXIT.ok;
    }
    if (existsSync('.env')) process.loadEnvFile('.env');
    const target = chooseTarget(args, process.env);
    if (target.kind === 'local')
      output.note(
        `Against the local environment (${await target.appUrl()}), not Numerai itself. For your own: --url https://… and your keys.`,
      );
    return await COMMANDS[args.command](createContext(args, target, output, redaction));
  } catch (error) {
    const failure = asFailure(error);
    output.progress(null);
    output.note(failure.message);
    output.result({ error: failure.message, exitCode: failure.exitCode });
    return failure.exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
