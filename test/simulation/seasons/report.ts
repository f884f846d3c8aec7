// `npm run weeks`: the simulated weeks in full, and their table.

import { createProgram, wholeNumber } from '../../../scripts/command-line.ts';
import type { SeasonOptions } from './season.ts';
import { outcomesOf, tableOf } from './tally.ts';
import { runApp, runTutorial } from './variants.ts';

const [models, weeks, seed] = createProgram('npm run weeks --')
  .description('Runs models through simulated weeks, and prints what became of their rounds.')
  .argument('[models]', 'how many', wholeNumber, 30)
  .argument('[weeks]', 'how many', wholeNumber, 10)
  .argument('[seed]', 'of the faults', wholeNumber, 7)
  .parse().processedArgs;

const options: SeasonOptions = { models, weeks, seed };
const rows = [];
for (const [name, run] of [
  ['this app', () => runApp(options, { withFallback: true })],
  ['fallback off', () => runApp(options, { withFallback: false })],
  ['tutorial-like handler', () => runTutorial(options)],
] as const) {
  const begun = performance.now();
  const outcome = await run();
  rows.push({ name, outcomes: outcomesOf(outcome) });
  console.error(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
console.log(tableOf(rows));
