// An Azure CLI for the tests of the scripts.

import type { AzureCli } from '../../scripts/azure/azure-cli.ts';

/** Answers by the first answer whose words are in the command, and keeps the commands. */
export function cli(answers: Readonly<Record<string, string>>): { az: AzureCli; commands: string[] } {
  const commands: string[] = [];
  const az: AzureCli = async (args) => {
    const command = args.join(' ');
    commands.push(command);
    const found = Object.keys(answers).find((words) => command.includes(words));
    return found === undefined ? '' : (answers[found] ?? '');
  };
  return { az, commands };
}
