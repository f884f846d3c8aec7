// An Azure CLI for the tests of the scripts.

import type { AzureCli } from '../../scripts/azure/azure-cli.ts';

/** Answers by the first answer whose words are in the command, and keeps the commands, also as they were passed. */
export function cli(answers: Readonly<Record<string, string>>) {
  const commands: string[] = [];
  const calls: (readonly string[])[] = [];
  const az: AzureCli = async (args) => {
    const command = args.join(' ');
    commands.push(command);
    calls.push(args);
    const found = Object.keys(answers).find((words) => command.includes(words));
    return found === undefined ? '' : (answers[found] ?? '');
  };
  return { az, commands, calls };
}
