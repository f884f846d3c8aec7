// `completion`: a script for the shell, that completes the commands. `names`, which is for that script: what models.json has.

import { Argument } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion.ts';
import { type AddCommand, modelsFileOf, type Surface } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { readModelsFile } from '../models-file.ts';

export const addCompletion: AddCommand = (program, _withContext, withSurface) => {
  program
    .command('completion')
    .description('Print a script that completes the commands, as numerai-webhook, in your shell.')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .action(
      withSurface(async ({ output, folder }: Surface, shell: Shell): Promise<ExitCode> => {
        const script = completionScript(shell, program, folder);
        output.result({ shell, script });
        output.line(script);
        return EXIT.ok;
      }),
    );
  program.command('names', { hidden: true }).action(withSurface(listNames));
};

async function listNames({ output, folder, environment }: Surface): Promise<ExitCode> {
  const { models, jobs } = await readModelsFile(modelsFileOf(environment), folder);
  const names = [...models, ...jobs].map(({ name }) => name);
  output.result({ names });
  for (const name of names) output.line(name);
  return EXIT.ok;
}
