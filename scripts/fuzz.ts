// `npm run fuzz`: hostile requests to every route of the app. The last line says how many there were, how many were
// answered with a status from 500 on, and how much was wrong.

import { fuzz } from '../test/fuzz/campaign.ts';
import { createProgram, runMain, wholeNumber } from './command-line.ts';

async function main(): Promise<void> {
  const options = createProgram('npm run fuzz --')
    .description('Sends hostile requests. Exit code 1: something was answered, started or told that must not be.')
    .option('--seed <number>', 'the seed of the requests', wholeNumber, 1)
    .option('--requests <number>', 'how many', wholeNumber, 2000)
    .parse()
    .opts<{ seed: number; requests: number }>();
  const { requests, serverErrors, violations, statuses, memoryMB, starts } = await fuzz(options, (done) => {
    if (done % 1000 === 0) console.log(`  ${done} of ${options.requests}`);
  });
  const answered = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status || 'none'}: ${count}`);
  console.log(
    `answers by status: ${answered.join(', ')}; containers started: ${starts}; memory of the host: ${memoryMB ?? 'not known'} MB`,
  );
  for (const violation of violations) console.log(violation);
  console.log(`requests ${requests}, 5xx ${serverErrors}, violations ${violations.length}`);
  if (violations.length > 0) process.exitCode = 1;
}

await runMain(main);
