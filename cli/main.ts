// `npm run numerai -- …`: the participant's commands, as a process.

import { endWithReader } from '../scripts/command-line.ts';
import { systemClock } from '../src/lib/util/clock.ts';
import { runCommandLine } from './program.ts';
import { typedOrPiped } from './typed.ts';

endWithReader();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  clock: systemClock,
  typed: typedOrPiped,
});
