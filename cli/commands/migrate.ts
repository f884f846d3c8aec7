// `migrate`: a models.json in the place of numerai-cli's nodes.

import type { AddCommand, Surface } from '../context.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { readNodes } from '../node-file.ts';
import { propose } from '../proposal.ts';

export const addMigrate: AddCommand = (program, _withContext, withSurface) => {
  program
    .command('migrate')
    .description("Propose a models.json for numerai-cli's nodes.")
    .argument('<nodes.json>', "numerai-cli's list of nodes, usually ~/.numerai/nodes.json")
    .action(withSurface(migrate));
};

async function migrate({ output, folder }: Surface, file: string): Promise<ExitCode> {
  const { file: proposed, notes } = propose(await readNodes(file, folder));
  output.result({ file: proposed, notes });
  output.line(JSON.stringify(proposed, null, 2));
  for (const note of notes) output.note(`- ${note}`);
  output.note(
    'Then put it into models.json, and `npm run numerai -- models` compares it with your account. Read docs/migrating.md, "From numerai-cli".',
  );
  return EXIT.ok;
}
